import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { join } from 'node:path'
import type { Kind } from './kind.ts'
import { KINDS } from './kinds.ts'
import { lineWriter } from './line.ts'
import { MANIFEST, manifestText, type ExportedKind, type Manifest } from './manifest.ts'

/** Called as the work goes on: how much of how much is done. */
export type TransferProgress = (done: number, total: number) => void

/** What is held of lines before it is written, characters. */
const CHUNK = 1 << 18

/** So many rows are done before it is told again. */
export const TELL_EVERY = 1000

/**
 * Writes everything that a store holds into a folder, row by row, and the manifest in the end. Each file is there when
 * it is whole.
 * @param database of which nothing is changed meanwhile, and whose intake is folded.
 * @throws Error where rows refer to others that are not there: an export would leave them out
 */
export function writeExport(
  database: DatabaseSync,
  folder: string,
  about: Pick<Manifest, 'waymark' | 'mode' | 'timeZone'>,
  onProgress: TransferProgress,
): readonly ExportedKind[] {
  const counts = KINDS.map((kind) => Number(database.prepare(kind.count).get()?.['n']))
  const total = counts.reduce((sum, count) => sum + count, 0)
  let done = 0
  const kinds = KINDS.map((kind, index) => {
    const written = writeKind(database, folder, kind, (rows) => {
      onProgress(done + rows, total)
    })
    const lost = (counts[index] ?? 0) - written.count
    if (lost > 0) {
      throw new Error(
        `${String(lost)} rows of table ${kind.table} refer to others that are not there: run bin/waymark doctor --verify`,
      )
    }
    done += written.count
    return written
  })
  onProgress(done, total)
  syncFolder(folder)
  writeWhole(folder, MANIFEST, (fd) => {
    writeFileSync(fd, manifestText({ ...about, kinds }))
  })
  syncFolder(folder)
  return kinds
}

function writeKind(
  database: DatabaseSync,
  folder: string,
  { name, file, lineFields, select }: Kind,
  onRows: (rows: number) => void,
): ExportedKind {
  const [write, hash] = [lineWriter(lineFields), createHash('sha256')]
  let [count, bytes] = [0, 0]
  writeWhole(folder, file, (fd) => {
    let held = ''
    const flush = (): void => {
      const chunk = Buffer.from(held)
      hash.update(chunk)
      writeFileSync(fd, chunk)
      bytes += chunk.length
      held = ''
    }
    const rows = database.prepare(select)
    rows.setReturnArrays(true)
    // So it is set: each row is an array.
    for (const row of rows.iterate() as unknown as Iterable<readonly SQLOutputValue[]>) {
      held += `${write(row)}\n`
      count += 1
      if (held.length >= CHUNK) flush()
      if (count % TELL_EVERY === 0) onRows(count)
    }
    flush()
  })
  return { kind: name, file, count, bytes, sha256: hash.digest('hex') }
}

/** Writes a file that has its name only when all of it is on the disk. */
function writeWhole(folder: string, file: string, write: (fd: number) => void): void {
  const path = join(folder, file)
  const fd = openSync(`${path}.part`, 'wx', 0o600)
  try {
    write(fd)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(`${path}.part`, path)
}

/** What was renamed in a folder survives a power cut. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
