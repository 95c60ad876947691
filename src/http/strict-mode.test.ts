/** The mode `strict`, row by row as the tables of the viewer-service seed have it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { fillKey } from '../domain/progress/key.ts'
import { viewStatus } from '../domain/progress/view.ts'
import { items, leaf, openSchool, type School } from '../../test/support/school.ts'

const RAHUL = 'Rahul'
const MATHS = 'class-1-maths'
const SINGLE = 'single-digit-addition'
const DOUBLE = 'double-digit-addition'
const COMPLETE = 2
const NOT_STARTED = 0

/** class-1-maths with batch-1, which ends after March, and batch-2 after it. */
async function openMaths(school: School): Promise<void> {
  await school.publish(MATHS, [leaf(SINGLE), leaf(DOUBLE)])
  const batch = (id: string, startDate: string, endDate: string) =>
    school.call('PUT', `/v1/context/${MATHS}/${id}`, { request: { kind: 'batch', startDate, endDate } })
  await batch('batch-1', '2026-03-01', '2026-03-31')
  await batch('batch-2', '2026-04-01', '2026-04-30')
}

function enrol(school: School, contextId: string): Promise<unknown> {
  return school.ok('/v1/enrolment/enrol', { userId: RAHUL, collectionId: MATHS, contextId })
}

async function asInTheSeed(school: School): Promise<void> {
  await enrol(school, 'batch-1')
  await school.complete({ userId: RAHUL, collectionId: MATHS, contextId: 'batch-1' }, SINGLE)
  await school.complete({ userId: RAHUL }, DOUBLE)
}

/** Every row of the store whose ids occur in these stories: `collection context content status`. */
async function entries(school: School, ids: readonly string[]): Promise<readonly string[]> {
  const rows: string[] = []
  for (const collectionId of ids) {
    for (const contextId of ids) {
      const views = await school.waymark.store.progress.views({ userId: RAHUL, collectionId, contextId })
      for (const [contentId, row] of views) {
        rows.push([collectionId, contextId, contentId, viewStatus(row)].join(' '))
      }
    }
  }
  return rows.sort()
}

const ALL_IDS = [MATHS, 'batch-1', 'batch-2', SINGLE, DOUBLE]

test('strict: the entries in the store are exactly the two of the seed', async (t) => {
  const school = await openSchool(t)
  await openMaths(school)
  await asInTheSeed(school)
  assert.deepEqual(await entries(school, ALL_IDS), [`${MATHS} batch-1 ${SINGLE} 2`, `${DOUBLE} ${DOUBLE} ${DOUBLE} 2`])
})

interface Row {
  readonly action: string
  readonly given: (school: School) => Promise<void>
  readonly opens: { readonly collectionId?: string; readonly contextId?: string; readonly contentId: string }
  readonly status: number
}

const inBatch1 = { collectionId: MATHS, contextId: 'batch-1' }
const inBatch2 = { collectionId: MATHS, contextId: 'batch-2' }

const ROWS: readonly Row[] = [
  {
    action: 'the completed content in its course and batch',
    given: asInTheSeed,
    opens: { ...inBatch1, contentId: SINGLE },
    status: COMPLETE,
  },
  {
    action: 'the content completed in a course, after searching for it',
    given: asInTheSeed,
    opens: { contentId: SINGLE },
    status: NOT_STARTED,
  },
  {
    action: 'the content completed in batch-1, after batch-1 expired and he joined batch-2',
    given: async (school) => {
      await asInTheSeed(school)
      school.clock.set('2026-04-02T08:00:00Z')
      await enrol(school, 'batch-2')
    },
    opens: { ...inBatch2, contentId: SINGLE },
    status: NOT_STARTED,
  },
  {
    action: 'in the course a content that he had completed after searching for it',
    given: async (school) => {
      await school.complete({ userId: RAHUL }, SINGLE)
      await enrol(school, 'batch-1')
    },
    opens: { ...inBatch1, contentId: SINGLE },
    status: NOT_STARTED,
  },
  {
    action: 'in the course the other content, completed after searching for it',
    given: asInTheSeed,
    opens: { ...inBatch1, contentId: DOUBLE },
    status: NOT_STARTED,
  },
  {
    action: 'the content completed after searching for it, after searching for it',
    given: asInTheSeed,
    opens: { contentId: DOUBLE },
    status: COMPLETE,
  },
]

for (const [index, row] of ROWS.entries()) {
  const reading = row.status === COMPLETE ? 'complete' : 'not started'
  test(`strict, row ${String(index + 1)}: Rahul opens ${row.action}: ${reading}`, async (t) => {
    const school = await openSchool(t)
    await openMaths(school)
    await row.given(school)
    const read = await school.read({ userId: RAHUL, ...row.opens })
    assert.equal(read['status'], row.status)
    assert.equal(read['progress'], row.status === COMPLETE ? 100 : 0)
    const opened = await school.ok('/v1/view/start', { userId: RAHUL, ...row.opens })
    assert.equal(opened['view']?.['outcome'], row.status === COMPLETE ? 'ALREADY_STARTED' : 'STARTED')
  })
}

interface Scenario {
  readonly story: string
  /** The same request in every spelling that clients use. */
  readonly writes: readonly Readonly<Record<string, string>>[]
  readonly reads: readonly Readonly<Record<string, string>>[]
  readonly key: { readonly collectionId?: string; readonly contextId?: string }
}

const SCENARIOS: readonly Scenario[] = [
  {
    story: 'an individual content',
    writes: [
      { userid: RAHUL, contentid: SINGLE },
      { userId: RAHUL, contentId: SINGLE },
    ],
    reads: [
      { userid: RAHUL, contentid: SINGLE },
      { userId: RAHUL, contentId: SINGLE },
    ],
    key: {},
  },
  {
    story: 'a content within a collection',
    writes: [
      { userid: RAHUL, collectionid: MATHS, contentid: SINGLE },
      { userId: RAHUL, collectionId: MATHS, contentId: SINGLE },
      { userId: RAHUL, courseId: MATHS, contentId: SINGLE },
    ],
    reads: [
      { userid: RAHUL, collection: MATHS },
      { userid: RAHUL, collectionid: MATHS },
      { userId: RAHUL, courseId: MATHS },
    ],
    key: { collectionId: MATHS },
  },
  {
    story: 'a content within a collection and a context',
    writes: [
      { userid: RAHUL, collectionid: MATHS, contextid: 'batch-1', contentid: SINGLE },
      { userId: RAHUL, collectionId: MATHS, contextId: 'batch-1', contentId: SINGLE },
      { userId: RAHUL, courseId: MATHS, batchId: 'batch-1', contentId: SINGLE },
    ],
    reads: [
      { userid: RAHUL, collectionid: MATHS, contextid: 'batch-1' },
      { userId: RAHUL, courseId: MATHS, batchId: 'batch-1' },
    ],
    key: inBatch1,
  },
]

for (const { story, writes, reads, key } of SCENARIOS) {
  test(`${story} has one row, however its ids are spelt in requests`, async (t) => {
    const school = await openSchool(t)
    const row = fillKey({ userId: RAHUL, contentId: SINGLE, ...key })
    for (const [index, write] of writes.entries()) {
      const { view } = await school.ok('/v1/view/start', write)
      assert.equal(view?.['outcome'], index === 0 ? 'STARTED' : 'ALREADY_STARTED')
    }
    assert.deepEqual(await entries(school, ALL_IDS), [`${row.collectionId} ${row.contextId} ${SINGLE} 1`])
    for (const read of reads) {
      const { contents } = await school.ok('/v1/view/read', read)
      assert.deepEqual(
        items(contents).map(({ identifier, status }) => ({ identifier, status })),
        [{ identifier: SINGLE, status: 1 }],
      )
    }
  })
}

test('batch-1 of two courses are two contexts', async (t) => {
  const school = await openSchool(t)
  await school.complete({ userId: RAHUL, ...inBatch1 }, SINGLE)
  const other = { userId: RAHUL, collectionId: 'class-2-maths', contextId: 'batch-1', contentId: SINGLE }
  assert.equal((await school.read(other))['status'], NOT_STARTED)
})
