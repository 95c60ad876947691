/** What of an answer is not compared: where what is right depends on when a worker came by. */
import { completionOpen } from './expected.ts'
import { nameOf } from './facts.ts'
import type { Model } from './model.ts'
import type { Probe } from './probes.ts'

/** Whether the whole answer to a read is open. */
export function isOpen(model: Model, { where, userId }: Probe): boolean {
  const { carried, places } = model
  if (where !== undefined) return carried.inDoubt(nameOf(where))
  return places.some((place) => place.userId === userId && carried.inDoubt(nameOf(place)))
}

/** A summary without its completion, where that is open; anything else as it is. */
export function withoutDoubt(model: Model, shown: unknown): unknown {
  if (Array.isArray(shown)) return shown.map((one) => withoutDoubt(model, one))
  if (typeof shown !== 'object' || shown === null || !('units' in shown && 'collectionId' in shown)) return shown
  const where = model.places.find((place) =>
    Object.entries(place).every(([name, id]) => (shown as Readonly<Record<string, unknown>>)[name] === id),
  )
  return where !== undefined && completionOpen(model, where) ? { ...shown, status: 0, completedOn: null } : shown
}
