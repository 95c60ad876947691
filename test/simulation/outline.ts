/** What follows from the shape of a collection, worked out from all places of all leaves. */
import { plain, type Outline } from './world.ts'

interface Place {
  readonly leaf: string
  /** Whether the leaf, or a unit above it, is optional there. */
  readonly optional: boolean
}

function placesIn(outline: readonly Outline[], optional = false): readonly Place[] {
  return outline.flatMap((node) => {
    const [name, children] = typeof node === 'string' ? [node, undefined] : [node.unit, node.children]
    const marked = optional || name.startsWith('?')
    return children === undefined ? [{ leaf: plain(name), optional: marked }] : placesIn(children, marked)
  })
}

/** Each leaf once, in order. */
export function leavesOf(outline: readonly Outline[]): readonly string[] {
  return [...new Set(placesIn(outline).map((place) => place.leaf))]
}

/** The leaves that are required in at least one place. */
export function requiredOf(outline: readonly Outline[]): readonly string[] {
  const places = placesIn(outline).filter((place) => !place.optional)
  return [...new Set(places.map((place) => place.leaf))]
}

/** Every unit with what is below it, from the top down. */
export function unitsOf(outline: readonly Outline[]): readonly (readonly [name: string, below: readonly Outline[]])[] {
  return outline.flatMap((node) => {
    if (typeof node === 'string') return []
    return [[plain(node.unit), node.children] as const, ...unitsOf(node.children)]
  })
}
