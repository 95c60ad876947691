/** Modes `content` and `collection` over HTTP where the seed has no table: scores, summaries, whole collections, removal, access. */
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { fault, items, leaf, openSchool, refusal, type School } from '../../test/support/school.ts'

const BATCH = { userId: 'rahul', collectionId: 'maths', contextId: 'batch-1' }
const ARTS = { userId: 'rahul', collectionId: 'arts' }
const ORGANIC = { userId: 'rahul' }
const assessments = [{ questionId: 'q', score: 1, maxScore: 2, timestamp: 1_772_352_000_000 }]

async function open(t: TestContext, mode: string): Promise<School> {
  const school = await openSchool(t, { MODE: mode })
  await school.publish('maths', [leaf('c1', { totalQuestions: 1 }), leaf('c2')])
  await school.publish('arts', [leaf('c1')])
  await school.call('PUT', '/v1/context/maths/batch-1', { request: { kind: 'batch' } })
  for (const where of [BATCH, ARTS]) await school.ok('/v1/enrolment/enrol', where)
  return school
}

for (const [mode, elsewhere] of [
  ['content', 1],
  ['collection', null],
] as const) {
  test(`${mode}: a score counts where the view does, and is answered the same by every route`, async (t) => {
    const school = await open(t, mode)
    await school.ok('/v1/assessment/submit', { ...BATCH, contentId: 'c1', attemptId: 'a1', assessments })
    const item = { op: 'assess', id: '1', contentId: 'c1', attemptId: 'a1', clientTime: '2026-03-01T07:00:00Z' }
    await school.ok('/v1/view/batch', { items: [{ ...item, ...BATCH, assessments }] })
    for (const [where, score] of [
      [BATCH, 1],
      [{ userId: 'rahul', collectionId: 'maths' }, 1],
      [ARTS, elsewhere],
      [ORGANIC, elsewhere],
    ] as const) {
      assert.equal((await school.read({ ...where, contentId: 'c1' }))['score'], score)
      const { contents } = await school.ok('/v1/assessment/read', { ...where, contentId: 'c1' })
      const attempts = items(contents).flatMap((content) => items(content['attempts']))
      assert.equal(attempts.length, score === null ? 0 : 1)
    }
    const scored = await Promise.all([BATCH, ARTS].map((where) => school.summary(where)))
    const expected = [{ c1: { score: 1, max_score: 2 } }, elsewhere === null ? {} : { c1: { score: 1, max_score: 2 } }]
    assert.deepEqual(
      scored.map(({ assessmentStatus }) => assessmentStatus),
      expected,
    )
  })

  test(`${mode}: an attempt must fit the collection that it names, wherever its row lies`, async (t) => {
    const school = await open(t, mode)
    const submit = (more: object) => school.post('/v1/assessment/submit', { ...BATCH, assessments, ...more })
    assert.equal(refusal(await submit({ contentId: 'c9' })), '400 CONTENT_NOT_IN_COLLECTION')
    const two = [assessments[0], { ...assessments[0], questionId: 'r' }]
    assert.equal(refusal(await submit({ contentId: 'c1', assessments: two })), '400 TOO_MANY_QUESTIONS')
  })

  test(`${mode}: completing a collection is told once for each enrolment that it completes`, async (t) => {
    const school = await open(t, mode)
    await school.complete(BATCH, 'c1', 'c2')
    const told = await school.logged('collection-completed')
    const names = told.map(({ collectionId, contextId }) => `${collectionId} ${contextId}`).sort()
    // In mode collection the rows lie in the collection itself, which makes a summary there too.
    assert.deepEqual(names, mode === 'content' ? ['arts arts', 'maths batch-1'] : ['maths batch-1', 'maths maths'])
    assert.equal((await school.summary(BATCH))['completionPercentage'], 100)
    const findings = (await school.waymark.store.verify(() => undefined)).findings
    assert.deepEqual(findings, [])
  })

  test(`${mode}: who enrols after the work has it at once, and whoever deletes keeps what others count`, async (t) => {
    const school = await open(t, mode)
    await school.complete({ userId: 'asha', collectionId: 'maths' }, 'c1')
    const batch = { ...BATCH, userId: 'asha' }
    assert.equal(refusal(await school.post('/v1/summary/read', batch)), '404 SUMMARY_NOT_FOUND')
    await school.ok('/v1/enrolment/enrol', batch)
    assert.deepEqual((await school.summary(batch))['contentStatus'], { c1: 2 })
    const removed = await school.call('DELETE', '/v1/summary/delete/asha?collectionId=maths&contextId=batch-1')
    assert.equal(removed.status, 200)
    assert.equal(refusal(await school.post('/v1/summary/read', batch)), '404 SUMMARY_NOT_FOUND')
    // Rows of a content belong to no enrolment; those of a collection went with the last one.
    assert.equal((await school.read({ ...batch, contentId: 'c1' }))['status'], mode === 'content' ? 2 : 0)
  })
}

test('content: a whole collection is read from the rows of its leaves, and only what was begun is shown', async (t) => {
  const school = await open(t, 'content')
  await school.complete(ORGANIC, 'c2', 'c9')
  const { contents } = await school.ok('/v1/view/read', BATCH)
  assert.deepEqual(
    items(contents).map(({ identifier, status }) => [identifier, status]),
    [['c2', 2]],
  )
})

test('content: an instructor reads contents of the collection, and reaches no others by naming it', async (t) => {
  const school = await open(t, 'content')
  await school.complete(ORGANIC, 'c1', 'c9')
  const as = await school.token('teacher', { role: 'instructor', collections: ['maths'] })
  const { contents } = await school.ok('/v1/view/read', { ...BATCH, contentId: ['c1'] }, { as })
  assert.equal(items(contents)[0]?.['status'], 2)
  for (const path of ['/v1/view/read', '/v1/assessment/read']) {
    const answer = await school.post(path, { ...BATCH, contentId: ['c1', 'c9'] }, { as })
    assert.equal(fault(answer), '400 CONTENT_NOT_IN_COLLECTION request.contentId')
  }
  const own = await school.token('rahul')
  assert.equal((await school.post('/v1/view/read', { ...BATCH, contentId: 'c9' }, { as: own })).status, 200)
})
