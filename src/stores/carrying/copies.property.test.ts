/** Copies are settled: whatever happened and in whichever order it was told, deciding them again changes nothing. */
import { test } from 'node:test'
import fc from 'fast-check'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import { factRow, joinViews } from '../../domain/progress/view.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { collection } from '../kit/collections.ts'
import { MemoryCopies, MemoryFacts } from '../memory/facts.ts'
import type { School } from './account.ts'
import { CopyCarrying } from './copies.ts'
import type { CatalogueNow } from './tables.ts'

const userId = 'asha'
/** Where the content is on its own, and where it is in a collection. */
const ORGANIC: EnrolmentKey = { userId, collectionId: 'c', contextId: 'c' }
const PLACES: readonly EnrolmentKey[] = ['a', 'b'].flatMap((collectionId) =>
  ['1', '2', collectionId].map((contextId) => ({ userId, collectionId, contextId })),
)

const catalogue: CatalogueNow = {
  publicationNow: (id) => ({ structure: collection(id, ['c']), publication: 1, publishedAt: 0 }),
  contextNow: () => undefined,
  rulesNow: () => ({ known: new Map([['always', { id: 'always', any: [{ always: true }] }]]), defaults: ['always'] }),
  revisionNow: () => 1,
}

type Step = readonly [what: 'enrol' | 'view' | 'remove', place: EnrolmentKey, at: number]

/** As the stores do it, without what does not bear on copies. */
class Learner {
  readonly #facts = new MemoryFacts()
  readonly #carrying: CopyCarrying

  constructor(mode: School['mode']) {
    this.#carrying = new CopyCarrying({ mode, timeZone: 'UTC', facts: this.#facts, catalogue }, new MemoryCopies())
  }

  take([what, place, at]: Step): void {
    if (what === 'view') this.#complete({ ...place, contentId: 'c' }, at)
    else if (what === 'remove') this.#remove(place)
    else if (place !== ORGANIC) {
      const enrolment = { firstEnrolledAt: at, enrolledAt: at, unenrolledAt: null }
      this.#facts.enrolments.set([userId, place.collectionId, place.contextId], enrolment)
      this.#carrying.enrolled(place)
      this.again(place)
    }
  }

  #complete(key: ViewKey, at: number): void {
    const before = this.#facts.view(key)
    const done = joinViews(
      factRow({ kind: 'start', at: at - 1, timed: true }),
      factRow({ kind: 'end', at, timed: true }),
    )
    const after = before === undefined ? done : joinViews(before, done)
    this.#carrying.viewing(key, before, after)
    this.#facts.viewRows.set([userId, key.collectionId, key.contextId, key.contentId], after)
    this.#carrying.viewed(key, before, after)
  }

  #remove(key: EnrolmentKey): void {
    const { contents } = this.#carrying.leaving(key)
    this.#facts.removeRows(key)
    this.#facts.enrolments.delete(userId, key.collectionId, key.contextId)
    this.#carrying.left(key, contents)
  }

  /** Decides everything of an enrolment again. */
  again(key: EnrolmentKey): readonly Occurrence[] {
    this.#carrying.enrolled(key)
    return this.#carrying.carry(key, undefined, 10).occurrences
  }
}

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('enrol', 'view', 'view', 'remove'),
  fc.constantFrom(...PLACES, ORGANIC),
  fc.integer({ min: 1, max: 12 }),
)

for (const mode of ['copy-content', 'copy-collection'] as const) {
  test(`in ${mode} copies that are decided again stay as they are, whatever was removed`, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 14 }), (steps) => {
        const learner = new Learner(mode)
        return steps.every((one) => {
          learner.take(one)
          return PLACES.every((place) => learner.again(place).length === 0)
        })
      }),
      { numRuns: 3000 },
    )
  })
}
