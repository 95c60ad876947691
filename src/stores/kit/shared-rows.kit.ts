/** What every implementation must do in the modes in which several enrolments count one row (decision 0013). */
import assert from 'node:assert/strict'
import test from 'node:test'
import { scoreAttempt } from '../../domain/progress/attempt.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { targetRow } from '../../domain/progress/mode.ts'
import type { Store } from '../../ports/store.ts'
import { collection } from './collections.ts'
import type { Implementation, OpenedStore } from './stores.ts'

const maths = (contextId: string, userId = 'asha'): EnrolmentKey => ({ userId, collectionId: 'maths', contextId })
const ARTS: EnrolmentKey = { userId: 'asha', collectionId: 'arts', contextId: 'arts' }
const [BATCH_1, BATCH_2, ALONE] = [maths('batch-1'), maths('batch-2'), maths('maths')]

export function sharedRowsKit({ name, mode, open }: Implementation): void {
  const check = (guarantee: string, body: (opened: OpenedStore) => Promise<void>): void => {
    test(`${name}: ${guarantee}`, async (t) => {
      const opened = await open()
      t.after(() => opened.close())
      await opened.store.catalogue.publish(collection('maths', ['a', 'b']), '{}')
      await opened.store.catalogue.publish(collection('arts', ['b', 'c']), '{}')
      await body(opened)
    })
  }

  /** Completes a content where one is told to, in the row that the mode has for it. */
  async function complete({ progress }: Store, where: EnrolmentKey, contentId: string, at = 10): Promise<void> {
    const key = targetRow(mode, { ...where, contentId })
    await progress.recordView(key, { kind: 'start', at, timed: true })
    await progress.recordView(key, { kind: 'end', at, timed: true })
  }

  /** The contents that each summary shows as begun. */
  async function shown({ progress }: Store, ...keys: readonly EnrolmentKey[]): Promise<readonly string[]> {
    const summaries = await Promise.all(keys.map((key) => progress.summary(key)))
    return summaries.map((summary) =>
      summary === undefined ? 'none' : [...summary.contentStatus.keys()].sort().join(),
    )
  }

  const seen = mode === 'content' ? ['b', 'b', 'b'] : ['b', 'b', '']

  check(
    'a completion shows at once in every enrolment that counts it, and in no other learner’s',
    async ({ store }) => {
      for (const key of [BATCH_1, BATCH_2, ARTS, maths('batch-1', 'rahul')]) await store.progress.enrol(key, 1)
      // Stored once, so that what is answered now is not what was computed for want of a row.
      await store.progress.recompute([BATCH_1, BATCH_2, ARTS, maths('batch-1', 'rahul')])
      await complete(store, BATCH_1, 'b')
      assert.deepEqual(await shown(store, BATCH_1, BATCH_2, ARTS), seen)
      assert.deepEqual(await shown(store, maths('batch-1', 'rahul')), [''])
    },
  )

  check('the worker is told of the same enrolments as the reader', async ({ store }) => {
    for (const key of [BATCH_1, BATCH_2, ARTS]) await store.progress.enrol(key, 1)
    await complete(store, BATCH_1, 'b')
    const started = (await store.log.read(0, 100)).filter(({ occurrence }) => occurrence.type === 'view-started')
    const stale = await store.progress.staleEnrolments(started.map(({ occurrence }) => occurrence))
    const named = stale.map(({ collectionId, contextId }) => `${collectionId} ${contextId}`).sort()
    assert.deepEqual(
      named,
      mode === 'content'
        ? ['arts arts', 'b b', 'maths batch-1', 'maths batch-2']
        : ['maths batch-1', 'maths batch-2', 'maths maths'],
    )
  })

  check('who enrols later has the progress made before, completion included', async ({ store }) => {
    for (const contentId of ['a', 'b']) await complete(store, BATCH_1, contentId, 20)
    await store.progress.enrol(BATCH_2, 30)
    await store.progress.recompute([BATCH_2])
    const summary = await store.progress.summary(BATCH_2)
    assert.deepEqual([summary?.status, summary?.progress, summary?.completedAt], [2, 2, 20])
  })

  check('progress without enrolment makes a summary where its rows lie, and nowhere else', async ({ store }) => {
    await complete(store, BATCH_1, 'a')
    const alone = mode === 'collection' ? 'a' : 'none'
    assert.deepEqual(await shown(store, BATCH_1, BATCH_2, ALONE), ['none', 'none', alone])
    await store.progress.recompute([BATCH_1, ALONE])
    assert.deepEqual(await shown(store, BATCH_1, ALONE), ['none', alone])
  })

  check('scores count wherever the content does', async ({ store }) => {
    await store.progress.enrol(BATCH_1, 1)
    await store.progress.enrol(BATCH_2, 1)
    await store.progress.recompute([BATCH_1, BATCH_2])
    const answer = { questionId: 'q', answeredAt: 5, score: 2, maxScore: 3, type: '', title: '' }
    const attempt = scoreAttempt('1', 5, [{ ...answer, durationSeconds: 0, response: null }])
    await store.progress.submitAttempt(targetRow(mode, { ...BATCH_1, contentId: 'b' }), attempt)
    for (const key of [BATCH_1, BATCH_2]) {
      assert.deepEqual((await store.progress.summary(key))?.scores.get('b'), { score: 2, maxScore: 3 })
    }
  })

  check('rows outlive an enrolment while others count them', async ({ store }) => {
    for (const key of [BATCH_1, BATCH_2, ALONE]) await store.progress.enrol(key, 1)
    await complete(store, BATCH_1, 'a')
    assert.deepEqual(await store.progress.remove(BATCH_1), { enrolments: 1, views: 0, attempts: 0 })
    assert.deepEqual(await store.progress.remove(ALONE), { enrolments: 1, views: 0, attempts: 0 })
    assert.deepEqual(await shown(store, BATCH_1, BATCH_2, ALONE), ['none', 'a', mode === 'collection' ? 'a' : 'none'])
    // Once more: there is nothing left to remove, and nothing changes.
    assert.deepEqual(await store.progress.remove(ALONE), { enrolments: 0, views: 0, attempts: 0 })
    const last = await store.progress.remove(BATCH_2)
    assert.deepEqual(last, { enrolments: 1, views: mode === 'collection' ? 1 : 0, attempts: 0 })
    assert.deepEqual(await shown(store, BATCH_2, ALONE), ['none', 'none'])
    await store.progress.enrol(BATCH_1, 50)
    assert.deepEqual(await shown(store, BATCH_1), [mode === 'collection' ? '' : 'a'])
  })

  check('ending an enrolment that others outlive takes its summary where no rows make one', async ({ store }) => {
    for (const key of [BATCH_1, ALONE]) await store.progress.enrol(key, 1)
    await store.progress.recompute([BATCH_1, ALONE])
    await store.progress.remove(ALONE)
    assert.deepEqual(await shown(store, BATCH_1, ALONE), ['', 'none'])
  })

  check('removing where nobody is enrolled takes no rows that lie elsewhere', async ({ store }) => {
    await complete(store, BATCH_1, 'a')
    assert.deepEqual(await store.progress.remove(BATCH_1), { enrolments: 0, views: 0, attempts: 0 })
    await store.progress.enrol(BATCH_1, 50)
    assert.deepEqual(await shown(store, BATCH_1), ['a'])
  })

  check('what was required before completes whoever had done it, enrolled or not yet', async ({ store }) => {
    for (const contentId of ['a', 'b']) await complete(store, BATCH_1, contentId, 20)
    await store.catalogue.publish(collection('maths', ['a', 'c']), '{"v":2}')
    await store.progress.enrol(BATCH_1, 30)
    const summary = await store.progress.summary(BATCH_1)
    assert.deepEqual([summary?.status, summary?.progress, summary?.completedAt], [2, 1, 20])
  })

  check('removing all leaves what was done outside collections', async ({ store }) => {
    for (const key of [BATCH_1, ALONE, ARTS]) await store.progress.enrol(key, 1)
    await complete(store, BATCH_1, 'a')
    const organic = { userId: 'asha', collectionId: 'b', contextId: 'b' }
    await complete(store, organic, 'b')
    const removed = await store.progress.removeAll('asha')
    assert.deepEqual(removed, { enrolments: 3, views: mode === 'collection' ? 1 : 0, attempts: 0 })
    assert.equal((await store.progress.views(organic)).size, 1)
    assert.deepEqual(await shown(store, BATCH_1, ALONE, ARTS), ['none', 'none', 'none'])
  })

  check('a publication counts rows of contents that are new to the collection', async ({ store }) => {
    await store.progress.enrol(ARTS, 1)
    await complete(store, mode === 'content' ? BATCH_1 : ARTS, 'a')
    await store.progress.recompute([ARTS])
    assert.deepEqual(await shown(store, ARTS), [''])
    await store.catalogue.publish(collection('arts', ['a', 'c']), '{"v":2}')
    assert.deepEqual(await shown(store, ARTS), ['a'])
    await store.progress.recompute([ARTS])
    assert.deepEqual(await shown(store, ARTS), ['a'])
  })
}
