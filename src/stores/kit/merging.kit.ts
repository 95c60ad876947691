/** What every implementation must do when two accounts turn out to be one learner, in every mode. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { scoreAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import { MODE_TABLE, targetRow } from '../../domain/progress/mode.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import type { MergeAnswer } from '../../ports/progress-store.ts'
import type { Store } from '../../ports/store.ts'
import { collection } from './collections.ts'
import { CONTEXT } from './histories.ts'
import type { Implementation, OpenedStore } from './stores.ts'

const DAY = 86_400_000
const BATCH = { collectionId: 'maths', contextId: 'batch-1' }
const ASHA: EnrolmentKey = { userId: 'asha', ...BATCH }
const OLD: EnrolmentKey = { userId: 'old', ...BATCH }

export function mergingKit({ name, mode, open }: Implementation): void {
  const check = (guarantee: string, body: (opened: OpenedStore) => Promise<void>): void => {
    test(`${name}: ${guarantee}`, async (t) => {
      const opened = await open()
      t.after(() => opened.close())
      const { catalogue } = opened.store
      await catalogue.publish(collection('maths', ['a', 'b']), '{}')
      await catalogue.putRule({ rule: { id: 'any', any: [{ always: true }] }, byDefault: true })
      await catalogue.putContext({ ...CONTEXT, ...BATCH })
      await body(opened)
      assert.deepEqual((await opened.verify?.()) ?? [], [])
    })
  }

  const rowOf = (where: EnrolmentKey, contentId: string): ViewKey => targetRow(mode, { ...where, contentId })

  async function complete({ progress }: Store, where: EnrolmentKey, contentId: string, at: number): Promise<void> {
    await progress.recordView(rowOf(where, contentId), { kind: 'start', at, timed: true })
    await progress.recordView(rowOf(where, contentId), { kind: 'end', at, timed: true })
  }

  function merge(store: Store, fromUserId = 'old', intoUserId = 'asha'): Promise<MergeAnswer> {
    return store.progress.merge({ fromUserId, intoUserId, at: 100, by: 'operator' })
  }

  /** Beside the batch, mode `collection` tells of the collection itself, in which its rows lie. */
  async function logged({ log }: Store, after = 0): Promise<readonly Occurrence[]> {
    const told = (await log.read(0, 1000)).filter(({ seq }) => seq > after).map(({ occurrence }) => occurrence)
    return told.filter((occurrence) => !('contextId' in occurrence) || occurrence.contextId === BATCH.contextId)
  }

  const made = (id: string, at: number): Attempt => scoreAttempt(id, at, [])

  check('what both did counts together, at once, and nothing is left under the former name', async ({ store }) => {
    const { progress } = store
    await progress.enrol(OLD, 3, true)
    await complete(store, OLD, 'a', 10)
    await progress.recompute([OLD])
    await progress.enrol(ASHA, 5, true)
    await complete(store, ASHA, 'b', 20)
    const answer = await merge(store)
    const counts = { enrolments: 1, views: 1, attempts: 0, renamedAttempts: 0 }
    const trace = { fromUserId: 'old', intoUserId: 'asha', mergedAt: 100, by: 'operator', ...counts }
    assert.deepEqual(answer, { outcome: 'MERGED', joined: counts, merge: trace })
    const summary = await progress.summary(ASHA)
    assert.deepEqual([summary?.progress, summary?.status, summary?.completedAt], [2, 2, 20])
    assert.equal((await progress.enrolment(ASHA))?.firstEnrolledAt, 3)
    assert.equal(await progress.summary(OLD), undefined)
    assert.equal(await progress.enrolment(OLD), undefined)
    assert.equal((await progress.views(rowOf(OLD, 'a'))).size, 0)
    assert.deepEqual((await progress.contentAccount('old', 'a')).rows, [])
    assert.deepEqual((await progress.enrolmentsOf('old', { limit: 10, after: undefined })).items, [])
    assert.deepEqual(await progress.mergesInto('asha'), [trace])
  })

  check('the log tells of the merge and of what changed by it, and nothing of single rows', async ({ store }) => {
    await store.progress.enrol(OLD, 3, true)
    await complete(store, OLD, 'a', 10)
    await store.progress.enrol(ASHA, 5, true)
    await complete(store, ASHA, 'b', 20)
    await store.progress.carry([OLD, ASHA], 10)
    await store.progress.recompute([OLD, ASHA])
    const last = await store.log.last()
    await merge(store)
    const counts = { enrolments: 1, views: 1, attempts: 0, renamedAttempts: 0 }
    assert.deepEqual(await logged(store, last), [
      { type: 'collection-progress-changed', ...ASHA, progress: 2, required: 2, status: 2 },
      { type: 'collection-completed', ...ASHA, completedAt: 20 },
      { type: 'learner-merged', userId: 'asha', fromUserId: 'old', ...counts },
    ])
  })

  check('a completion that only the former account had is told as the learner’s, once', async ({ store }) => {
    await store.progress.enrol(OLD, 3, true)
    for (const contentId of ['a', 'b']) await complete(store, OLD, contentId, 10)
    await store.progress.recompute([OLD])
    await merge(store)
    await merge(store)
    await store.progress.recompute([ASHA])
    const completed = (await logged(store)).filter(({ type }) => type === 'collection-completed')
    assert.deepEqual(
      completed,
      [OLD, ASHA].map((key) => ({ type: 'collection-completed', ...key, completedAt: 10 })),
    )
  })

  check('merging again brings nothing, tells nothing and leaves no second trace', async ({ store }) => {
    await store.progress.enrol(OLD, 3, true)
    const first = await merge(store)
    const last = await store.log.last()
    const again = await merge(store)
    const none = { enrolments: 0, views: 0, attempts: 0, renamedAttempts: 0 }
    assert.deepEqual(again, { ...first, joined: none })
    assert.equal(await store.log.last(), last)
    assert.equal((await store.progress.mergesInto('asha')).length, 1)
  })

  check('what comes under the former name later is merged by merging again', async ({ store }) => {
    await store.progress.enrol(OLD, 3, true)
    await merge(store)
    await complete(store, OLD, 'a', 10)
    const again = await merge(store)
    assert.deepEqual(again.outcome === 'MERGED' && again.joined.views, 1)
    assert.equal((await store.progress.summary(ASHA))?.progress, 1)
    assert.equal((await store.progress.mergesInto('asha')).length, 2)
  })

  check('every attempt is kept: another one of the same id gets a new one, the same one is one', async ({ store }) => {
    const { progress } = store
    const [asha, old] = [rowOf(ASHA, 'a'), rowOf(OLD, 'a')]
    await progress.enrol(ASHA, 1, true)
    for (const attempt of [made('same', 5), made('taken', 6)]) await progress.submitAttempt(asha, attempt)
    for (const attempt of [made('same', 5), made('taken', 7), made('own', 8)])
      await progress.submitAttempt(old, attempt)
    const answer = await merge(store)
    assert.deepEqual(answer.outcome === 'MERGED' && answer.joined, {
      enrolments: 0,
      views: 0,
      attempts: 3,
      renamedAttempts: 1,
    })
    const kept = (await progress.attempts(asha, ['a'])).get('a') ?? []
    const byTime = kept.toSorted((one, other) => one.submittedAt - other.submittedAt)
    assert.deepEqual(
      byTime.map(({ submittedAt }) => submittedAt),
      [5, 6, 7, 8],
    )
    assert.deepEqual(
      byTime.map(({ attemptId }) => attemptId.replace(/~.*$/, '~')),
      ['same', 'taken', 'taken~', 'own'],
    )
    assert.equal((await progress.attempts(old)).size, 0)
  })

  check('a learner may be merged into a new one, content viewed on its own too', async ({ store }) => {
    const alone = { userId: 'old', collectionId: 'a', contextId: 'a' }
    await complete(store, alone, 'a', 10)
    await merge(store, 'old', 'new')
    assert.equal((await store.progress.views({ ...alone, userId: 'new' })).get('a')?.completedAt, 10)
    assert.equal((await store.progress.views(alone)).size, 0)
  })

  check('who has nothing is not known; whose all went to another is said to be there', async ({ store }) => {
    assert.deepEqual(await merge(store, 'nobody'), { outcome: 'UNKNOWN' })
    await store.progress.enrol(OLD, 3, true)
    await merge(store)
    const elsewhere = await merge(store, 'old', 'mina')
    assert.equal(elsewhere.outcome === 'MERGED_ELSEWHERE' && elsewhere.merge.intoUserId, 'asha')
    // What came since is free to go elsewhere.
    await store.progress.enrol(OLD, 9, true)
    assert.equal((await merge(store, 'old', 'mina')).outcome, 'MERGED')
  })

  check('deleting a learner deletes the traces that name them', async ({ store }) => {
    for (const learner of ['old', 'older']) await store.progress.enrol({ ...OLD, userId: learner }, 3, true)
    await merge(store, 'older', 'old')
    await merge(store)
    await store.progress.removeAll('old')
    assert.deepEqual(await store.progress.mergesInto('asha'), [])
    assert.deepEqual(await store.progress.mergesInto('old'), [])
    assert.deepEqual(await merge(store), { outcome: 'UNKNOWN' })
  })

  check('a new publication concerns a learner for what came by a merge', async ({ store }) => {
    await complete(store, OLD, 'a', 10)
    await store.progress.enrol(OLD, 11, true)
    await merge(store)
    const participants = await store.progress.participants('maths', { limit: 10, after: undefined })
    assert.ok(participants.items.some(({ userId, contextId }) => userId === 'asha' && contextId === 'batch-1'))
    assert.ok(participants.items.every(({ userId }) => userId !== 'old'))
  })

  if (MODE_TABLE[mode].enrolment.carries !== 'copies') return

  check(
    'a copy that readers have seen comes along, also where the facts alone would not make it any more',
    async ({ store }) => {
      const { catalogue, progress } = store
      await catalogue.putRule({ rule: { id: 'any', any: [{ completedWithin: 'P2D' }] }, byDefault: true })
      await catalogue.publish(collection('arts', ['b']), '{}')
      await catalogue.putContext({ ...CONTEXT, collectionId: 'arts', contextId: 'batch-1' })
      const arts = { ...OLD, collectionId: 'arts' }
      await progress.enrol(arts, 1 * DAY, true)
      await complete(store, arts, 'b', 10 * DAY)
      await progress.enrol(OLD, 11 * DAY, true)
      // Told late: it was completed long before that.
      await complete(store, arts, 'b', 2 * DAY)
      const copied = (await progress.views(OLD)).get('b')
      assert.equal(copied?.completedAt, 10 * DAY)
      await merge(store)
      assert.deepEqual((await progress.views(ASHA)).get('b'), copied)
      const rows = (await progress.contentAccount('asha', 'b')).rows
      const row = rows.find(({ key }) => key.collectionId === 'maths')
      assert.deepEqual(row?.provenance.copied?.from, { ...arts, userId: 'asha', contentId: 'b' })
    },
  )
}
