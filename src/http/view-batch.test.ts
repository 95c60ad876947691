/** Offline sync: many views at once, late, repeated and in any order. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { WaymarkError } from '../domain/errors.ts'
import { fault, items, openSchool, refusal, type School } from '../../test/support/school.ts'
import type { Answered } from '../../test/support/app.ts'

const IN_BATCH = { userId: 'rahul', collectionId: 'class-1-maths', contextId: 'batch-1' }
const KEY = { ...IN_BATCH, contentId: 'c1' }
const DAY = Temporal.Instant.from('2026-02-10T00:00:00Z').epochMilliseconds

type Item = Readonly<Record<string, unknown>>

/** One item of a batch that happened on the tenth of February, some minutes after midnight. */
function item(op: string, minute: number, more: Item = {}): Item {
  return { op, id: `${op}-${String(minute)}`, clientTime: DAY + minute * 60_000, ...KEY, ...more }
}

function send(school: School, sent: readonly unknown[], more: object = {}): Promise<Answered> {
  return school.post('/v1/view/batch', { items: sent, ...more })
}

function fates(answer: Answered): readonly unknown[] {
  return items(answer.body.result['items']).map(({ status, result, params }) => {
    return `${String(status)} ${String(params?.['err'] ?? result?.['view']?.['outcome'])}`
  })
}

function permutations<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length < 2) return [list]
  return list.flatMap((first, index) => permutations(list.toSpliced(index, 1)).map((rest) => [first, ...rest]))
}

const LIFE = [
  item('start', 0),
  item('update', 5, { progress: 50, timespent: 300, progressDetails: { page: 5 } }),
  item('end', 10),
]

const ENDED = {
  identifier: 'c1',
  status: 2,
  progress: 100,
  score: null,
  max_score: null,
  timespent: 300,
  startedOn: DAY,
  completedOn: DAY + 600_000,
  lastAccessTime: DAY + 600_000,
  progressDetails: { page: 5 },
}

for (const order of permutations(LIFE)) {
  const words = order.map(({ op }) => String(op)).join(', ')
  test(`${words} ends in the same completed view, told once, in one batch or in three, twice over`, async (t) => {
    const school = await openSchool(t)
    await send(school, order)
    assert.deepEqual(await school.read(KEY), ENDED)
    const other = { ...IN_BATCH, contextId: 'batch-2' }
    const elsewhere = order.map((sent) => ({ ...sent, ...other }))
    for (const sent of [...elsewhere, ...elsewhere.toReversed()]) await send(school, [sent])
    assert.deepEqual(await school.read({ ...KEY, ...other }), ENDED)
    const ended = await school.logged('view-ended')
    assert.deepEqual(
      ended.map(({ contextId, completedAt }) => [contextId, completedAt]),
      [
        ['batch-1', ENDED.completedOn],
        ['batch-2', ENDED.completedOn],
      ],
    )
    assert.equal((await school.logged('view-corrected')).length, 0)
  })
}

test('what overtakes its start is kept unseen, and counts once the start arrives', async (t) => {
  const school = await openSchool(t)
  const early = await send(school, [item('update', 5, { progress: 50 }), item('end', 10)])
  assert.equal(early.status, 207)
  assert.deepEqual(fates(early), ['202 KEPT_UNTIL_START', '202 KEPT_UNTIL_START'])
  assert.deepEqual(early.body.result['items']?.['1']?.['result']?.['view']?.['status'], 0)
  const { status, progress, lastAccessTime } = await school.read(KEY)
  assert.deepEqual({ status, progress, lastAccessTime }, { status: 0, progress: 0, lastAccessTime: null })
  assert.deepEqual(items((await school.ok('/v1/view/read', IN_BATCH))['contents']), [])
  assert.equal(refusal(await school.post('/v1/summary/read', IN_BATCH)), '404 SUMMARY_NOT_FOUND')
  assert.equal(refusal(await school.post('/v1/view/end', KEY)), '404 VIEW_NOT_STARTED')
  assert.equal(await school.waymark.store.log.last(), 0)
  const late = await send(school, [item('start', 0)])
  assert.equal(late.status, 200)
  assert.deepEqual(fates(late), ['200 STARTED'])
  assert.equal((await school.read(KEY))['completedOn'], DAY + 600_000)
})

test('a live start also lets count what was kept, and completion is never before the start', async (t) => {
  const school = await openSchool(t)
  await send(school, [item('end', 10)])
  await school.ok('/v1/view/start', KEY)
  const { status, startedOn, completedOn } = await school.read(KEY)
  const now = school.clock.nowMs()
  assert.deepEqual({ status, startedOn, completedOn }, { status: 2, startedOn: now, completedOn: now })
})

test('an earlier end that arrives late becomes the first completion; a later one does not move it', async (t) => {
  const school = await openSchool(t)
  await send(school, [item('start', 0), item('end', 60)])
  await send(school, [item('end', 90)])
  assert.equal((await school.read(KEY))['completedOn'], DAY + 60 * 60_000)
  await send(school, [item('end', 30)])
  const { completedOn, lastAccessTime } = await school.read(KEY)
  assert.deepEqual([completedOn, lastAccessTime], [DAY + 30 * 60_000, DAY + 90 * 60_000])
  assert.equal((await school.logged('view-ended')).length, 1)
  const corrected = await school.logged('view-corrected')
  assert.deepEqual(corrected, [{ type: 'view-corrected', ...KEY, completedAt: DAY + 30 * 60_000 }])
})

test('the details with the latest time stay, whenever they arrive', async (t) => {
  const school = await openSchool(t)
  await send(school, [item('start', 0), item('update', 9, { progressDetails: { page: 9 } })])
  await send(school, [item('update', 4, { progressDetails: { page: 4 } })])
  assert.deepEqual((await school.read(KEY))['progressDetails'], { page: 9 })
})

test('a repeated batch is answered again and changes nothing', async (t) => {
  const school = await openSchool(t)
  await send(school, LIFE)
  const last = await school.waymark.store.log.last()
  const again = await send(school, LIFE)
  assert.equal(again.status, 200)
  assert.deepEqual(fates(again), ['200 ALREADY_STARTED', '200 ALREADY_ENDED', '200 ALREADY_ENDED'])
  assert.deepEqual(await school.read(KEY), ENDED)
  await school.waymark.idle()
  const views = (await school.waymark.store.log.read(last, 100)).filter(({ occurrence }) =>
    occurrence.type.startsWith('view-'),
  )
  assert.deepEqual(views, [])
})

test('items are answered in request order with their ids, and a bad one leaves the others unharmed', async (t) => {
  const school = await openSchool(t)
  const answer = await send(school, [
    item('start', 0),
    item('jump', 1),
    item('end', 2, { contentId: '' }),
    'nonsense',
    item('update', 3, { colour: 'red' }),
    item('end', 4),
  ])
  assert.equal(answer.status, 207)
  assert.equal(answer.body.params.status, 'success')
  assert.equal(answer.body.responseCode, 'OK')
  const told = items(answer.body.result['items']).map(({ index, id, status, params, result }) => {
    return [index, id, status, params?.['err'], result?.['field'] ?? null]
  })
  assert.deepEqual(told, [
    [0, 'start-0', 200, null, null],
    [1, 'jump-1', 400, 'INVALID_FIELD', 'request.items[1].op'],
    [2, 'end-2', 400, 'INVALID_ID', 'request.items[2].contentId'],
    [3, null, 400, 'INVALID_FIELD', 'request.items[3]'],
    [4, 'update-3', 400, 'UNKNOWN_FIELD', 'request.items[4].colour'],
    [5, 'end-4', 200, null, null],
  ])
  assert.equal((await school.read(KEY))['status'], 2)
})

test('a batch whose items all failed alike has their status and error', async (t) => {
  const school = await openSchool(t)
  const answer = await send(school, [item('jump', 0), item('leap', 1)])
  assert.equal(fault(answer), '400 INVALID_FIELD request.items[0].op')
  assert.equal(answer.body.responseCode, 'BAD_REQUEST')
  assert.equal(answer.body.params.status, 'failed')
  assert.equal(items(answer.body.result['items']).length, 2)
})

test('items may name their learner, or the batch does for them', async (t) => {
  const school = await openSchool(t)
  const { userId: _, ...unnamed } = item('start', 0)
  assert.deepEqual(fates(await send(school, [unnamed, item('start', 1)], { userId: 'asha' })), [
    '200 STARTED',
    '200 STARTED',
  ])
  assert.equal((await school.read({ ...KEY, userId: 'asha' }))['status'], 1)
  assert.equal((await school.read(KEY))['status'], 1)
  assert.equal(fault(await send(school, [unnamed])), '400 MISSING_FIELD request.items[0].userId')
})

test('assessments sync in a batch, under the older names of ids as well', async (t) => {
  const school = await openSchool(t)
  const { userId, collectionId: courseId, contextId: batchId, contentId: contentid } = KEY
  const assessments = [{ eid: 'ASSESS', ets: DAY, edata: { item: { id: 'q1', maxscore: 2 }, score: 1.5 } }]
  const assess = { op: 'assess', id: '1', clientTime: DAY, userId, courseId, batchId, contentid, assessments }
  const answer = await send(school, [assess])
  assert.equal(answer.status, 200)
  const { score, max_score, status } = await school.read(KEY)
  assert.deepEqual({ score, max_score, status }, { score: 1.5, max_score: 2, status: 0 })
})

test('a time a little ahead counts as now; far ahead or before 2000 it is refused', async (t) => {
  const school = await openSchool(t, { CLIENT_TIME_AHEAD_MAX: 'PT1H' })
  const now = school.clock.nowMs()
  await send(school, [item('start', 0, { clientTime: now + 3_600_000 })])
  assert.equal((await school.read(KEY))['startedOn'], now)
  const answer = await send(school, [
    item('end', 0, { clientTime: now + 3_600_001 }),
    item('end', 0, { clientTime: '1999-12-31T23:59:59Z' }),
    item('end', 0, { clientTime: 'yesterday' }),
    item('end', 0, { clientTime: 0.5 }),
  ])
  const expected = ['400 TIME_IN_FUTURE', '400 TIME_TOO_EARLY', '400 INVALID_FIELD', '400 INVALID_FIELD']
  assert.deepEqual(fates(answer), expected)
  assert.equal((await school.read(KEY))['status'], 1)
})

test('where the store fails, every view of the batch is refused as it says, and the others fare as they did', async (t) => {
  const school = await openSchool(t)
  const failing = t.mock.method(school.waymark.store.progress, 'recordViews', () =>
    Promise.reject(new WaymarkError('OVERLOADED', { retryAfterSeconds: 7 })),
  )
  const answer = await send(school, [item('start', 0), item('jump', 1), item('end', 2)])
  assert.deepEqual(fates(answer), ['503 OVERLOADED', '400 INVALID_FIELD', '503 OVERLOADED'])
  assert.deepEqual([answer.status, answer.headers['retry-after']], [207, '7'])
  assert.equal(fault(await send(school, [item('start', 0), item('end', 2)])), '503 OVERLOADED undefined')
  failing.mock.mockImplementationOnce(() => Promise.reject(new Error('a fault of the program')))
  assert.deepEqual(fates(await send(school, [item('start', 0), item('end', 2)])), [
    '500 INTERNAL_ERROR',
    '500 INTERNAL_ERROR',
  ])
  failing.mock.restore()
  assert.deepEqual(fates(await send(school, [item('start', 0), item('end', 2)])), ['200 STARTED', '200 ENDED'])
})

test('contents of any name stand in the answer under that name', async (t) => {
  const school = await openSchool(t)
  const names = ['view', '__proto__', '7', 'a "quoted" \\ name', 'ℵ\u{1F600}\u2028']
  const sent = names.map((contentId, index) => ({ ...item('start', index), id: `"${contentId}"`, contentId }))
  const answer = await send(school, sent)
  assert.deepEqual(
    items(answer.body.result['items']).map(({ id, result }) => [id, Object.entries(result ?? {})]),
    names.map((name) => {
      const view = ['view', { outcome: 'STARTED', status: 1, progress: 0 }]
      const text = [name, 'Progress started']
      return [`"${name}"`, name === 'view' ? [text] : name === '7' ? [text, view] : [view, text]]
    }),
  )
})

test('a batch beyond its limit is refused whole', async (t) => {
  const school = await openSchool(t, { BATCH_ITEMS_MAX: '2' })
  assert.equal(fault(await send(school, LIFE)), '400 BATCH_TOO_LARGE request.items')
  assert.equal((await school.read(KEY))['status'], 0)
  assert.equal((await send(school, LIFE.slice(0, 2))).status, 200)
})
