/** The life of one view over the live routes: start, update, end, revisits (viewer-service seed, "Content View Lifecycle"). */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fault, openSchool, refusal, type School } from '../../test/support/school.ts'

const IN_BATCH = { userId: 'rahul', collectionId: 'class-1-maths', contextId: 'batch-1' }
const KEY = { ...IN_BATCH, contentId: 'single-digit-addition' }

function rowsOf(school: School): Promise<ReadonlyMap<string, unknown>> {
  return school.waymark.store.progress.views(IN_BATCH)
}

async function timesOf(school: School): Promise<unknown> {
  const { startedOn, completedOn, lastAccessTime } = await school.read(KEY)
  return { startedOn, completedOn, lastAccessTime }
}

test('a start where there is no view makes one in progress', async (t) => {
  const school = await openSchool(t)
  const { view } = await school.ok('/v1/view/start', KEY)
  assert.deepEqual(view, { outcome: 'STARTED', status: 1, progress: 0 })
  assert.equal((await rowsOf(school)).size, 1)
  assert.equal((await school.read(KEY))['status'], 1)
  assert.equal((await school.logged('view-started')).length, 1)
})

test('a start where there is a view changes neither its status nor its start', async (t) => {
  const school = await openSchool(t)
  const started = school.clock.nowMs()
  await school.ok('/v1/view/start', KEY)
  school.clock.advance({ minutes: 5 })
  const { view } = await school.ok('/v1/view/start', KEY)
  assert.deepEqual(view, { outcome: 'ALREADY_STARTED', status: 1, progress: 0 })
  assert.equal((await school.read(KEY))['startedOn'], started)
  assert.equal((await school.logged('view-started')).length, 1)
})

for (const kind of ['update', 'end']) {
  test(`an ${kind} where there is no view is refused, makes no row and tells nobody`, async (t) => {
    const school = await openSchool(t)
    const answer = await school.post(`/v1/view/${kind}`, KEY)
    assert.equal(fault(answer), '404 VIEW_NOT_STARTED request.contentId')
    assert.equal((await rowsOf(school)).size, 0)
    assert.equal((await school.read(KEY))['status'], 0)
    await school.waymark.idle()
    assert.equal(await school.waymark.store.log.last(), 0)
  })

  test(`an ${kind} finds no view where the content was started in another context`, async (t) => {
    const school = await openSchool(t)
    await school.ok('/v1/view/start', { ...KEY, contextId: 'batch-2' })
    await school.ok('/v1/view/start', { userId: KEY.userId, contentId: KEY.contentId })
    assert.equal(refusal(await school.post(`/v1/view/${kind}`, KEY)), '404 VIEW_NOT_STARTED')
    assert.equal((await rowsOf(school)).size, 0)
  })
}

test('start, update, end make one completed view and one view-ended', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', KEY)
  await school.ok('/v1/view/update', { ...KEY, progressDetails: { page: 3 }, timespent: 10 })
  const { view } = await school.ok('/v1/view/end', KEY)
  assert.deepEqual(view, { outcome: 'ENDED', status: 2, progress: 100 })
  const ended = await school.logged('view-ended')
  assert.deepEqual(ended, [{ type: 'view-ended', ...KEY, completedAt: school.clock.nowMs() }])
})

test('a revisit of a completed view is answered as before and moves only the last access', async (t) => {
  const school = await openSchool(t)
  const completed = school.clock.nowMs()
  await school.complete(IN_BATCH, KEY.contentId)
  school.clock.advance({ days: 1 })
  const outcomes = []
  for (const kind of ['start', 'update', 'end']) {
    const { view, [KEY.contentId]: text } = await school.ok(`/v1/view/${kind}`, { ...KEY, progress: 5 })
    outcomes.push([text, view?.['outcome'], view?.['status'], view?.['progress']])
  }
  assert.deepEqual(outcomes, [
    ['Progress started', 'ALREADY_STARTED', 2, 100],
    ['SUCCESS', 'ALREADY_ENDED', 2, 100],
    ['Progress ended', 'ALREADY_ENDED', 2, 100],
  ])
  const expected = { startedOn: completed, completedOn: completed, lastAccessTime: school.clock.nowMs() }
  assert.deepEqual(await timesOf(school), expected)
  assert.equal((await school.logged('view-started')).length, 1)
  assert.equal((await school.logged('view-ended')).length, 1)
  assert.equal((await school.logged('view-corrected')).length, 0)
})

test('a clock that goes back does not move the last access back', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', KEY)
  const latest = school.clock.nowMs()
  school.clock.set(latest - 60_000)
  await school.ok('/v1/view/update', { ...KEY, progress: 10 })
  assert.equal((await school.read(KEY))['lastAccessTime'], latest)
})

test('starts and updates that race with an end leave the view complete', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', KEY)
  const racing = ['start', 'update', 'end', 'update', 'start', 'end', 'start', 'update']
  await Promise.all(racing.map((kind) => school.ok(`/v1/view/${kind}`, { ...KEY, progress: 40 })))
  const { status, progress } = await school.read(KEY)
  assert.deepEqual({ status, progress }, { status: 2, progress: 100 })
  assert.equal((await school.logged('view-ended')).length, 1)
})

test('starts that race make one view and say once that it was started', async (t) => {
  const school = await openSchool(t)
  const answers = await Promise.all(Array.from({ length: 10 }, () => school.ok('/v1/view/start', KEY)))
  const started = answers.filter(({ view }) => view?.['outcome'] === ('STARTED' as unknown))
  assert.equal(started.length, 1)
  assert.equal((await school.logged('view-started')).length, 1)
})

test('of the progress reported the greatest counts, also when it is not the last', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', { ...KEY, progress: 5 })
  for (const progress of [30, 70, 45.5]) {
    school.clock.advance({ seconds: 1 })
    await school.ok('/v1/view/update', { ...KEY, progress })
  }
  assert.equal((await school.read(KEY))['progress'], 70)
})

test('of the time spent the greatest counts, so that repeating adds nothing', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', KEY)
  for (const timespent of [10, 25, 25, 20]) {
    school.clock.advance({ seconds: 1 })
    await school.ok('/v1/view/update', { ...KEY, timespent })
  }
  assert.equal((await school.read(KEY))['timespent'], 25)
})

test('of the progress details the latest count, and come back as they were sent', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', KEY)
  const last = { page: 2, bookmarks: [{ ग: null }], nested: { ['__proto__']: 1, empty: {} } }
  for (const progressDetails of [{ page: 1, zoom: 2 }, last]) {
    school.clock.advance({ seconds: 1 })
    await school.ok('/v1/view/update', { ...KEY, progressDetails })
  }
  assert.deepEqual((await school.read(KEY))['progressDetails'], last)
})

test('an update without details keeps those on record', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', { ...KEY, progressDetails: { page: 1 } })
  school.clock.advance({ seconds: 1 })
  await school.ok('/v1/view/update', { ...KEY, timespent: 9 })
  assert.deepEqual((await school.read(KEY))['progressDetails'], { page: 1 })
})

test('progress among the details counts where the request has no progress of its own', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', KEY)
  await school.ok('/v1/view/update', { ...KEY, progressdetails: { progress: 60 } })
  assert.equal((await school.read(KEY))['progress'], 60)
  await school.ok('/v1/view/update', { ...KEY, progress: 65, progressDetails: { progress: 90 } })
  assert.equal((await school.read(KEY))['progress'], 65)
  // Some players count pages or seconds under this name: what cannot be a percentage is not taken for one.
  await school.ok('/v1/view/update', { ...KEY, progressDetails: { progress: 3000 } })
  assert.equal((await school.read(KEY))['progress'], 65)
})

test('progress outside 0 to 100 is refused by name and changes nothing', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', KEY)
  const refused = [
    [{ progress: 100.5 }, 'request.progress'],
    [{ progress: -1 }, 'request.progress'],
    [{ timespent: -1 }, 'request.timespent'],
  ] as const
  for (const [fields, field] of refused) {
    assert.equal(fault(await school.post('/v1/view/update', { ...KEY, ...fields })), `400 INVALID_FIELD ${field}`)
  }
  assert.equal((await school.read(KEY))['progress'], 0)
})

test('full progress without an end is not complete', async (t) => {
  const school = await openSchool(t)
  await school.ok('/v1/view/start', KEY)
  await school.ok('/v1/view/update', { ...KEY, progress: 100 })
  const { status, progress, completedOn } = await school.read(KEY)
  assert.deepEqual({ status, progress, completedOn }, { status: 1, progress: 100, completedOn: null })
})

test('a content that was never started reads as not started, and reading makes no row', async (t) => {
  const school = await openSchool(t)
  assert.deepEqual(await school.read(KEY), {
    identifier: KEY.contentId,
    status: 0,
    progress: 0,
    score: null,
    max_score: null,
    timespent: 0,
    startedOn: null,
    completedOn: null,
    lastAccessTime: null,
    progressDetails: {},
  })
  assert.equal((await rowsOf(school)).size, 0)
})

for (const contentId of ['view', '__proto__', 'constructor', 'a:b/c?d', 'गणित']) {
  test(`a content may be called ${contentId}`, async (t) => {
    const school = await openSchool(t)
    const key = { userId: 'rahul', collectionId: 'class-1-maths', contentId }
    const started = await school.ok('/v1/view/start', key)
    assert.equal(Object.hasOwn(started, contentId), true)
    assert.equal(started[contentId], 'Progress started')
    assert.equal((await school.read(key))['status'], 1)
  })
}
