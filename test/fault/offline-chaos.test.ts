/**
 * Phones that are offline for weeks, on networks that lose, repeat and reorder: what is recorded in the end is what was
 * done (reliability K7, invariants 4 to 6). `CHAOS_LEARNERS` and `CHAOS_SEED` change how many, and repeat a run.
 */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startApp, type Json, type TestApp } from '../support/app.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { seeded } from '../../src/demo/random.ts'

const LEARNERS = Number(process.env['CHAOS_LEARNERS'] ?? 300)
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000)
const [LOSS, ANSWER_LOSS, DUPLICATION] = [0.1, 0.1, 0.2]
const WINDOW = 1_000
const CALLERS = 8
const DAY_MS = 86_400_000
const OFFLINE_DAYS = 30
const NOW = Date.UTC(2026, 2, 1, 8)
const COLLECTION = 'maths'
const CONTENTS = ['adding', 'counting', 'dividing', 'measuring']
const REQUIRED = CONTENTS.slice(0, 3)

interface Act {
  readonly op: 'start' | 'update' | 'end'
  readonly at: number
  readonly contentId: string
  readonly progress: number
  readonly timespent: number
  readonly page: number
}

interface Submission {
  readonly op: 'assess'
  readonly at: number
  readonly contentId: string
  readonly attemptId: string
  /** Score by question; each of 10. */
  readonly answers: readonly number[]
}

interface Learner {
  readonly userId: string
  /** What was done on both devices, in no particular order. */
  readonly acts: readonly (Act | Submission)[]
}

/** A request under way, with how often it may still go wrong: a network that always fails proves nothing. */
interface Message {
  readonly userId: string
  readonly items: readonly (Act | Submission)[]
  tries: number
}

interface Figures {
  items: number
  delivered: number
  lost: number
  answersLost: number
  duplicates: number
}

type Random = () => number
const upTo = (random: Random, limit: number): number => Math.floor(random() * limit)

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const result = [...items]
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = upTo(random, index + 1)
    const [a, b] = [result[index], result[other]]
    if (a !== undefined && b !== undefined) [result[index], result[other]] = [b, a]
  }
  return result
}

/** What one device does offline: contents viewed with a running total of time, and attempts that are handed in again. */
function offlineWork(random: Random, device: number): readonly (Act | Submission)[] {
  const work: (Act | Submission)[] = []
  for (const contentId of CONTENTS) {
    if (random() < 0.25) continue
    let at = NOW - 1000 - upTo(random, OFFLINE_DAYS * DAY_MS)
    let [progress, timespent] = [0, 0]
    const act = (op: Act['op']): void => {
      work.push({ op, at, contentId, progress, timespent, page: upTo(random, 5) })
    }
    if (random() < 0.9) act('start')
    for (let updates = upTo(random, 4); updates > 0; updates -= 1) {
      at = Math.min(at + 1 + upTo(random, 3_600_000), NOW - 1)
      progress = Math.min(100, progress + upTo(random, 40))
      timespent += upTo(random, 600)
      act('update')
    }
    at = Math.min(at + 1 + upTo(random, 3_600_000), NOW - 1)
    if (random() < 0.7) act('end')
    for (let submissions = upTo(random, 3); submissions > 0; submissions -= 1) {
      // No two submissions at one time: their last three bits tell them apart.
      at = NOW - 8 * (1 + upTo(random, (OFFLINE_DAYS * DAY_MS) / 8 - 1)) + submissions * 2 + device
      const answers = Array.from({ length: 1 + upTo(random, 3) }, () => upTo(random, 11))
      work.push({
        op: 'assess',
        at,
        contentId,
        attemptId: random() < 0.5 ? 'shared' : `device-${String(device)}`,
        answers,
      })
    }
  }
  return work
}

function itemOf(item: Act | Submission, index: number): object {
  const common = {
    op: item.op,
    id: String(index),
    clientTime: item.at,
    collectionId: COLLECTION,
    contentId: item.contentId,
  }
  if (item.op === 'assess') {
    const assessments = item.answers.map((score, question) => ({
      eid: 'ASSESS',
      ets: item.at,
      edata: { item: { id: `q${String(question)}`, maxscore: 10 }, score },
    }))
    return { ...common, attemptId: item.attemptId, assessments }
  }
  if (item.op !== 'update') return common
  return { ...common, progress: item.progress, timespent: item.timespent, progressDetails: { page: item.page } }
}

/** Sends every message over a network that loses, repeats and reorders, until each was answered at least once. */
async function deliver(app: TestApp, random: Random, messages: Message[], figures: Figures): Promise<void> {
  const network = messages
  const limit = messages.length * 10
  const caller = async (): Promise<void> => {
    for (let count = 0; network.length > 0 && count < limit; count += 1) {
      const chosen = upTo(random, Math.min(WINDOW, network.length))
      const [message] = network.splice(chosen, 1)
      if (message === undefined) return
      const again = message.tries > 0
      message.tries -= 1
      if (again && random() < DUPLICATION) {
        figures.duplicates += 1
        network.splice(upTo(random, network.length + 1), 0, { ...message, tries: 0 })
      }
      if (again && random() < LOSS) {
        figures.lost += 1
        network.push(message)
        continue
      }
      figures.delivered += 1
      await send(app, message)
      if (again && random() < ANSWER_LOSS) {
        figures.answersLost += 1
        network.push(message)
      }
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  assert.equal(network.length, 0)
}

async function send(app: TestApp, { userId, items }: Message): Promise<void> {
  const { status, body } = await app.call('POST', '/v1/view/batch', { request: { userId, items: items.map(itemOf) } })
  assert.ok(status === 200 || status === 207, JSON.stringify(body))
  for (const item of body.result['items'] as unknown as readonly Json[]) {
    assert.match(String(item['status']), /^20[02]$/, JSON.stringify(item))
  }
}

/** The state of one content, worked out from all that was done, knowing nothing of requests or of their order. */
function expectedContent(learner: Learner, contentId: string): object | undefined {
  const acts = learner.acts.filter((act): act is Act => act.op !== 'assess' && act.contentId === contentId)
  const [best] = expectedAttempts(learner, contentId).toSorted(
    (a, b) => b.score - a.score || a.first - b.first || (a.attemptId < b.attemptId ? -1 : 1),
  )
  const starts = acts.filter(({ op }) => op === 'start').map(({ at }) => at)
  const ends = acts.filter(({ op }) => op === 'end').map(({ at }) => at)
  const scores = { score: best?.score ?? null, max_score: best?.max ?? null }
  if (starts.length === 0) {
    if (best === undefined) return undefined
    const none = { startedOn: null, completedOn: null, lastAccessTime: null, progressDetails: {} }
    return { identifier: contentId, status: 0, progress: 0, timespent: 0, ...scores, ...none }
  }
  const updates = acts.filter(({ op }) => op === 'update')
  // The latest page; of two at one time the greater.
  const [latest] = updates.toSorted((a, b) => b.at - a.at || b.page - a.page)
  const startedOn = Math.min(...starts)
  return {
    identifier: contentId,
    status: ends.length > 0 ? 2 : 1,
    progress: ends.length > 0 ? 100 : Math.max(0, ...updates.map(({ progress }) => progress)),
    timespent: Math.max(0, ...updates.map(({ timespent }) => timespent)),
    ...scores,
    startedOn,
    completedOn: ends.length > 0 ? Math.max(startedOn, Math.min(...ends)) : null,
    lastAccessTime: Math.max(...acts.map(({ at }) => at)),
    progressDetails: latest === undefined ? {} : { page: latest.page },
  }
}

interface ExpectedAttempt {
  readonly attemptId: string
  readonly score: number
  readonly max: number
  readonly at: number
  readonly first: number
}

/** Of each attempt the submission of the latest time. */
function expectedAttempts(learner: Learner, contentId: string): readonly ExpectedAttempt[] {
  const submitted = learner.acts.filter((act): act is Submission => act.op === 'assess' && act.contentId === contentId)
  return [...Map.groupBy(submitted, ({ attemptId }) => attemptId)].map(([attemptId, all]) => {
    const [last] = all.toSorted((a, b) => b.at - a.at)
    const answers = last?.answers ?? []
    const score = answers.reduce((total, answer) => total + answer, 0)
    const first = Math.min(...all.map(({ at }) => at))
    return { attemptId, score, max: answers.length * 10, at: last?.at ?? 0, first }
  })
}

function expectedSummary(contents: readonly (object | undefined)[], learner: Learner): object {
  const shown = contents.flatMap((content) => (content === undefined ? [] : [content as unknown as Json]))
  const status = new Map(shown.map((content) => [String(content['identifier']), Number(content['status'])]))
  const done = REQUIRED.filter((contentId) => status.get(contentId) === 2)
  const complete = done.length === REQUIRED.length
  const ends = shown
    .filter((content) => REQUIRED.includes(String(content['identifier'])))
    .map((content) => Number(content['completedOn']))
  return {
    contentStatus: Object.fromEntries([...status].filter(([, state]) => state > 0)),
    assessmentStatus: Object.fromEntries(
      shown
        .filter((content) => expectedAttempts(learner, String(content['identifier'])).length > 0)
        .map(({ identifier, score, max_score }) => [String(identifier), { score, max_score }]),
    ),
    progress: done.length,
    completionPercentage: Math.floor((done.length * 100) / REQUIRED.length),
    status: complete ? 2 : [...status.values()].some((state) => state > 0) ? 1 : 0,
    completedOn: complete ? Math.max(...ends) : null,
  }
}

/** Where a learner's record differs from what was done. */
async function faultsOf(app: TestApp, learner: Learner): Promise<readonly string[]> {
  const where = { userId: learner.userId, collectionId: COLLECTION }
  const read = async (path: string, request: object): Promise<Json> =>
    (await app.call('POST', path, { request })).body.result
  const faults: string[] = []
  const compare = (what: string, found: unknown, wanted: unknown): void => {
    try {
      assert.deepEqual(found, wanted)
    } catch {
      faults.push(`${learner.userId} ${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
    }
  }
  const contents = (await read('/v1/view/read', where))['contents'] as unknown as readonly Json[]
  const wanted = CONTENTS.map((contentId) => expectedContent(learner, contentId))
  const byId = new Map(contents.map((content) => [String(content['identifier']), content]))
  for (const [index, contentId] of CONTENTS.entries()) compare(contentId, byId.get(contentId), wanted[index])

  const scored = (await read('/v1/assessment/read', where))['contents'] as unknown as readonly Json[]
  const attempts = new Map(scored.map(({ identifier, attempts }) => [String(identifier), attempts]))
  for (const contentId of CONTENTS) {
    const expected = expectedAttempts(learner, contentId)
      .toSorted((a, b) => a.first - b.first || (a.attemptId < b.attemptId ? -1 : 1))
      .map(({ attemptId, score, max, at }) => ({ attemptId, score, max_score: max, lastAttemptedOn: at }))
    compare(`attempts at ${contentId}`, attempts.get(contentId), expected.length === 0 ? undefined : expected)
  }
  const summary = await read('/v1/summary/read', where)
  const expected = expectedSummary(wanted, learner)
  compare('summary', Object.fromEntries(Object.keys(expected).map((name) => [name, summary[name]])), expected)
  return faults
}

/** An installation that knew the collection before anyone worked in it. */
async function openSchool(t: TestContext): Promise<TestApp> {
  const clock = new SimulatedClock(NOW - (OFFLINE_DAYS + 2) * DAY_MS)
  const app = await startApp({}, clock)
  t.after(() => app.stop())
  const children = CONTENTS.map((identifier) => ({
    identifier,
    ...(REQUIRED.includes(identifier) ? {} : { relationalMetadata: { optional: true } }),
  }))
  const content = { identifier: COLLECTION, children }
  assert.equal((await app.call('PUT', `/v1/collection/${COLLECTION}`, { request: { content } })).status, 200)
  return app
}

/** The work of each learner on two devices, and the batches in which the devices send it. */
function offlineClass(random: Random): { readonly learners: readonly Learner[]; readonly messages: Message[] } {
  const learners: Learner[] = []
  const messages: Message[] = []
  for (let number = 0; number < LEARNERS; number += 1) {
    const userId = `learner-${String(number)}`
    const devices = [0, 1].map((device) => offlineWork(random, device))
    learners.push({ userId, acts: devices.flat() })
    for (const work of devices) {
      // A queue that was sent out of order, in parts of different sizes.
      const queue = shuffled(random, work)
      while (queue.length > 0) messages.push({ userId, items: queue.splice(0, 1 + upTo(random, 8)), tries: 8 })
    }
  }
  return { learners, messages: shuffled(random, messages) }
}

test(
  'loss, repetition and reordering over 30 days offline end in what was done, and once more sent change nothing',
  { timeout: 60_000 + LEARNERS * 100 },
  async (t) => {
    const random = seeded(SEED).next
    const app = await openSchool(t)
    const { learners, messages } = offlineClass(random)
    for (const { userId } of learners) {
      const request = { userId, collectionId: COLLECTION }
      assert.equal((await app.call('POST', '/v1/enrolment/enrol', { request })).status, 200)
    }
    app.clock.set(NOW)
    const everything = messages.map((message) => ({ ...message, tries: 0 }))
    const items = messages.reduce((total, message) => total + message.items.length, 0)
    const figures: Figures = { items, delivered: 0, lost: 0, answersLost: 0, duplicates: 0 }
    const begun = performance.now()
    const sent = messages.length
    await deliver(app, random, messages, figures)
    const seconds = (performance.now() - begun) / 1000
    t.diagnostic(
      `CHAOS_SEED=${String(SEED)}: ${String(LEARNERS)} learners, ${String(items)} items in ${String(sent)} batches; ${String(figures.delivered)} delivered, ${String(figures.duplicates)} duplicates, ${String(figures.lost)} lost and sent again, ${String(figures.answersLost)} answers lost and sent again, in ${seconds.toFixed(1)} s`,
    )
    const faults: string[] = []
    for (const learner of learners) faults.push(...(await faultsOf(app, learner)))
    assert.deepEqual(faults.slice(0, 5), [])

    // Everything once more, in one order of many: nothing moves, not even the log.
    await app.waymark.idle()
    const last = await app.waymark.store.log.last()
    for (const message of shuffled(random, everything)) await send(app, message)
    await app.waymark.idle()
    assert.equal(await app.waymark.store.log.last(), last)
    for (const learner of learners) faults.push(...(await faultsOf(app, learner)))
    t.diagnostic(`states that differ from what was done: ${String(faults.length)} of ${String(LEARNERS)} learners`)
    assert.deepEqual(faults.slice(0, 5), [])

    const { findings, views, summaries } = await app.waymark.store.verify(() => undefined)
    t.diagnostic(`verified ${String(views)} views and ${String(summaries)} summaries: ${String(findings.length)} wrong`)
    assert.deepEqual(findings, [])
  },
)
