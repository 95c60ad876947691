/** What every implementation of HistoryImport must do: the same as ordinary writes, and silently. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { carriesOver, targetRow, type Mode } from '../../domain/progress/mode.ts'
import type { ViewFact } from '../../domain/progress/view.ts'
import type { HistoryRow } from '../../ports/history.ts'
import type { Store } from '../../ports/store.ts'
import { collection } from './collections.ts'
import { allKeys, attempt, enrolmentKey, snapshot, viewKey } from './histories.ts'
import type { Implementation, OpenedStore } from './stores.ts'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 4)
const ASHA: EnrolmentKey = { userId: 'asha', collectionId: 'maths', contextId: 'batch-1' }
const ENROLLED: Enrolment = { firstEnrolledAt: 1, enrolledAt: 1, unenrolledAt: null }

const at = fc.integer({ min: 1, max: 40 })

function historyRow(mode: Mode): fc.Arbitrary<HistoryRow> {
  return fc.oneof(
    fc.tuple(viewKey, at, fc.nat(5), fc.boolean()).map(([key, startedAt, later, ends]): HistoryRow => {
      const start: ViewFact = { kind: 'start', at: startedAt, timed: true }
      const end: ViewFact = { kind: 'end', at: startedAt + later, timed: true }
      const facts = ends ? [start, end] : [start]
      return { kind: 'views', writes: facts.map((fact) => ({ key: targetRow(mode, key), fact })) }
    }),
    fc
      .tuple(viewKey, attempt)
      .map(([key, made]): HistoryRow => ({ kind: 'attempt', key: targetRow(mode, key), attempt: made })),
    fc.tuple(enrolmentKey, at, fc.option(fc.nat(5))).map(([key, enrolledAt, stayed]): HistoryRow => {
      const unenrolledAt = stayed === null ? null : enrolledAt + 1 + stayed
      return { kind: 'enrolment', key, enrolment: { firstEnrolledAt: enrolledAt, enrolledAt, unenrolledAt } }
    }),
  )
}

async function furnish({ catalogue }: Store): Promise<void> {
  for (const id of ['maths', 'a:b']) await catalogue.publish(collection(id, ['c1', 'c2', '?constructor']), '{}')
  await catalogue.putRule({ rule: { id: 'any', any: [{ always: true }] }, byDefault: true })
}

/** The same as it is reported while it happens. */
async function happen({ progress }: Store, row: HistoryRow): Promise<void> {
  if (row.kind === 'views') await progress.recordViews(row.writes)
  else if (row.kind === 'attempt') await progress.submitAttempt(row.key, row.attempt)
  else {
    await progress.enrol(row.key, row.enrolment.enrolledAt, true)
    if (row.enrolment.unenrolledAt !== null) await progress.unenrol(row.key, row.enrolment.unenrolledAt)
  }
}

/** Nothing of what came later is known when something is copied: so whoever left has left before the rest is told. */
function enrolmentsFirst(history: readonly HistoryRow[]): readonly HistoryRow[] {
  return history.toSorted((a, b) => Number(b.kind === 'enrolment') - Number(a.kind === 'enrolment'))
}

async function shown({ store }: OpenedStore): Promise<unknown> {
  return ((await snapshot(store)) as { shown: unknown }).shown
}

async function recomputeAll({ history }: Store): Promise<void> {
  for (let after: string | undefined; ;) {
    const { items, next } = await history.unsummarised({ limit: 3, after })
    await history.recompute(items)
    if (next === undefined) return
    after = next
  }
}

export function historyKit({ name, mode, open }: Implementation): void {
  /** Opens so many stores, with the same collections. */
  async function stores(count: number): Promise<readonly OpenedStore[]> {
    const opened = await Promise.all(Array.from({ length: count }, () => open()))
    for (const { store } of opened) await furnish(store)
    return opened
  }

  test(`${name}: history comes to the same as what is reported while it happens, and the log says nothing of it`, async () => {
    const rows = fc.uniqueArray(historyRow(mode), { maxLength: 14, selector: rowId })
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 5 }), async (history, size) => {
        const [imported, lived] = (await stores(2)) as [OpenedStore, OpenedStore]
        try {
          const logged = await imported.store.log.last()
          for (let done = 0; done < history.length; done += size) {
            await imported.store.history.record(history.slice(done, done + size))
          }
          for (const row of enrolmentsFirst(history)) await happen(lived.store, row)
          const expected = await shown(lived)
          assert.deepEqual(await shown(imported), expected)
          await recomputeAll(imported.store)
          assert.deepEqual(await shown(imported), expected)
          assert.equal(await imported.store.log.last(), logged)
          assert.deepEqual((await imported.verify?.()) ?? [], [])
        } finally {
          await Promise.all([imported.close(), lived.close()])
        }
      }),
      { numRuns: RUNS },
    )
  })

  test(`${name}: history in another order, with rows that come again, comes to the same`, async () => {
    // Where progress is copied, what was shown of a source must not fall: the earlier of two reports may come too late.
    const distinct = { maxLength: 10, ...(carriesOver(mode) ? { selector: rowId } : {}) }
    const rows = fc.uniqueArray(historyRow(mode), distinct).chain((history) =>
      fc.tuple(
        fc.constant(history),
        fc.shuffledSubarray(
          history.flatMap((row) => [row, row]),
          { minLength: history.length * 2 },
        ),
      ),
    )
    await fc.assert(
      fc.asyncProperty(rows, async ([history, again]) => {
        const [once, twice] = (await stores(2)) as [OpenedStore, OpenedStore]
        try {
          await once.store.history.record(history)
          await recomputeAll(once.store)
          for (const row of again) await twice.store.history.record([row])
          await recomputeAll(twice.store)
          assert.deepEqual(await shown(twice), await shown(once))
          const outcomes = await twice.store.history.record(history)
          assert.deepEqual(new Set(outcomes), new Set(history.length === 0 ? [] : ['SAME']))
          assert.equal(await twice.store.history.countUnsummarised(), await once.store.history.countUnsummarised())
        } finally {
          await Promise.all([once.close(), twice.close()])
        }
      }),
      { numRuns: RUNS },
    )
  })

  test(`${name}: a row is new, changes what is known, or is the same`, async (t) => {
    const [{ store, close }] = (await stores(1)) as [OpenedStore]
    t.after(close)
    const key = targetRow(mode, { ...ASHA, contentId: 'c1' })
    const view = (kind: ViewFact['kind']): HistoryRow => ({
      kind: 'views',
      writes: [{ key, fact: { kind, at: 5, timed: true } }],
    })
    const enrolled: HistoryRow = { kind: 'enrolment', key: ASHA, enrolment: ENROLLED }
    const left: HistoryRow = { ...enrolled, enrolment: { ...ENROLLED, unenrolledAt: 9 } }
    const nothing: HistoryRow = { kind: 'views', writes: [] }
    const rows = [enrolled, enrolled, left, enrolled, view('start'), view('start'), view('end'), nothing]
    const outcomes = await store.history.record(rows, (done) => ({ name: 'import:test', text: String(done.length) }))
    assert.deepEqual(outcomes, ['NEW', 'SAME', 'CHANGED', 'SAME', 'NEW', 'SAME', 'CHANGED', 'SAME'])
  })

  test(`${name}: no summary that was stored before is shown once history has changed what it is made of`, async (t) => {
    const [{ store, close }] = (await stores(1)) as [OpenedStore]
    t.after(close)
    await store.progress.enrol(ASHA, 1, true)
    await store.progress.recompute(allKeys)
    const writes = ['c1', 'c2'].flatMap((contentId) =>
      (['start', 'end'] as const).map((kind) => ({
        key: targetRow(mode, { ...ASHA, contentId }),
        fact: { kind, at: 5, timed: true },
      })),
    )
    await store.history.record([
      { kind: 'views', writes: writes.slice(0, 2) },
      { kind: 'views', writes: writes.slice(2) },
    ])
    const figures = async (): Promise<unknown> => {
      const summary = await store.progress.summary(ASHA)
      return [summary?.progress, summary?.status, summary?.completedAt]
    }
    assert.deepEqual(await figures(), [2, 2, 5])
    await recomputeAll(store)
    assert.deepEqual([await figures(), await store.history.countUnsummarised()], [[2, 2, 5], 0])
  })

  test(`${name}: who once was complete stays so, and of two times the earlier one counts, whichever comes first`, async (t) => {
    const opened = await stores(2)
    t.after(() => Promise.all(opened.map(({ close }) => close())))
    const row = (completedAt: number | undefined): HistoryRow => ({
      kind: 'enrolment',
      key: ASHA,
      enrolment: ENROLLED,
      completedAt,
    })
    for (const [{ store }, order] of opened.map((one, index) => [one, index === 0 ? [7, 3] : [3, 7]] as const)) {
      await store.history.record([row(undefined), ...order.map(row)])
      for (const recomputed of [false, true]) {
        const summary = await store.progress.summary(ASHA)
        assert.deepEqual([summary?.status, summary?.progress, summary?.completedAt], [2, 0, 3], String(recomputed))
        await recomputeAll(store)
      }
      assert.deepEqual(await store.history.record([row(3), row(7)]), ['SAME', 'SAME'])
    }
  })
}

/** So that no row of a history merges with another, which the reports of what happens do in their own way. */
function rowId(row: HistoryRow): string {
  if (row.kind === 'enrolment') return JSON.stringify(row.key)
  if (row.kind === 'views') return JSON.stringify(row.writes[0]?.key)
  return JSON.stringify([row.key, row.attempt.attemptId])
}
