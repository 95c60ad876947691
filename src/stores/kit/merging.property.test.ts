/** However merges and what two accounts do mix, it ends as if the learner had done all of it under one name. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isActive } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { MODES, type Mode } from '../../domain/progress/mode.ts'
import { collection } from './collections.ts'
import { allKeys, apply, attempt, CONTEXT, enrolmentKey, placed, viewFact, viewKey, type Step } from './histories.ts'
import { implementationsIn, type Implementation, type OpenedStore } from './stores.ts'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 20)
const INTO = 'asha'
const FROM = '__proto__'
const MERGE: Step = { op: 'merge', from: FROM, into: INTO }

/**
 * What one of the two does: timed, as clients send what was done offline. Every attempt is submitted as it stays. A later
 * submission of one that was merged before counts as an attempt of its own: nobody can tell it from another learner's.
 */
const deed: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('view' as const),
      key: viewKey,
      fact: viewFact.map((fact) => ({ ...fact, timed: true })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('submit' as const), key: viewKey, attempt }).map(({ op, key, attempt }) => {
      const { submittedAt, score } = attempt
      return { op, key, attempt: { ...attempt, attemptId: `${key.userId} ${String(submittedAt)} ${String(score)}` } }
    }),
  },
  {
    weight: 2,
    arbitrary: enrolmentKey.chain((key) =>
      fc.record({
        op: fc.constant('enrol' as const),
        key: fc.constant(key),
        at: fc.integer({ min: 1, max: 40 }),
        timed: fc.constant(true),
      }),
    ),
  },
)

const history = fc.array(
  fc.oneof({ weight: 8, arbitrary: deed }, { weight: 1, arbitrary: fc.constant(MERGE) }, { weight: 1, arbitrary: fc.constantFrom<Step>({ op: 'recompute' }, { op: 'aggregate' }) }), // prettier-ignore
  { maxLength: 25 },
)

/** The same deed, done under the name that stays. */
function asOne(mode: Mode, step: Step): readonly Step[] {
  if (step.op === 'merge') return []
  if (step.op === 'view') return [placed(mode, { ...step, key: { ...step.key, userId: INTO } })]
  if (step.op === 'submit') return [placed(mode, { ...step, key: { ...step.key, userId: INTO } })]
  if (step.op === 'enrol') return [{ ...step, key: { ...step.key, userId: INTO } }]
  return [step]
}

async function furnish({ store: { catalogue } }: OpenedStore): Promise<void> {
  await catalogue.publish(collection('maths', ['c1', '?c2', { unit: 'u', children: ['constructor'] }]), '{}')
  await catalogue.publish(collection('a:b', ['c1', 'constructor']), '{}')
  await catalogue.putRule({ rule: { id: 'any', any: [{ always: true }] }, byDefault: true })
  for (const collectionId of ['maths', 'a:b']) {
    await catalogue.putContext({ ...CONTEXT, collectionId, contextId: 'batch-1' })
  }
}

/** What is shown under one key. Of an enrolment its latest date is left out: enrolling twice keeps it, joining does not. */
async function shown({ store: { progress } }: OpenedStore, key: EnrolmentKey): Promise<unknown> {
  const enrolment = await progress.enrolment(key)
  return {
    views: await progress.views(key),
    attempts: await progress.attempts(key),
    enrolment: enrolment && [enrolment.firstEnrolledAt, isActive(enrolment)],
    summary: await progress.summary(key),
  }
}

async function endsAsOne({ mode, open }: Implementation, steps: readonly Step[]): Promise<void> {
  const [apart, one] = [await open(), await open()]
  try {
    for (const opened of [apart, one]) await furnish(opened)
    for (const step of [...steps, MERGE]) {
      await apply(apart, placed(mode, step))
      for (const same of asOne(mode, step)) await apply(one, same)
    }
    for (const key of allKeys) {
      assert.deepEqual(await shown(apart, key), await shown(one, key), JSON.stringify(key))
    }
    // Nobody else comes later: a worker that reads all changes nothing, and all that is derived is right.
    for (const opened of [apart, one]) await apply(opened, { op: 'aggregate' })
    for (const key of allKeys) assert.deepEqual(await shown(apart, key), await shown(one, key), JSON.stringify(key))
    assert.deepEqual((await apart.verify?.()) ?? [], [])
  } finally {
    await Promise.all([apart.close(), one.close()])
  }
}

for (const implementation of MODES.flatMap(implementationsIn)) {
  test(`${implementation.name}: merges among what two accounts do end as if one learner had done it all`, async () => {
    await fc.assert(
      fc.asyncProperty(history, (steps) => endsAsOne(implementation, steps)),
      { numRuns: RUNS },
    )
  })
}
