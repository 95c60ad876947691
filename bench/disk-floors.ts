/** The floors of the disk: one synchronous 4 KB write (F2), and a log that SQLite appends to, 100 rows per commit (F3). */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Histogram } from './histogram.ts'
import type { Measure } from './measure.ts'

const BLOCK = Buffer.alloc(4096, 1)
const BLOCKS = 256
const GROUP = 100

/** fdatasync of 4 KB into a file that has its blocks already. */
export function syncFloor(folder: string, seconds: number): Measure {
  const path = join(folder, 'floor-sync')
  const file = openSync(path, 'w', 0o600)
  for (let block = 0; block < BLOCKS; block += 1) writeSync(file, BLOCK, 0, BLOCK.length, block * BLOCK.length)
  fdatasyncSync(file)
  try {
    return repeat('F2', 'fdatasync of 4 KB', seconds, 1, (turn) => {
      writeSync(file, BLOCK, 0, BLOCK.length, (turn % BLOCKS) * BLOCK.length)
      fdatasyncSync(file)
    })
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

/** SQLite, WAL, FULL: rows appended to a log table. */
export function logFloor(folder: string, seconds: number): Measure {
  const path = join(folder, 'floor-log.db')
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8000')
    database.exec('CREATE TABLE log (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, data TEXT NOT NULL) STRICT')
    const insert = database.prepare('INSERT INTO log (at, data) VALUES (?, ?)')
    const data = 'x'.repeat(150)
    return repeat('F3', `SQLite log append, ${String(GROUP)} rows per commit`, seconds, GROUP, (turn) => {
      database.exec('BEGIN IMMEDIATE')
      for (let row = 0; row < GROUP; row += 1) insert.run(turn, data)
      database.exec('COMMIT')
    })
  } finally {
    database.close()
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  }
}

function repeat(id: string, what: string, seconds: number, items: number, act: (turn: number) => void): Measure {
  const latency = new Histogram()
  const cpu = process.cpuUsage()
  const begun = performance.now()
  let [turn, now] = [0, begun]
  while (now - begun < seconds * 1000) {
    act(turn)
    const ended = performance.now()
    latency.add(ended - now)
    now = ended
    turn += 1
  }
  const { user, system } = process.cpuUsage(cpu)
  return {
    id,
    what,
    rate: (turn * items * 1000) / (now - begun),
    cpuUs: (user + system) / (turn * items),
    p50: latency.quantile(0.5),
    p99: latency.quantile(0.99),
    p999: latency.quantile(0.999),
    errors: 0,
    check: '',
  }
}
