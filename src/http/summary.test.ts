/** What a learner and a report see of an enrolment: counts, percentages, completion, and never behind a write. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fault, items, leaf, openSchool, OPTIONAL, refusal, unit, type School } from '../../test/support/school.ts'

const RAHUL = { userId: 'rahul', collectionId: 'maths' }

function enrol(school: School, where: object = RAHUL): Promise<unknown> {
  return school.ok('/v1/enrolment/enrol', where)
}

async function shown(school: School): Promise<readonly unknown[]> {
  const { progress, completionPercentage, status } = await school.summary(RAHUL)
  return [progress, completionPercentage, status]
}

test('an enrolment without progress has a summary: nothing started, nothing completed', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1'), leaf('c2')], { name: 'Maths' })
  await enrol(school)
  assert.deepEqual(await school.summary(RAHUL), {
    ...RAHUL,
    contextId: 'maths',
    enrolledDate: school.clock.nowMs(),
    active: true,
    contentStatus: {},
    assessmentStatus: {},
    collection: { identifier: 'maths', name: 'Maths', logo: '', leafNodesCount: 2, description: '' },
    issuedCertificates: [],
    completedOn: null,
    progress: 0,
    completionPercentage: 0,
    status: 0,
    units: [],
  })
})

test('progress without an enrolment has a summary too, without a date of enrolment', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1')])
  await school.ok('/v1/view/start', { ...RAHUL, contentId: 'c1' })
  const { enrolledDate, active, status } = await school.summary(RAHUL)
  assert.deepEqual([enrolledDate, active, status], [null, false, 1])
})

test('where there is neither progress nor enrolment there is no summary', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1')])
  await enrol(school)
  const elsewhere = await school.post('/v1/summary/read', { ...RAHUL, contextId: 'batch-1' })
  assert.equal(fault(elsewhere), '404 SUMMARY_NOT_FOUND request.collectionId')
  const foreign = await school.post('/v1/summary/read', { ...RAHUL, userId: 'asha' })
  assert.equal(refusal(foreign), '404 SUMMARY_NOT_FOUND')
  assert.equal(
    fault(await school.post('/v1/summary/read', { userId: 'rahul' })),
    '400 MISSING_FIELD request.collectionId',
  )
})

test('every write shows in the very next read, before any worker had its turn', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1'), leaf('quiz')])
  await enrol(school)
  const contentStatus = async () => (await school.summary(RAHUL))['contentStatus']
  const step = (kind: string, contentId: string) => school.ok(`/v1/view/${kind}`, { ...RAHUL, contentId })
  await step('start', 'c1')
  assert.deepEqual(await contentStatus(), { c1: 1 })
  await step('end', 'c1')
  assert.deepEqual(await contentStatus(), { c1: 2 })
  await step('start', 'quiz')
  assert.deepEqual(await contentStatus(), { c1: 2, quiz: 1 })
  const assessments = [{ questionId: 'q', score: 1, maxScore: 2, timestamp: school.clock.nowMs() }]
  await school.ok('/v1/assessment/submit', { ...RAHUL, contentId: 'quiz', assessments })
  assert.deepEqual((await school.summary(RAHUL))['assessmentStatus'], { quiz: { score: 1, max_score: 2 } })
  await step('end', 'quiz')
  assert.deepEqual(await shown(school), [2, 100, 2])
  const { summary } = await school.get('/v1/summary/list/rahul')
  assert.equal(summary?.['0']?.['status'], 2)
  await school.ok('/v1/enrolment/unenrol', RAHUL)
  assert.equal((await school.summary(RAHUL))['active'], false)
  await school.waymark.idle()
  assert.deepEqual(await shown(school), [2, 100, 2])
})

test('the percentage is rounded down, and 100 only when all that is required is complete', async (t) => {
  const school = await openSchool(t)
  const ids = Array.from({ length: 200 }, (_, index) => `c${String(index)}`)
  await school.publish(
    'maths',
    ids.map((id) => leaf(id)),
  )
  const sync = (batch: readonly string[]) => {
    const at = { ...RAHUL, clientTime: school.clock.nowMs(), id: 'x' }
    const list = batch.flatMap((contentId) => ['start', 'end'].map((op) => ({ op, contentId, ...at })))
    return school.ok('/v1/view/batch', { items: list })
  }
  await sync(ids.slice(0, 1))
  assert.deepEqual(await shown(school), [1, 0, 1])
  await sync(ids.slice(1, 133))
  assert.deepEqual(await shown(school), [133, 66, 1])
  await sync(ids.slice(133, 199))
  assert.deepEqual(await shown(school), [199, 99, 1])
  await sync(ids.slice(199))
  assert.deepEqual(await shown(school), [200, 100, 2])
})

test('optional contents are shown, but neither count nor are needed', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1'), leaf('extra', OPTIONAL)])
  await school.complete(RAHUL, 'extra')
  assert.deepEqual(await shown(school), [0, 0, 1])
  await school.complete(RAHUL, 'c1')
  const { contentStatus, collection } = await school.summary(RAHUL)
  assert.deepEqual([contentStatus, collection?.['leafNodesCount']], [{ c1: 2, extra: 2 }, 2])
  assert.deepEqual(await shown(school), [1, 100, 2])
})

test('contents that are not in the collection do not count', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1')])
  await school.complete(RAHUL, 'stranger')
  const { contentStatus } = await school.summary(RAHUL)
  assert.deepEqual([contentStatus, ...(await shown(school))], [{}, 0, 0, 0])
})

test('units have summaries of their own, also where they share a content', async (t) => {
  const school = await openSchool(t)
  const first = unit('u1', [leaf('c1'), leaf('c2')], { name: 'One' })
  const second = unit('u2', [leaf('c2'), leaf('extra', OPTIONAL), unit('u3', [leaf('c3')])], { name: 'Two' })
  await school.publish('maths', [first, second])
  await school.complete(RAHUL, 'c2')
  await school.ok('/v1/view/start', { ...RAHUL, contentId: 'c1' })
  const { units } = await school.summary(RAHUL)
  assert.deepEqual(units, [
    { identifier: 'u1', name: 'One', leafNodesCount: 2, progress: 1, required: 2, completionPercentage: 50, status: 1 },
    { identifier: 'u2', name: 'Two', leafNodesCount: 3, progress: 1, required: 2, completionPercentage: 50, status: 1 },
    { identifier: 'u3', name: '', leafNodesCount: 1, progress: 0, required: 1, completionPercentage: 0, status: 0 },
  ])
  await school.complete(RAHUL, 'c3')
  const done = items((await school.summary(RAHUL))['units']).map(({ identifier, status }) => [identifier, status])
  assert.deepEqual(done, [
    ['u1', 1],
    ['u2', 2],
    ['u3', 2],
  ])
})

test('completedOn is the time of the last content needed, and stays', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1'), leaf('c2')])
  await school.complete(RAHUL, 'c1')
  assert.equal((await school.summary(RAHUL))['completedOn'], null)
  school.clock.advance({ days: 1 })
  const completedOn = school.clock.nowMs()
  await school.complete(RAHUL, 'c2')
  for (let visit = 0; visit < 3; visit += 1) {
    assert.equal((await school.summary(RAHUL))['completedOn'], completedOn)
    school.clock.advance({ days: 30 })
    await school.complete(RAHUL, 'c1', 'c2')
    await school.waymark.idle()
  }
  const told = await school.logged('collection-completed')
  assert.deepEqual(told, [{ type: 'collection-completed', ...RAHUL, contextId: 'maths', completedAt: completedOn }])
})

test('a late message of an earlier end moves completedOn earlier, without completing twice', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [leaf('c1')])
  await school.complete(RAHUL, 'c1')
  await school.waymark.idle()
  const at = school.clock.nowMs() - 86_400_000
  const late = ['start', 'end'].map((op) => ({ op, id: op, clientTime: at, ...RAHUL, contentId: 'c1' }))
  await school.ok('/v1/view/batch', { items: late })
  assert.equal((await school.summary(RAHUL))['completedOn'], at)
  assert.equal((await school.logged('collection-completed')).length, 1)
  assert.equal((await school.summary(RAHUL))['completedOn'], at)
})

test('progress made before the collection was published counts from the moment it is', async (t) => {
  const school = await openSchool(t)
  await school.complete(RAHUL, 'c1')
  assert.equal(refusal(await school.post('/v1/summary/read', RAHUL)), '404 SUMMARY_NOT_FOUND')
  await school.publish('maths', [leaf('c1'), leaf('c2')])
  assert.deepEqual(await shown(school), [1, 50, 1])
  await school.waymark.idle()
  assert.deepEqual(await shown(school), [1, 50, 1])
})

test('the list pages through all enrolments, each once, in one order', async (t) => {
  const school = await openSchool(t, { PAGE_ITEMS: '2', PAGE_ITEMS_MAX: '3' })
  const ids = ['c:1', 'arts', 'Zoo', 'maths', 'गणित']
  for (const id of ids) {
    await school.call('PUT', `/v1/collection/${encodeURIComponent(id)}`, { children: [leaf('c1')] })
    await enrol(school, { userId: 'rahul', collectionId: id })
  }
  await enrol(school, { userId: 'asha', collectionId: 'arts' })
  const list = async (query: string) => {
    const page = await school.get(`/v1/summary/list/rahul${query}`)
    return { ids: items(page['summary']).map(({ collectionId }) => String(collectionId)), next: page['nextCursor'] }
  }
  const seen: string[] = []
  let query: string | undefined = '?limit=3'
  while (query !== undefined) {
    const page = await list(query)
    seen.push(...page.ids)
    query = page.next === undefined ? undefined : `?limit=3&cursor=${String(page.next)}`
  }
  assert.deepEqual(seen, [...ids].sort())
  assert.equal((await list('')).ids.length, 2)
  for (const [bad, code] of [
    ['limit=4', 'INVALID_FIELD query.limit'],
    ['limit=0', 'INVALID_FIELD query.limit'],
    ['limit=x', 'INVALID_FIELD query.limit'],
    ['cursor=abc', 'INVALID_CURSOR query.cursor'],
    ['colour=red', 'UNKNOWN_FIELD query.colour'],
  ] as const) {
    assert.equal(fault(await school.call('GET', `/v1/summary/list/rahul?${bad}`)), `400 ${code}`)
  }
})

test('a learner without enrolments has an empty list', async (t) => {
  const school = await openSchool(t)
  assert.deepEqual(await school.get('/v1/summary/list/nobody'), { summary: [] })
})
