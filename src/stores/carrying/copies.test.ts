import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { collection } from '../kit/collections.ts'
import { MemoryCopies, MemoryFacts } from '../memory/facts.ts'
import type { School } from './account.ts'
import { CopyCarrying } from './copies.ts'
import type { CatalogueNow } from './tables.ts'

const userId = 'asha'
const content = { userId, collectionId: 'c', contextId: 'c', contentId: 'c' }
const ROW = {
  startedAt: 5,
  completedAt: 5,
  lastAccessAt: 5,
  progress: 100,
  timespentSeconds: 0,
  details: null,
  detailsAt: null,
}

/** The object, counting the calls of its methods by name. */
function counting<T extends object>(object: T, calls: Map<string, number>): T {
  return new Proxy(object, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name, target)
      if (typeof found !== 'function') return found
      return (...values: unknown[]): unknown => {
        calls.set(String(name), (calls.get(String(name)) ?? 0) + 1)
        return Reflect.apply(found, target, values)
      }
    },
  })
}

/** Collections named `holding …` contain the content, others do not. */
const catalogue: CatalogueNow = {
  publicationNow: (id) => ({
    structure: collection(id, [id.startsWith('holding') ? 'c' : 'other']),
    publication: 1,
    publishedAt: 0,
  }),
  contextNow: () => undefined,
  rulesNow: () => ({ known: new Map([['always', { id: 'always', any: [{ always: true }] }]]), defaults: ['always'] }),
  revisionNow: () => 1,
}

/** What is asked of the tables when the content is completed on its own by a learner with such enrolments. */
function askedBy(holding: number, others: number): { readonly calls: ReadonlyMap<string, number>; copies: number } {
  const calls = new Map<string, number>()
  const [facts, copies] = [new MemoryFacts(), new MemoryCopies()]
  const school: School = { mode: 'copy-content', timeZone: 'UTC', facts: counting(facts, calls), catalogue: counting(catalogue, calls) } // prettier-ignore
  const carrying = new CopyCarrying(school, counting(copies, calls))
  const enrol = (collectionId: string): void => {
    const key: EnrolmentKey = { userId, collectionId, contextId: 'batch-1' }
    facts.enrolments.set([userId, collectionId, 'batch-1'], { firstEnrolledAt: 1, enrolledAt: 1, unenrolledAt: null })
    carrying.enrolled(key)
    carrying.carry(key, undefined, 10)
  }
  for (let number = 0; number < holding; number += 1) enrol(`holding ${String(number)}`)
  for (let number = 0; number < others; number += 1) enrol(`other ${String(number)}`)
  calls.clear()
  facts.viewRows.set([userId, 'c', 'c', 'c'], ROW)
  const copied = [...carrying.viewing(content, undefined, ROW), ...carrying.viewed(content, undefined, ROW)]
  return { calls, copies: copied.length }
}

test('what a completion asks of the store does not grow with enrolments that do not contain the content', () => {
  const [few, beside] = [askedBy(3, 0), askedBy(3, 300)]
  assert.equal(few.copies, 3)
  assert.deepEqual(beside, few)
})

test('what a completion asks of the store grows in step with the enrolments that contain the content', () => {
  const total = ({ calls }: ReturnType<typeof askedBy>): number =>
    [...calls.values()].reduce((sum, one) => sum + one, 0)
  const [ten, twenty, thirty] = [10, 20, 30].map((holding) => total(askedBy(holding, 0)))
  assert.ok(ten !== undefined && twenty !== undefined && thirty !== undefined)
  assert.equal(thirty - twenty, twenty - ten)
})
