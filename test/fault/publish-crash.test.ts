/**
 * K8 for public events: the process is killed between any two steps of emit, relay, consume and commit, each time that it
 * comes there. Whatever happened, after a restart no event is lost and each is handled once in effect.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { eventId } from '../../src/codec/event-id.ts'
import { CRASH_POINTS } from '../../src/ports/crash-points.ts'
import { EnrolmentCreated } from '../../src/public-events/catalogue/waymark/enrolment.ts'

const NAMES = ['asha', 'bo', 'chi']
/** All but those of work that no event has a part in. */
const POINTS = CRASH_POINTS.filter((point) => !/^(?:republish|fold)-/.test(point))
/** More often than a story of three events comes to any point. */
const TIMES_MAX = 60

interface Ended {
  readonly acknowledged: readonly string[]
  readonly killed: boolean
}

async function tell(folder: string, names: readonly string[], crashAt: string): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'publish-child.ts'), folder, join(folder, 'outside'), names.join()],
    { env: { ...process.env, CRASH_AT: crashAt }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const output = text(child.stdout)
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (code, signal) => {
      resolve([code, signal])
    })
  })
  const killed = signal === 'SIGKILL'
  assert.ok(killed || code === 0, `the process ended with ${String(code ?? signal)}`)
  return { acknowledged: (await output).split('\n').filter((name) => name !== ''), killed }
}

for (const point of POINTS) {
  test(`a crash at ${point}, each time it comes there, loses no event and handles none twice in effect`, async () => {
    let times = 0
    for (; times < TIMES_MAX; times += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'waymark-publish-'))
      const first = await tell(folder, NAMES, `${point}:${String(times + 1)}`)
      const left = NAMES.filter((name) => !first.acknowledged.includes(name))
      if (first.killed) await tell(folder, left, '')
      check(folder, `${point}:${String(times + 1)}`)
      rmSync(folder, { recursive: true })
      if (!first.killed) break
    }
    assert.ok(times > 0, `${point} is never reached`)
    assert.ok(times < TIMES_MAX, `${point} is reached more often than that`)
  })
}

function check(folder: string, when: string): void {
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true })
  const rows = (sql: string): readonly Record<string, unknown>[] => database.prepare(sql).all()
  const ids = NAMES.map((name) => eventId(EnrolmentCreated.type, name)).sort()
  const logged = rows(`SELECT DISTINCT id FROM event WHERE type = '${EnrolmentCreated.type}' ORDER BY id`)
  assert.deepEqual(
    logged.map(({ id }) => id),
    ids,
    `${when}: every event is in the log`,
  )
  const emitted = rows(`SELECT count(*) AS n FROM log WHERE type = 'emitted'`)
  assert.deepEqual(rows('SELECT count(*) AS n FROM event'), emitted, `${when}: what was emitted once was relayed once`)
  const kept = rows(`SELECT name, value FROM kept ORDER BY name`).map(
    ({ name, value }) => `${String(name)}=${String(value)}`,
  )
  assert.deepEqual(
    kept,
    NAMES.map((name) => `in-commit/${name}=1`),
    `${when}: each took effect once`,
  )
  const following = rows(`SELECT count(*) AS n FROM event WHERE type LIKE '%completed.v1'`)[0]?.['n']
  assert.equal(following, NAMES.length, `${when}: each led to one event`)
  const file = join(folder, 'outside')
  const outside = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  // Outside of the commit an event may come again, by the same id.
  assert.deepEqual([...new Set(outside)].sort(), ids, `${when}: each was delivered`)
  for (const again of Map.groupBy(outside, (id) => id).values()) {
    assert.ok(again.length <= 2, `${when}: only what was under way came again`)
  }
  assert.deepEqual(rows('SELECT * FROM held'), [], when)
  const groups = rows('SELECT position FROM consumer_group')
  const last = rows(`SELECT max(seq) AS seq FROM event WHERE topic = '${EnrolmentCreated.topics[0] ?? ''}'`)[0]?.['seq']
  for (const { position } of groups) assert.equal(position, last, when)
  database.close()
}
