/**
 * K2: the power fails while the server is under load. The server is frozen, the file that is its disk is copied, and the
 * copy is mounted: it holds only what had reached the disk. The same test must show the loss of a weaker durability, or
 * it would prove nothing.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type TestContext } from 'node:test'
import { startServer, type Server } from '../support/process.ts'
import { load, missing, type Acknowledged } from './acknowledged.ts'
import { makeDisk } from './loop-disk.ts'

const ROUNDS = Number(process.env['POWER_ROUNDS'] ?? 3)
const LOAD_MS = 1500

interface Cut {
  readonly acknowledged: number
  readonly lost: number
  readonly sound: boolean
}

type Start = (folder: string) => Promise<Server>

/** Views are folded into their table again and again: power also fails in the midst of that. */
const OFTEN = { WAYMARK_FOLD_FACTS_MAX: '500' }
const strong: Start = (folder) => startServer(OFTEN, folder)
const weak: Start = (folder) =>
  startServer(OFTEN, folder, ['node_modules/.bin/node', join(import.meta.dirname, 'weak-server.ts'), 'NORMAL'])

async function cutPower(t: TestContext, start: Start, round: number): Promise<Cut> {
  const disk = makeDisk()
  t.after(() => {
    disk.unmount()
  })
  // An installation that has run before: its tables are on the disk.
  await (await strong(disk.folder)).end('SIGTERM')
  const server = await start(disk.folder)
  const acknowledged: Acknowledged = new Set()
  let frozen = false
  const loading = load(server, round, acknowledged, () => frozen)
  await sleep(LOAD_MS)
  server.child.kill('SIGSTOP')
  frozen = true
  // What was acknowledged by now must be on the disk by now; answers still on their way do not count.
  const counted: Acknowledged = new Set(acknowledged)
  const after = disk.cutPower()
  t.after(() => {
    after.unmount()
  })
  await server.end('SIGKILL')
  await loading
  return { acknowledged: counted.size, ...(await missing(after.folder, counted)) }
}

test('nothing acknowledged is lost when the power fails', async (t) => {
  let [acknowledged, lost] = [0, 0]
  for (let round = 1; round <= ROUNDS; round += 1) {
    const cut = await cutPower(t, strong, round)
    assert.ok(cut.sound)
    acknowledged += cut.acknowledged
    lost += cut.lost
  }
  t.diagnostic(`power cut with FULL: ${String(lost)} of ${String(acknowledged)} lost in ${String(ROUNDS)} rounds`)
  assert.ok(acknowledged > 1000 * ROUNDS)
  assert.equal(lost, 0)
})

test('the same power cut loses acknowledged writes with synchronous=NORMAL: the test can see a loss', async (t) => {
  let [acknowledged, lost] = [0, 0]
  for (let round = 1; round <= ROUNDS; round += 1) {
    const cut = await cutPower(t, weak, round)
    acknowledged += cut.acknowledged
    lost += cut.lost
  }
  t.diagnostic(`power cut with NORMAL: ${String(lost)} of ${String(acknowledged)} lost in ${String(ROUNDS)} rounds`)
  assert.ok(lost > 0)
})
