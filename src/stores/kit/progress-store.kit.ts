/** What every implementation of ProgressStore must do. A port and its kit change together. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { scoreAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import type { ViewFact } from '../../domain/progress/view.ts'
import type { Store } from '../../ports/store.ts'
import { collection } from './collections.ts'
import type { Implementation, OpenedStore } from './stores.ts'

const enrolment: EnrolmentKey = { userId: 'asha', collectionId: 'maths', contextId: 'batch-1' }
const key = (contentId: string): ViewKey => ({ ...enrolment, contentId })
const live = (kind: ViewFact['kind'], at: number): ViewFact => ({ kind, at, timed: false })
const timed = (kind: ViewFact['kind'], at: number): ViewFact => ({ kind, at, timed: true })

function attempt(id: string, at: number, score: number): Attempt {
  const answer = {
    questionId: 'q',
    answeredAt: at,
    score,
    maxScore: 3,
    type: '',
    title: '',
    durationSeconds: 1,
    response: null,
  }
  return scoreAttempt(id, at, [answer])
}

export function progressStoreKit({ name, open }: Implementation): void {
  const check = (guarantee: string, body: (opened: OpenedStore) => Promise<void>): void => {
    test(`${name}: ${guarantee}`, async (t) => {
      const opened = await open()
      t.after(() => opened.close())
      await body(opened)
    })
  }

  check('a live end or update without a view writes nothing', async ({ store }) => {
    assert.equal((await store.progress.recordView(key('a'), live('end', 10))).outcome, 'VIEW_NOT_STARTED')
    assert.equal((await store.progress.recordView(key('a'), live('update', 10))).outcome, 'VIEW_NOT_STARTED')
    assert.equal((await store.progress.views(enrolment)).size, 0)
    assert.deepEqual(await occurrences(store), [])
  })

  check('an end that overtakes its start counts when the start arrives, and is told once', async ({ store }) => {
    assert.equal((await store.progress.recordView(key('a'), timed('end', 20))).outcome, 'KEPT_UNTIL_START')
    assert.deepEqual(await occurrences(store), [])
    const started = await store.progress.recordView(key('a'), timed('start', 10))
    assert.equal(started.outcome, 'STARTED')
    assert.equal(started.row?.completedAt, 20)
    await store.progress.recordView(key('a'), timed('end', 20))
    const types = (await occurrences(store)).map((occurrence) => occurrence.type)
    assert.deepEqual(types, ['view-started', 'view-ended'])
  })

  check('the earliest end stays, the latest access moves', async ({ store }) => {
    for (const fact of [live('start', 10), live('end', 30), live('end', 50)])
      await store.progress.recordView(key('a'), fact)
    const before = (await store.progress.views(enrolment)).get('a')
    assert.deepEqual([before?.completedAt, before?.lastAccessAt], [30, 50])
    await store.progress.recordView(key('a'), timed('end', 20))
    const after = (await store.progress.views(enrolment)).get('a')
    assert.deepEqual([after?.completedAt, after?.lastAccessAt], [20, 50])
    const corrected = (await occurrences(store)).at(-1)
    assert.equal(corrected?.type === 'view-corrected' && corrected.completedAt, 20)
  })

  check('details are those of the latest time; at one time the greater text by code point', async ({ store }) => {
    const update = (at: number, details: string): ViewFact => ({ ...timed('update', at), details })
    await store.progress.recordView(key('a'), live('start', 1))
    for (const fact of [update(5, '"b"'), update(9, '"\u{1F600}"'), update(9, '"\uFFFD"'), update(7, '"z"')]) {
      await store.progress.recordView(key('a'), fact)
    }
    assert.equal((await store.progress.views(enrolment)).get('a')?.details, '"\u{1F600}"')
  })

  check('attempts are a set by id; only a newer submission replaces one', async ({ store }) => {
    const submit = async (a: Attempt): Promise<string> => (await store.progress.submitAttempt(key('quiz'), a)).outcome
    assert.equal(await submit(attempt('1', 20, 1.33)), 'RECORDED')
    assert.equal(await submit(attempt('1', 10, 3)), 'STALE')
    assert.equal(await submit(attempt('1', 20, 1.33)), 'STALE')
    assert.equal(await submit(attempt('2', 15, 2)), 'RECORDED')
    assert.equal(await submit(attempt('1', 30, 1)), 'REPLACED')
    const attempts = (await store.progress.attempts(enrolment)).get('quiz') ?? []
    assert.deepEqual(
      attempts.map((a) => [a.attemptId, a.submittedAt, a.firstSubmittedAt, a.score]),
      [
        ['1', 30, 10, 1],
        ['2', 15, 15, 2],
      ],
    )
  })

  check('a summary is never behind an answered write, with or without a worker', async ({ store }) => {
    await store.catalogue.publish(collection('maths', ['a', 'b']), '{}')
    assert.equal(await store.progress.summary(enrolment), undefined)
    await store.progress.enrol(enrolment, 1)
    assert.equal((await store.progress.summary(enrolment))?.status, 0)
    await store.progress.recordView(key('a'), live('start', 10))
    assert.equal((await store.progress.summary(enrolment))?.status, 1)
    await store.progress.recompute([enrolment])
    await store.progress.recordView(key('a'), live('end', 20))
    assert.equal((await store.progress.summary(enrolment))?.progress, 1)
    await store.progress.submitAttempt(key('b'), attempt('1', 20, 2.5))
    assert.equal((await store.progress.summary(enrolment))?.scores.get('b')?.score, 2.5)
    await store.catalogue.publish(collection('maths', ['a']), '{"v":2}')
    assert.equal((await store.progress.summary(enrolment))?.status, 2)
  })

  check('a collection is completed once, whatever is published later', async ({ store }) => {
    await store.catalogue.publish(collection('maths', ['a', '?b']), '{}')
    await store.progress.recordView(key('a'), live('start', 10))
    await store.progress.recordView(key('a'), live('end', 20))
    await store.progress.recompute([enrolment])
    await store.catalogue.publish(collection('maths', ['a', 'b']), '{"v":2}')
    await store.progress.recompute([enrolment])
    const summary = await store.progress.summary(enrolment)
    assert.deepEqual([summary?.status, summary?.progress, summary?.required], [2, 1, 2])
    await store.progress.recordView(key('b'), live('start', 30))
    await store.progress.recordView(key('b'), live('end', 40))
    await store.progress.recompute([enrolment])
    assert.equal((await store.progress.summary(enrolment))?.completedAt, 20)
    const completed = (await occurrences(store)).filter((occurrence) => occurrence.type === 'collection-completed')
    assert.equal(completed.length, 1)
  })

  check('who is complete stays so when the clock goes back and a publication overtakes the worker', async (opened) => {
    const { store, clock } = opened
    await store.catalogue.publish(collection('maths', ['a']), '{}')
    await store.progress.recordView(key('a'), live('start', clock.nowMs()))
    await store.progress.recordView(key('a'), live('end', clock.nowMs()))
    assert.equal((await store.progress.summary(enrolment))?.status, 2)
    const completedAt = clock.nowMs()
    clock.set(completedAt - 3_600_000)
    await store.catalogue.publish(collection('maths', ['a', 'b']), '{"v":2}')
    const summary = await store.progress.summary(enrolment)
    assert.deepEqual([summary?.status, summary?.completedAt], [2, completedAt])
    await store.progress.recompute([enrolment])
    const told = (await occurrences(store)).filter((occurrence) => occurrence.type === 'collection-completed')
    assert.equal(told.length, 1)
  })

  check('recomputing twice says nothing twice', async ({ store }) => {
    await store.catalogue.publish(collection('maths', ['a']), '{}')
    await store.progress.recordView(key('a'), live('start', 10))
    await store.progress.recompute([enrolment], { consumer: 'aggregate', seq: 2 })
    const before = await occurrences(store)
    await store.progress.recompute([enrolment, enrolment])
    assert.deepEqual(await occurrences(store), before)
    assert.equal(await store.log.position('aggregate'), 2)
  })

  check('removing leaves nothing of one enrolment and everything of the others', async ({ store }) => {
    const other = { ...enrolment, contextId: 'batch-2' }
    await store.catalogue.publish(collection('maths', ['a']), '{}')
    for (const where of [enrolment, other]) {
      await store.progress.enrol(where, 1)
      await store.progress.recordView({ ...where, contentId: 'a' }, live('start', 10))
      await store.progress.submitAttempt({ ...where, contentId: 'a' }, attempt('1', 10, 1))
    }
    assert.deepEqual(await store.progress.remove(enrolment), { enrolments: 1, views: 1, attempts: 1 })
    assert.deepEqual(await store.progress.remove(enrolment), { enrolments: 0, views: 0, attempts: 0 })
    assert.equal(await store.progress.summary(enrolment), undefined)
    assert.equal((await store.progress.views(other)).size, 1)
    await store.progress.recordView(
      { userId: 'asha', collectionId: 'o', contextId: 'o', contentId: 'o' },
      live('start', 5),
    )
    await store.progress.removeAll('asha')
    assert.equal((await store.progress.views(other)).size, 0)
    assert.equal((await store.progress.views({ userId: 'asha', collectionId: 'o', contextId: 'o' })).size, 1)
  })

  check('enrolling and unenrolling are idempotent and the last one counts', async ({ store }) => {
    const outcome = async (act: 'enrol' | 'unenrol', at: number): Promise<string | undefined> =>
      (await store.progress[act](enrolment, at))?.outcome
    assert.equal(await outcome('unenrol', 5), undefined)
    assert.equal(await outcome('enrol', 10), 'ENROLLED')
    assert.equal(await outcome('enrol', 20), 'ALREADY_ENROLLED')
    assert.equal(await outcome('unenrol', 10), 'UNENROLLED')
    assert.equal(await outcome('unenrol', 30), 'ALREADY_UNENROLLED')
    assert.equal(await outcome('enrol', 10), 'ENROLLED')
    assert.equal((await store.progress.enrolment(enrolment))?.firstEnrolledAt, 10)
  })

  check('lists come page by page, in key order, complete', async ({ store }) => {
    const ids = ['a', 'B', 'ä', '\u{1F600}', '\uFFFD', '__proto__', 'a:b']
    for (const id of ids) await store.progress.enrol({ userId: 'asha', collectionId: id, contextId: 'x' }, 1)
    for (const id of ids) await store.progress.enrol({ userId: id, collectionId: 'maths', contextId: 'x' }, 1)
    const sorted = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(
      await pages(
        (after) => store.progress.enrolmentsOf('asha', { after, limit: 2 }),
        (e) => e.collectionId,
      ),
      sorted,
    )
    assert.deepEqual(
      await pages(
        (after) => store.progress.enrolmentsIn('maths', 'x', { after, limit: 3 }),
        (e) => e.userId,
      ),
      sorted,
    )
    assert.deepEqual(
      await pages(
        (after) => store.progress.participants('maths', { after, limit: 1 }),
        (e) => e.userId,
      ),
      sorted,
    )
    await assert.rejects(store.progress.enrolmentsOf('asha', { after: 'junk', limit: 2 }), { code: 'INVALID_CURSOR' })
  })

  check('a sync that is asked for names its enrolments to the worker, and changes nothing else', async ({ store }) => {
    await store.progress.enrol(enrolment, 1)
    await store.progress.recompute([enrolment])
    const before = await store.progress.enrolmentSummary(enrolment)
    const last = await store.log.last()
    await store.progress.requestSync([enrolment, { ...enrolment, userId: 'rahul' }])
    const told = (await store.log.read(last, 10)).map(({ occurrence }) => occurrence)
    assert.deepEqual(told, [
      { type: 'sync-requested', ...enrolment },
      { type: 'sync-requested', ...enrolment, userId: 'rahul' },
    ])
    const stale = await store.progress.staleEnrolments(told)
    assert.deepEqual(
      stale.map(({ userId }) => userId),
      ['asha', 'rahul'],
    )
    await store.progress.recompute(stale)
    assert.deepEqual(await store.progress.enrolmentSummary(enrolment), before)
    assert.equal(await store.progress.enrolment({ ...enrolment, userId: 'rahul' }), undefined)
    assert.equal((await store.log.read(last, 10)).length, 2)
  })

  check('an organic view takes part in no collection', async ({ store }) => {
    await store.progress.recordView(
      { userId: 'asha', collectionId: 'c', contextId: 'c', contentId: 'c' },
      live('start', 1),
    )
    assert.equal((await store.progress.participants('c', { limit: 10 })).items.length, 0)
  })
}

async function pages<T>(
  read: (after: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next: string | undefined }>,
  name: (item: T) => string,
): Promise<readonly string[]> {
  const names: string[] = []
  let after: string | undefined
  do {
    const page = await read(after)
    names.push(...page.items.map(name))
    after = page.next
  } while (after !== undefined)
  return names
}

export async function occurrences(store: Store): Promise<readonly Occurrence[]> {
  return (await store.log.read(0, 100_000)).map((entry) => entry.occurrence)
}
