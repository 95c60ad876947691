/** Generated histories of everything that can happen to the progress of a few learners, for property tests. */
import fc from 'fast-check'
import { scoreAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import { compareKeys, type EnrolmentKey, type ViewKey } from '../../domain/progress/key.ts'
import { targetRow, type Mode } from '../../domain/progress/mode.ts'
import { AGGREGATE_CONSUMER, TRIGGERS } from '../../domain/progress/triggers.ts'
import type { Rule } from '../../domain/progress/rule.ts'
import type { ViewFact } from '../../domain/progress/view.ts'
import type { ViewWrite } from '../../ports/progress-store.ts'
import type { Store } from '../../ports/store.ts'
import { collection, type Outline } from './collections.ts'
import type { OpenedStore } from './stores.ts'

export type Step =
  | { readonly op: 'view'; readonly key: ViewKey; readonly fact: ViewFact }
  | { readonly op: 'views'; readonly writes: readonly ViewWrite[] }
  | { readonly op: 'submit'; readonly key: ViewKey; readonly attempt: Attempt }
  | {
      readonly op: 'enrol' | 'unenrol' | 'remove'
      readonly key: EnrolmentKey
      readonly at: number
      readonly timed: boolean
    }
  | { readonly op: 'rule'; readonly rule: Rule }
  | {
      readonly op: 'context'
      readonly collectionId: string
      readonly contextId: string
      readonly endsAt: number | null
    }
  | { readonly op: 'removeAll'; readonly userId: string }
  | { readonly op: 'merge'; readonly from: string; readonly into: string }
  | { readonly op: 'publish'; readonly collectionId: string; readonly children: readonly Outline[] }
  | { readonly op: 'recompute' | 'aggregate' }

/** Few of each, so that steps meet; some ids that a careless key would confuse. */
const users = ['asha', '__proto__']
const collections = ['maths', 'a:b']
const contexts = ['batch-1', 'maths']
const contents = ['c1', 'c2', 'constructor', 'ℵ\u{1F600}']

const outlines: readonly (readonly Outline[])[] = [
  ['c1', 'c2'],
  ['c1', '?c2', { unit: 'u', children: ['constructor', '?c1'] }],
  [{ unit: '?u', children: ['c1'] }, 'ℵ\u{1F600}'],
  ['?c1'],
  [],
]

const at = fc.integer({ min: 1, max: 40 })

/** In the modes that carry over: all of it, or only what was done not long before. */
const rules: readonly Rule[] = [
  { id: 'any', any: [{ always: true }] },
  { id: 'any', any: [{ completedDuring: 'context' }] },
]

/** What else a context says, where only its dates matter. */
export const CONTEXT = {
  kind: 'batch',
  name: '',
  startsAt: null,
  endsAt: null,
  enrolmentEndsAt: null,
  statusSet: null,
  startDate: null,
  endDate: null,
  enrollmentEndDate: null,
  rules: null,
} as const

export const enrolmentKey: fc.Arbitrary<EnrolmentKey> = fc.record({
  userId: fc.constantFrom(...users),
  collectionId: fc.constantFrom(...collections),
  contextId: fc.constantFrom(...contexts),
})

export const viewKey: fc.Arbitrary<ViewKey> = fc
  .tuple(enrolmentKey, fc.constantFrom(...contents), fc.boolean())
  .map(([key, contentId, organic]) =>
    organic && contentId === 'c1'
      ? { userId: key.userId, collectionId: contentId, contextId: contentId, contentId }
      : { ...key, contentId },
  )

export const viewFact: fc.Arbitrary<ViewFact> = fc.record({
  kind: fc.constantFrom('start', 'update', 'end'),
  at,
  timed: fc.boolean(),
  progress: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  timespentSeconds: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
  details: fc.option(fc.constantFrom('{"a":1}', '{"b":2}', '"\u{1F600}"', '"\uFFFD"'), { nil: undefined }),
})

export const viewWrite: fc.Arbitrary<ViewWrite> = fc.record({ key: viewKey, fact: viewFact })

export const attempt: fc.Arbitrary<Attempt> = fc
  .tuple(fc.constantFrom('1', '2', '3'), at, fc.constantFrom(0, 0.33, 1.33, 2, 3))
  .map(([id, submittedAt, score]) =>
    scoreAttempt(id, submittedAt, [
      {
        questionId: 'q',
        answeredAt: submittedAt,
        score,
        maxScore: 3,
        type: '',
        title: '',
        durationSeconds: 0,
        response: null,
      },
    ]),
  )

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ op: fc.constant('view' as const), key: viewKey, fact: viewFact }) },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('views' as const), writes: fc.array(viewWrite, { maxLength: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('submit' as const), key: viewKey, attempt }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constantFrom('enrol' as const, 'unenrol' as const),
      key: enrolmentKey,
      at,
      timed: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('remove' as const), key: enrolmentKey, at, timed: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('removeAll' as const), userId: fc.constantFrom(...users) }) },
  {
    weight: 1,
    arbitrary: fc
      .shuffledSubarray(users, { minLength: 2 })
      .map(([from = '', into = '']) => ({ op: 'merge' as const, from, into })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('publish' as const),
      collectionId: fc.constantFrom(...collections),
      children: fc.constantFrom(...outlines),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('recompute' as const, 'aggregate' as const) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('rule' as const), rule: fc.constantFrom(...rules) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('context' as const),
      collectionId: fc.constantFrom(...collections),
      contextId: fc.constantFrom(...contexts),
      endsAt: fc.option(at),
    }),
  },
)

/** The step with its views and attempts under the rows that the mode maps them to. */
export function placed(mode: Mode, taken: Step): Step {
  if (taken.op === 'view') return { ...taken, key: targetRow(mode, taken.key) }
  if (taken.op === 'submit') return { ...taken, key: targetRow(mode, taken.key) }
  if (taken.op !== 'views') return taken
  return { ...taken, writes: taken.writes.map(({ key, fact }) => ({ key: targetRow(mode, key), fact })) }
}

export function stepIn(mode: Mode): fc.Arbitrary<Step> {
  return step.map((taken) => placed(mode, taken))
}

/** Applies one step and gives back what the store answered. */
export async function apply({ store, clock }: OpenedStore, taken: Step): Promise<unknown> {
  clock.advance({ milliseconds: 1 })
  switch (taken.op) {
    case 'view':
      return store.progress.recordView(taken.key, taken.fact)
    case 'views':
      return store.progress.recordViews(taken.writes)
    case 'submit':
      return store.progress.submitAttempt(taken.key, taken.attempt)
    case 'enrol': {
      const answer = await store.progress.enrol(taken.key, taken.at, taken.timed)
      await store.progress.carry([taken.key], 2)
      return answer
    }
    case 'rule': {
      const answer = await store.catalogue.putRule({ rule: taken.rule, byDefault: true })
      return [answer, await carryAll(store)]
    }
    case 'context': {
      const { collectionId, contextId, endsAt } = taken
      const answer = await store.catalogue.putContext({ ...CONTEXT, collectionId, contextId, endsAt })
      await carryAll(store)
      const there = allKeys.filter((key) => key.collectionId === collectionId && key.contextId === contextId)
      return [answer, await store.progress.carryOn([...there].sort(compareKeys))]
    }
    case 'unenrol':
      return store.progress.unenrol(taken.key, taken.at)
    case 'remove':
      return store.progress.remove(taken.key)
    case 'removeAll':
      return store.progress.removeAll(taken.userId)
    case 'merge':
      return store.progress.merge({
        fromUserId: taken.from,
        intoUserId: taken.into,
        at: clock.nowMs(),
        by: 'operator',
      })
    case 'publish': {
      const structure = collection(taken.collectionId, taken.children)
      const answer = await store.catalogue.publish(structure, JSON.stringify(taken.children))
      return [answer, await carryAll(store)]
    }
    case 'recompute':
      return store.progress.recompute(allKeys)
    case 'aggregate':
      return aggregate(store)
  }
}

/** What the worker does after the catalogue changed. */
async function carryAll({ progress }: Store): Promise<void> {
  await progress.carry([...allKeys].sort(compareKeys), 2)
}

/** What the worker does with what it has not read, in an order that does not depend on the store. */
async function aggregate({ log, progress }: Store): Promise<void> {
  const entries = await log.read(await log.position(AGGREGATE_CONSUMER), 100_000, TRIGGERS)
  const last = entries.at(-1)
  if (last === undefined) return
  const stale = await progress.staleEnrolments(entries.map(({ occurrence }) => occurrence))
  await progress.recompute([...stale].sort(compareKeys), { consumer: AGGREGATE_CONSUMER, seq: last.seq })
}

/** Every enrolment that a step can name. */
export const allKeys: readonly EnrolmentKey[] = users.flatMap((userId) => [
  ...collections.flatMap((collectionId) => contexts.map((contextId) => ({ userId, collectionId, contextId }))),
  ...contents.map((contentId) => ({ userId, collectionId: contentId, contextId: contentId })),
])

/** Everything that a store shows: what two stores must agree on. */
export async function snapshot(store: Store): Promise<unknown> {
  const shown = await Promise.all(
    allKeys.map(async (key) => ({
      key,
      views: sorted(await store.progress.views(key)),
      attempts: sorted(await store.progress.attempts(key)),
      enrolment: await store.progress.enrolment(key),
      summary: await store.progress.summary(key),
      both: await store.progress.enrolmentSummary(key),
    })),
  )
  const log = (await store.log.read(0, 100_000)).map(({ at: loggedAt, occurrence }) => ({ loggedAt, occurrence }))
  return { shown, log }
}

function sorted<V>(map: ReadonlyMap<string, V>): readonly (readonly [string, V])[] {
  return [...map].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
