/** Why a view or a summary is as it is, over HTTP: true, complete, and no more than the reader may know. */
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { Check } from 'typebox/value'
import { MODES } from '../domain/progress/mode.ts'
import { SEED_SCENARIOS, SEED_USER } from '../domain/progress/seed-scenarios.ts'
import { openScenario } from '../../test/support/scenario.ts'
import { fault, items, leaf, openSchool, OPTIONAL, refusal, result, type School } from '../../test/support/school.ts'
import { summaryExplain } from './routes/summary-explain.ts'
import { viewExplain } from './routes/view-explain.ts'

/** The modes in which a server can be started. */
const RUN: ReadonlySet<string> = new Set(MODES)
const BATCH = { userId: 'rahul', collectionId: 'maths', contextId: 'batch-1' }
const FIGURES = ['status', 'progress', 'completionPercentage', 'completedOn'] as const

function sentences(explained: object): string {
  return items((explained as { sentences: never }).sentences).join('\n')
}

for (const scenario of SEED_SCENARIOS.filter(({ mode }) => RUN.has(mode))) {
  for (const [index, answer] of scenario.answers.entries()) {
    test(`${scenario.title}, row ${String(index + 1)} is explained, and so is its summary: ${answer.action}`, async (t) => {
      const { instead, afterwards = [], opens, progress, says } = answer
      const school = await openScenario(t, scenario, [...(instead ?? scenario.story), ...afterwards])
      const explained = await school.ok('/v1/view/explain', { userId: SEED_USER, ...opens })
      assert.ok(Check(viewExplain.result, explained))
      assert.deepEqual([explained['status'], explained['mode']], [progress, scenario.mode])
      for (const fragment of says) assert.ok(sentences(explained).includes(fragment), sentences(explained))
      const read = await school.read({ userId: SEED_USER, ...opens })
      assert.equal(explained['completedOn'], read['completedOn'])
      const { summary } = await school.get(`/v1/summary/list/${SEED_USER}`)
      for (const listed of items(summary)) {
        const where = { userId: SEED_USER, collectionId: listed['collectionId'], contextId: listed['contextId'] }
        const whole = await school.ok('/v1/summary/explain', where)
        assert.ok(Check(summaryExplain.result, whole))
        for (const figure of FIGURES) assert.equal(whole[figure], listed[figure], figure)
        const statuses = items(whole['contents']).map(({ contentId, status }) => [String(contentId), status] as const)
        const shown = statuses.filter(([, status]) => Number(status) > 0)
        assert.deepEqual(Object.fromEntries(shown), listed['contentStatus'])
      }
    })
  }
}

async function open(t: TestContext, settings: Readonly<Record<string, string>> = {}): Promise<School> {
  const school = await openSchool(t, settings)
  await school.publish('maths', [leaf('c1'), leaf('c2'), leaf('extra', OPTIONAL)])
  await school.publish('arts', [leaf('c1'), leaf('c9')])
  await school.call('PUT', '/v1/context/maths/batch-1', { request: { kind: 'batch' } })
  await school.ok('/v1/enrolment/enrol', BATCH)
  return school
}

test('what was viewed is told with its dates, and what was never met with that', async (t) => {
  const school = await open(t)
  const startedOn = school.clock.nowMs()
  await school.ok('/v1/view/start', { ...BATCH, contentId: 'c1' })
  const begun = await school.ok('/v1/view/explain', { ...BATCH, contentId: 'c1' })
  const row = { collectionId: 'maths', contextId: 'batch-1', contentId: 'c1' }
  assert.deepEqual(begun, {
    ...BATCH,
    contentId: 'c1',
    status: 1,
    completedOn: null,
    mode: 'strict',
    target: row,
    chain: [{ kind: 'viewed', row, startedOn, completedOn: null }],
    refused: [],
    elsewhereWithheld: false,
    mergedFrom: [],
    sentences: begun['sentences'],
  })
  const never = await school.ok('/v1/view/explain', { userId: 'rahul', contentId: 'nowhere' })
  assert.deepEqual([never['status'], items(never['chain']), items(never['refused'])], [0, [], []])
  assert.match(sentences(never), /There is no other progress in “nowhere”/)
})

test('sources that were not taken are named with the reason', async (t) => {
  const school = await open(t)
  await school.complete({ userId: 'rahul', collectionId: 'arts' }, 'c1')
  const { refused } = await school.ok('/v1/view/explain', { ...BATCH, contentId: 'c1' })
  const from = { collectionId: 'arts', contextId: 'arts', contentId: 'c1' }
  const completedOn = school.clock.nowMs()
  assert.deepEqual(items(refused), [{ from, reason: 'mode', completedOn, at: null, tried: [] }])
})

test('a summary is explained content by content, with what is required', async (t) => {
  const school = await open(t)
  await school.complete(BATCH, 'c1', 'extra')
  const { contents, rows, required, ...whole } = await school.ok('/v1/summary/explain', BATCH)
  assert.deepEqual([rows, required, whole['completionPercentage']], ['context', 2, 50])
  const leaves = items(contents).map((content) => [content['contentId'], content['status'], content['required']])
  assert.deepEqual(leaves, [
    ['c1', 2, true],
    ['c2', 0, true],
    ['extra', 2, false],
  ])
  assert.match(sentences(whole), /1 of 2 required contents are complete: 50 %/)
})

test('a large collection is explained page by page, each content once and in its order', async (t) => {
  const school = await openSchool(t, { PAGE_ITEMS: '2', PAGE_ITEMS_MAX: '3' })
  const ids = ['z', 'a', 'म', 'b/1', 'c 2']
  await school.publish(
    'maths',
    ids.map((id) => leaf(id)),
  )
  await school.ok('/v1/enrolment/enrol', { userId: 'rahul', collectionId: 'maths' })
  const explain = (query: string) =>
    school.call('POST', `/v1/summary/explain${query}`, { request: { userId: 'rahul', collectionId: 'maths' } })
  const seen: unknown[] = []
  let query = ''
  for (let pages = 1; ; pages += 1) {
    const { contents, nextCursor, required } = result(await explain(query))
    assert.equal(required, 5)
    seen.push(...items(contents).map(({ contentId }) => contentId))
    if (nextCursor === undefined) {
      assert.equal(pages, 3)
      break
    }
    query = `?cursor=${String(nextCursor)}`
  }
  assert.deepEqual(seen, ids)
  assert.equal(fault(await explain('?limit=4')), '400 INVALID_FIELD query.limit')
  assert.equal(fault(await explain('?cursor=abc')), '400 INVALID_CURSOR query.cursor')
  assert.equal(fault(await explain('?cursor=')), '400 INVALID_CURSOR query.cursor')
})

test('where there is neither progress nor enrolment there is no summary to explain', async (t) => {
  const school = await open(t)
  const answer = await school.post('/v1/summary/explain', { ...BATCH, userId: 'asha' })
  assert.equal(fault(answer), '404 SUMMARY_NOT_FOUND request.collectionId')
})

test('an instructor is told nothing of other collections, not even whether there is anything', async (t) => {
  const school = await open(t)
  await school.ok('/v1/enrolment/enrol', { ...BATCH, userId: 'asha' })
  await school.complete({ userId: 'rahul', collectionId: 'arts' }, 'c1')
  await school.complete({ userId: 'rahul' }, 'c1')
  const as = await school.token('teacher', { role: 'instructor', collections: ['maths'] })
  const told = async (path: string, request: object): Promise<readonly string[]> => {
    const answers = [BATCH, { ...BATCH, userId: 'asha' }].map((where) =>
      school.ok(path, { ...where, ...request }, { as }),
    )
    return (await Promise.all(answers)).map((answer) => JSON.stringify({ ...answer, userId: undefined }))
  }
  const [rahul, asha] = await told('/v1/view/explain', { contentId: 'c1' })
  assert.equal(rahul, asha)
  const [whole = '', other = ''] = await told('/v1/summary/explain', {})
  assert.equal(whole.replaceAll('rahul', ''), other.replaceAll('asha', ''))
  const { elsewhereWithheld } = await school.ok('/v1/view/explain', { ...BATCH, contentId: 'c1' }, { as })
  assert.equal(elsewhereWithheld, true)
  for (const where of [{ collectionId: 'arts' }, {}]) {
    const foreign = await school.post('/v1/view/explain', { userId: 'rahul', contentId: 'c1', ...where }, { as })
    assert.equal(refusal(foreign), '403 FORBIDDEN')
  }
})

test('content: an instructor is told of contents of the collection, and reaches no others by naming it', async (t) => {
  const school = await open(t, { MODE: 'content' })
  await school.complete({ userId: 'rahul' }, 'c1', 'c9')
  const as = await school.token('teacher', { role: 'instructor', collections: ['maths'] })
  const { status, chain } = await school.ok('/v1/view/explain', { ...BATCH, contentId: 'c1' }, { as })
  assert.deepEqual([status, items(chain).length], [2, 1])
  const foreign = await school.post('/v1/view/explain', { ...BATCH, contentId: 'c9' }, { as })
  assert.equal(fault(foreign), '400 CONTENT_NOT_IN_COLLECTION request.contentId')
  const own = await school.token('rahul')
  assert.equal((await school.post('/v1/view/explain', { ...BATCH, contentId: 'c9' }, { as: own })).status, 200)
})
