/** What every implementation of ProgressStore.recordViews must do: the same as recordView one by one. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { ViewFact } from '../../domain/progress/view.ts'
import type { ViewWrite } from '../../ports/progress-store.ts'
import { snapshot, viewWrite } from './histories.ts'
import { occurrences } from './progress-store.kit.ts'
import type { Implementation } from './stores.ts'

const enrolment: EnrolmentKey = { userId: 'asha', collectionId: 'maths', contextId: 'batch-1' }

function write(contentId: string, kind: ViewFact['kind'], at: number, timed = true): ViewWrite {
  return { key: { ...enrolment, contentId }, fact: { kind, at, timed } }
}

export function recordViewsKit({ name, open }: Implementation): void {
  test(`${name}: many views at once come to the same as one by one`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(viewWrite, { maxLength: 30 }), async (writes) => {
        const [together, apart] = [await open(), await open()]
        try {
          const answers = await together.store.progress.recordViews(writes)
          const expected = []
          for (const { key, fact } of writes) expected.push(await apart.store.progress.recordView(key, fact))
          assert.deepEqual(answers, expected)
          assert.deepEqual(await snapshot(together.store), await snapshot(apart.store))
        } finally {
          await Promise.all([together.close(), apart.close()])
        }
      }),
      { numRuns: 30 },
    )
  })

  test(`${name}: many views at once are recorded and answered in their order, repeated ones as well`, async (t) => {
    const opened = await open()
    t.after(() => opened.close())
    const answers = await opened.store.progress.recordViews([
      write('a', 'update', 5, false),
      write('b', 'end', 20),
      write('a', 'start', 10),
      write('a', 'start', 10),
      write('b', 'start', 10),
      write('a', 'end', 30),
      write('a', 'end', 30),
    ])
    assert.deepEqual(
      answers.map(({ outcome, row }) => [outcome, row?.completedAt]),
      [
        ['VIEW_NOT_STARTED', undefined],
        ['KEPT_UNTIL_START', 20],
        ['STARTED', null],
        ['ALREADY_STARTED', null],
        ['STARTED', 20],
        ['ENDED', 30],
        ['ALREADY_ENDED', 30],
      ],
    )
    const told = await occurrences(opened.store)
    assert.deepEqual(
      told.map((occurrence) => [occurrence.type, 'contentId' in occurrence && occurrence.contentId]),
      [
        ['view-started', 'a'],
        ['view-started', 'b'],
        ['view-ended', 'b'],
        ['view-ended', 'a'],
      ],
    )
  })

  test(`${name}: no views at once change nothing`, async (t) => {
    const opened = await open()
    t.after(() => opened.close())
    assert.deepEqual(await opened.store.progress.recordViews([]), [])
    assert.deepEqual(await occurrences(opened.store), [])
  })
}
