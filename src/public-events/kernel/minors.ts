import { describedFields } from './described-fields.ts'
import type { Snapshot } from './history.ts'
import type { PublicEvent } from './public-event.ts'
import { readAvsc } from './read-avsc.ts'
import type { RecordType } from './shape.ts'

/** A minor of an event, with the paths of the fields that the one before did not have. */
export interface Minor {
  readonly minor: number
  readonly added: readonly string[]
}

/** All minors of an event, oldest first: those that are stored, and that of the definition. */
export function minorsOf({ type, minor, root }: PublicEvent, snapshots: readonly Snapshot[]): readonly Minor[] {
  const stored = snapshots.filter((snapshot) => snapshot.type === type && snapshot.minor !== minor)
  const roots = stored.map((snapshot): readonly [number, RecordType] => {
    return [snapshot.minor, readAvsc(JSON.parse(snapshot.text)).root]
  })
  const ordered = [...roots, [minor, root] as const].sort(([a], [b]) => a - b)
  return ordered.map(([number, own], index) => {
    const before = ordered[index - 1]
    return { minor: number, added: before === undefined ? [] : addedPaths(before[1], own) }
  })
}

function addedPaths(older: RecordType, newer: RecordType): readonly string[] {
  const known = new Set(describedFields(older).map(({ path }) => path))
  return describedFields(newer)
    .map(({ path }) => path)
    .filter((path) => !known.has(path))
}
