/**
 * kill -9 under load loses nothing that was answered (operation spec, "Start and stop"; reliability K1, invariants 8
 * and 14). `KILL_ROUNDS` and `KILL_SEED` change how often, and repeat a run.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { seeded } from '../../src/demo/random.ts'
import { setTimeout as delay } from 'node:timers/promises'
import type { Json } from '../support/app.ts'
import { connect, figure, type HttpClient } from '../support/http-client.ts'
import { temporaryFolder } from '../support/process.ts'
import { serversOfThisFile } from '../support/servers.ts'

const startServer = serversOfThisFile()
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 20)
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000)
const CLIENTS = 32
/** When the server is killed, counted from the first request of a round. */
const [KILL_FROM_MS, KILL_SPREAD_MS] = [250, 550]
/** Summaries must be right so soon after a start. */
const SETTLE_MS = 5_000

const COLLECTION = 'maths'
const LEAVES = ['adding', 'counting', 'dividing', 'measuring']

/** The state of one view: what was sent bounds it from above, what was answered from below. */
interface ViewBound {
  started: boolean
  ended: boolean
  progress: number
  timespent: number
}

/** What one learner sent, and what of it was answered. */
interface Learner {
  readonly userId: string
  enrolled: boolean
  readonly sent: Map<string, ViewBound>
  readonly answered: Map<string, ViewBound>
  /** Score by attempt. */
  readonly attempts: Map<string, number>
}

type Write =
  | { readonly op: 'enrol' }
  | {
      readonly op: 'start' | 'update' | 'end'
      readonly contentId: string
      readonly progress: number
      readonly timespent: number
    }
  | { readonly op: 'assess'; readonly contentId: string; readonly attemptId: string; readonly score: number }

test('kill -9 at any moment loses nothing that was answered', { timeout: 120_000 + ROUNDS * 5_000 }, async (t) => {
  const random = seeded(SEED).next
  const folder = temporaryFolder()
  const lost: string[] = []
  const everyone: Learner[] = []
  let [acknowledged, learners, slowestStart, slowestSettle] = [0, [] as Learner[], 0, 0]
  t.diagnostic(`KILL_SEED=${String(SEED)}`)

  for (let round = 0; round <= ROUNDS; round += 1) {
    // Folds begin again and again, so that some of the kills fall into one.
    const server = await startServer({ WAYMARK_LOG_LEVEL: 'warn', WAYMARK_FOLD_FACTS_MAX: '300' }, folder)
    const client = await connect(server)
    slowestStart = Math.max(slowestStart, server.readyMs)
    if (round === 0) {
      const content = { identifier: COLLECTION, children: LEAVES.map((identifier) => ({ identifier })) }
      assert.equal((await client.put(`/v1/collection/${COLLECTION}`, { content })).status, 200)
    }
    slowestSettle = Math.max(slowestSettle, await settled(client))
    lost.push(...(await inParallel(learners, (learner) => missing(client, learner))).flat())
    if (round < ROUNDS) {
      learners = []
      const load = Array.from({ length: CLIENTS }, (_, number) =>
        write(client, learners, `${String(round)}-${String(number)}`, seeded(random() * 2 ** 32).next),
      )
      await delay(KILL_FROM_MS + random() * KILL_SPREAD_MS)
      await server.end('SIGKILL')
      for (const count of await Promise.all(load)) acknowledged += count
      everyone.push(...learners)
    } else assert.equal(await server.end('SIGTERM'), 0)
    assert.equal(server.stderr(), '')
    client.close()
  }

  lost.push(...missingInFile(join(folder, 'waymark.db'), everyone))
  t.diagnostic(`acknowledged ${String(acknowledged)}, lost ${String(lost.length)}, rounds ${String(ROUNDS)}`)
  t.diagnostic(
    `slowest start ${slowestStart.toFixed(0)} ms (target 1000), slowest summaries ${slowestSettle.toFixed(0)} ms (target ${String(SETTLE_MS)})`,
  )
  assert.deepEqual(lost.slice(0, 10), [])
  assert.ok(acknowledged > ROUNDS * 50, `only ${String(acknowledged)} writes were acknowledged`)
  assert.ok(slowestStart < 5_000)
})

/** Writes for one learner after the other until the connection breaks. Answers how many writes were acknowledged. */
async function write(client: HttpClient, learners: Learner[], name: string, random: () => number): Promise<number> {
  let acknowledged = 0
  try {
    for (let count = 0; ; count += 1) {
      const learner = newLearner(`learner-${name}-${String(count)}`)
      learners.push(learner)
      for (const writes of script(random)) {
        for (const write of writes) noteSent(learner, write)
        for (const write of await send(client, learner.userId, writes)) {
          noteAnswered(learner, write)
          acknowledged += 1
        }
      }
    }
  } catch (error) {
    // The server was killed: whether what was under way is recorded is not known. A wrong answer is no such end.
    if (error instanceof assert.AssertionError) throw error
    return acknowledged
  }
}

/** What one learner does, request by request; several writes in one request are a batch. */
function script(random: () => number): readonly (readonly Write[])[] {
  const requests: Write[][] = [[{ op: 'enrol' }]]
  for (const contentId of LEAVES) {
    const [progress, timespent] = [Math.floor(random() * 100), Math.floor(random() * 1000)]
    const writes: Write[] = (['start', 'update', 'end'] as const)
      .slice(0, random() < 0.8 ? 3 : 1 + Math.floor(random() * 2))
      .map((op) => ({ op, contentId, progress, timespent }))
    if (random() < 0.3) {
      writes.push({ op: 'assess', contentId, attemptId: `a-${contentId}`, score: Math.floor(random() * 10) })
    }
    // In a batch an end may overtake its start.
    if (random() < 0.5) requests.push(random() < 0.5 ? writes : writes.toReversed())
    else requests.push(...writes.map((write) => [write]))
  }
  return requests
}

/** Sends one request and answers the writes in it that were acknowledged: all of them, or the test fails. */
async function send(client: HttpClient, userId: string, writes: readonly Write[]): Promise<readonly Write[]> {
  const [first] = writes
  const where = { userId, collectionId: COLLECTION }
  if (writes.length > 1 || first === undefined) {
    const items = writes.map((write, index) => ({
      ...fieldsOf(write),
      op: write.op,
      id: String(index),
      clientTime: Date.now(),
    }))
    const { status, result } = await client.post('/v1/view/batch', {
      items: items.map((item) => ({ ...where, ...item })),
    })
    assert.ok(status === 200 || status === 207, JSON.stringify(result))
    for (const index of writes.keys()) {
      assert.match(String(result['items']?.[String(index)]?.['status']), /^20[02]$/, JSON.stringify(result))
    }
    return writes
  }
  const path = {
    enrol: 'enrolment/enrol',
    assess: 'assessment/submit',
    start: 'view/start',
    update: 'view/update',
    end: 'view/end',
  }
  const { status, result } = await client.post(`/v1/${path[first.op]}`, { ...where, ...fieldsOf(first) })
  assert.equal(status, 200, JSON.stringify(result))
  return writes
}

function fieldsOf(write: Write): object {
  if (write.op === 'enrol') return {}
  if (write.op === 'assess') {
    const event = { eid: 'ASSESS', ets: Date.now(), edata: { item: { id: 'q1', maxscore: 10 }, score: write.score } }
    return { contentId: write.contentId, attemptId: write.attemptId, assessments: [event] }
  }
  const { contentId, progress, timespent } = write
  return write.op === 'update' ? { contentId, progress, timespent } : { contentId }
}

function newLearner(userId: string): Learner {
  return { userId, enrolled: false, sent: new Map(), answered: new Map(), attempts: new Map() }
}

function noteSent(learner: Learner, write: Write): void {
  if (write.op !== 'enrol' && write.op !== 'assess') raise(learner.sent, write)
}

function noteAnswered(learner: Learner, write: Write): void {
  if (write.op === 'enrol') learner.enrolled = true
  else if (write.op === 'assess') learner.attempts.set(write.attemptId, write.score)
  else raise(learner.answered, write)
}

function raise(bounds: Map<string, ViewBound>, write: Extract<Write, { readonly timespent: number }>): void {
  const bound = bounds.get(write.contentId) ?? { started: false, ended: false, progress: 0, timespent: 0 }
  if (write.op === 'start') bound.started = true
  if (write.op === 'end') bound.ended = true
  if (write.op === 'update') [bound.progress, bound.timespent] = [write.progress, write.timespent]
  bounds.set(write.contentId, bound)
}

/** Waits until no summary is behind its rows any more; answers how long that took. */
async function settled(client: HttpClient): Promise<number> {
  const begun = performance.now()
  for (;;) {
    const { text } = await client.send('GET', '/metrics')
    const elapsed = performance.now() - begun
    if (figure(text, 'waymark_summaries_behind') === 0) return elapsed
    assert.ok(elapsed < SETTLE_MS, `summaries are behind after ${String(elapsed)} ms`)
    await delay(10)
  }
}

/** What of a learner's acknowledged writes a restarted server does not show, and what contradicts itself. */
async function missing(client: HttpClient, learner: Learner): Promise<readonly string[]> {
  const where = { userId: learner.userId, collectionId: COLLECTION }
  const [views, scores, summary] = await Promise.all([
    client.post('/v1/view/read', where),
    client.post('/v1/assessment/read', where),
    client.post('/v1/summary/read', where),
  ])
  assert.equal(views.status, 200)
  assert.equal(scores.status, 200)
  const contents = byIdentifier(views.result)
  const attempts = byIdentifier(scores.result)
  const faults = [...contents].flatMap(([id, content]) =>
    within(content, learner.answered.get(id), learner.sent.get(id)) ? [] : [`${id} ${JSON.stringify(content)}`],
  )
  for (const [id, bound] of learner.answered) if (bound.started && !contents.has(id)) faults.push(`${id} is missing`)
  for (const [attemptId, score] of learner.attempts) {
    const found = attempts.get(attemptId.slice(2))?.['attempts']?.['0']
    if (String(found?.['attemptId']) !== attemptId || Number(found?.['score']) !== score) faults.push(attemptId)
  }
  if (learner.enrolled || contents.size > 0) faults.push(...summaryFaults(learner, contents, attempts, summary))
  return faults.map((fault) => `${learner.userId}: ${fault}`)
}

/** Whether a view lies between what was answered and what was sent. */
function within(content: Json, answered: ViewBound | undefined, sent: ViewBound | undefined): boolean {
  const [status, progress, timespent] = ['status', 'progress', 'timespent'].map((name) => Number(content[name]))
  if (sent === undefined || status === undefined || progress === undefined || timespent === undefined) return false
  const least = answered?.ended === true ? 100 : (answered?.progress ?? 0)
  const most = sent.ended ? 100 : sent.progress
  return (
    status >= (answered?.ended === true ? 2 : 1) &&
    status <= (sent.ended ? 2 : 1) &&
    (status === 2) === (progress === 100) &&
    progress >= least &&
    progress <= most &&
    timespent >= (answered?.timespent ?? 0) &&
    timespent <= sent.timespent
  )
}

/** The summary, recomputed here from what the views and attempts show. */
function summaryFaults(
  learner: Learner,
  contents: ReadonlyMap<string, Json>,
  attempts: ReadonlyMap<string, Json>,
  { status, result }: { readonly status: number; readonly result: Json },
): readonly string[] {
  const statuses = [...contents].flatMap(([id, content]) =>
    Number(content['status']) > 0 ? [[id, Number(content['status'])] as const] : [],
  )
  const ended = statuses.filter(([, state]) => state === 2).length
  const answeredEnds = [...learner.answered.values()].filter((bound) => bound.ended).length
  const complete = ended === LEAVES.length
  const ends = [...contents.values()].map((content) => Number(content['completedOn']))
  const expected = {
    contentStatus: Object.fromEntries(statuses),
    assessmentStatus: Object.fromEntries(
      [...attempts].map(([id, { score, max_score }]) => [id, { score, max_score }] as const),
    ),
    progress: ended,
    completionPercentage: Math.floor((ended * 100) / LEAVES.length),
    status: complete ? 2 : statuses.length > 0 ? 1 : 0,
    completedOn: complete ? Math.max(...ends) : null,
  }
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, result[name]]))
  const faults: string[] = []
  if (status !== 200) faults.push(`summary ${String(status)}`)
  if (learner.enrolled && String(result['active']) !== 'true') faults.push('enrolment')
  if (ended < answeredEnds) faults.push(`summary shows ${String(ended)} of ${String(answeredEnds)} ends`)
  try {
    assert.deepEqual(found, expected)
  } catch {
    faults.push(`summary ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`)
  }
  return faults
}

function byIdentifier(result: Json): ReadonlyMap<string, Json> {
  const contents = result['contents'] as unknown as readonly Json[]
  return new Map(contents.map((content) => [String(content['identifier']), content]))
}

/** Looks into the file itself, over all rounds: nothing damaged, nothing lost since, rows and log tell the same. */
function missingInFile(path: string, learners: readonly Learner[]): readonly string[] {
  const database = new DatabaseSync(path, { readOnly: true })
  const one = (sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0]
  assert.equal(one('PRAGMA integrity_check'), 'ok')
  assert.equal(one('SELECT count(*) FROM dead_letter'), 0)
  const logged = (type: string): unknown => one(`SELECT count(*) FROM log WHERE data ->> 'type' = '${type}'`)
  assert.equal(logged('view-started'), one('SELECT count(*) FROM view WHERE started_at IS NOT NULL'))
  assert.equal(
    logged('view-ended'),
    one('SELECT count(*) FROM view WHERE started_at IS NOT NULL AND completed_at IS NOT NULL'),
  )
  assert.equal(logged('attempt-submitted'), one('SELECT count(*) FROM attempt'))
  assert.equal(logged('enrolment-created'), one('SELECT count(*) FROM participation WHERE enrolled_at IS NOT NULL'))
  assert.equal(logged('collection-completed'), one('SELECT count(*) FROM participation WHERE completed_at IS NOT NULL'))

  const view = database.prepare('SELECT started_at, completed_at FROM named_view WHERE user_id = ? AND content_id = ?')
  const attempt = database.prepare('SELECT score FROM named_attempt WHERE user_id = ? AND attempt_id = ?')
  const enrolment = database.prepare(
    'SELECT enrolled_at FROM participation WHERE user_id = ? AND enrolled_at IS NOT NULL',
  )
  const lost: string[] = []
  for (const { userId, answered, attempts, enrolled } of learners) {
    if (enrolled && enrolment.get(userId) === undefined) lost.push(`${userId}: enrolment`)
    for (const [contentId, { started, ended }] of answered) {
      const row = view.get(userId, contentId)
      if ((started && row?.['started_at'] == null) || (ended && row?.['completed_at'] == null)) {
        lost.push(`${userId}: ${contentId}`)
      }
    }
    for (const [attemptId, score] of attempts) {
      if (attempt.get(userId, attemptId)?.['score'] !== score) lost.push(`${userId}: ${attemptId}`)
    }
  }
  database.close()
  return lost
}

/** Runs work over all items, as many at once as there are clients. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const waiting = items.values()
  const worker = async (): Promise<void> => {
    for (const item of waiting) results.push(await work(item))
  }
  await Promise.all(Array.from({ length: CLIENTS }, worker))
  return results
}
