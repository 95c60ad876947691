/**
 * K8: the process ends at each named point of a commit and of a worker, the first time and a later time it comes there.
 * After a restart what was acknowledged is there, what is sent again is taken once, and every derived row is right.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import test from 'node:test'
import { CRASH_POINTS } from '../../src/ports/crash-points.ts'
import { connect, type HttpClient } from '../support/http-client.ts'
import { run, startServer, type Server } from '../support/process.ts'

const LEARNERS = Array.from({ length: 12 }, (_, index) => `learner-${String(index)}`)
const QUIZ = { eid: 'ASSESS', ets: 1767225600000, edata: { item: { id: 'q1', maxscore: 3 }, score: 1.33 } }

/** One request of the story, sent again until it is acknowledged. */
type Deed = (client: HttpClient) => Promise<{ readonly status: number }>

const publish =
  (...leaves: readonly string[]): Deed =>
  (client) =>
    client.put('/v1/collection/L', {
      content: { identifier: 'L', children: leaves.map((identifier) => ({ identifier })) },
    })

function deedsOf(userId: string): readonly Deed[] {
  const view = (contentId: string) => ({ userId, collectionId: 'L', contentId })
  return [
    (client) => client.post('/v1/enrolment/enrol', { userId, collectionId: 'L' }),
    (client) => client.post('/v1/view/start', view('a')),
    (client) => client.post('/v1/view/end', view('a')),
    (client) => client.post('/v1/view/start', view('quiz')),
    (client) => client.post('/v1/assessment/submit', { ...view('quiz'), attemptId: '1', assessments: [QUIZ] }),
    (client) => client.post('/v1/view/end', view('quiz')),
  ]
}

/** The story in steps: the deeds of one step are sent together, each learner's own one after the other. */
const STEPS: readonly (readonly (readonly Deed[])[])[] = [
  [[publish('a', 'quiz')]],
  LEARNERS.map(deedsOf),
  [[publish('a', 'quiz', 'later')]],
]

/** Does what is left of the story; what was acknowledged is done. Ends early where the server does. */
async function tell(server: Server, done: Set<Deed>, steps: typeof STEPS): Promise<void> {
  const client = await connect(server)
  try {
    for (const step of steps) {
      await Promise.all(
        step.map(async (deeds) => {
          for (const deed of deeds) {
            if (done.has(deed)) continue
            const { status } = await deed(client)
            assert.equal(status, 200)
            done.add(deed)
          }
        }),
      )
    }
  } catch (error) {
    // A broken connection says nothing about the deed: it is sent again after the restart.
    if (error instanceof assert.AssertionError) throw error
  } finally {
    client.close()
  }
}

/** Small pages and folds, so that a short story comes to each point more than once. */
const settings = (crashAt: string): Record<string, string> => ({
  CRASH_AT: crashAt,
  WAYMARK_REPUBLISH_PAGE: '5',
  WAYMARK_FOLD_FACTS_MAX: '5',
  WAYMARK_FOLD_ROWS_MIN: '1',
  WAYMARK_PLUGINS: join(import.meta.dirname, '../fixtures/plugins/ledger.ts'),
})

for (const point of CRASH_POINTS) {
  for (const nth of point === 'republish-page' || point === 'fold-done' ? [1, 2] : [1, 5]) {
    test(`a crash at ${point}, time ${String(nth)}, loses nothing and does nothing twice`, async (t) => {
      const done = new Set<Deed>()
      const first = await startServer(settings(`${point}:${String(nth)}`))
      const ended =
        first.child.exitCode === null && first.child.signalCode === null ? once(first.child, 'close') : undefined
      await tell(first, done, STEPS)
      await Promise.race([
        ended,
        new Promise((_, reject) =>
          setTimeout(reject, 10_000, new Error(`${point} was not reached ${String(nth)} times`)).unref(),
        ),
      ])
      const second = await startServer(settings(''), first.folder)
      t.after(() => second.end('SIGKILL'))
      await acknowledgedIsThere(second, done)
      await tell(second, done, STEPS)
      assert.equal(done.size, STEPS.flat(2).length)
      await everyoneIsComplete(second)
      await everyCompletionCounted(second.folder)
      await second.end('SIGTERM')
      onceEach(first.folder)
      const verified = await run(['doctor', '--verify', '--json'], { WAYMARK_DATA: first.folder })
      const { sound, findings } = JSON.parse(verified.stdout) as { sound: boolean; findings: unknown[] }
      assert.deepEqual([sound, findings], [true, []])
    })
  }
}

/** Ends that were acknowledged before the crash show at once after it. */
async function acknowledgedIsThere(server: Server, done: ReadonlySet<Deed>): Promise<void> {
  const client = await connect(server)
  for (const [index, userId] of LEARNERS.entries()) {
    const end = STEPS[1]?.[index]?.[2]
    if (end === undefined || !done.has(end)) continue
    const { result } = await client.post('/v1/summary/read', { userId, collectionId: 'L' })
    assert.equal(result['contentStatus']?.['a'], 2)
  }
  client.close()
}

async function everyoneIsComplete(server: Server): Promise<void> {
  const client = await connect(server)
  for (const userId of LEARNERS) {
    const { result } = await client.post('/v1/summary/read', { userId, collectionId: 'L' })
    const { status, progress, completionPercentage, assessmentStatus } = result
    assert.deepEqual([status, progress, completionPercentage], [2, 2, 66])
    assert.deepEqual(assessmentStatus?.['quiz'], { score: 1.33, max_score: 3 })
  }
  client.close()
}

/** The plugin counts in the commit: each learner's completion once, however often it was delivered. */
async function everyCompletionCounted(folder: string): Promise<void> {
  const database = new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true })
  const counts = (): readonly string[] =>
    database
      .prepare("SELECT name, value FROM kept WHERE name LIKE 'ledger/%' ORDER BY name")
      .all()
      .map((row) => `${String(row['name'])}=${String(row['value'])}`)
  const deadline = Date.now() + 10_000
  while (counts().length < LEARNERS.length && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.deepEqual([...counts()].sort(), LEARNERS.map((userId) => `ledger/${userId}=1`).sort())
  database.close()
}

/** What happened once is told once in the log: starts, ends, attempts, enrolments, completions. */
function onceEach(folder: string): void {
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  const ids = database.prepare('SELECT count(*) AS n, count(DISTINCT topic || id) AS different FROM event').get()
  assert.equal(ids?.['n'], ids?.['different'], 'each event stands once in the log of events')
  const rows = database
    .prepare(
      `SELECT json_extract(data, '$.type') AS type, count(*) AS n FROM log
       WHERE type NOT IN ('collection-progress-changed', 'collection-published') GROUP BY type ORDER BY type`,
    )
    .all()
  database.close()
  const learners = LEARNERS.length
  assert.deepEqual(Object.fromEntries(rows.map((row) => [String(row['type']), Number(row['n'])])), {
    'attempt-submitted': learners,
    'collection-completed': learners,
    'enrolment-created': learners,
    'view-ended': 2 * learners,
    'view-started': 2 * learners,
  })
}
