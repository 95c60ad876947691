import type { ViewKey } from '../../domain/progress/key.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { viewOccurrences } from '../../domain/progress/tell.ts'
import { shownChange } from '../../domain/progress/shown-row.ts'
import { decideView, factRow, joinViews, sameView, type ViewFact, type ViewRow } from '../../domain/progress/view.ts'
import type { Redirected, ViewRecorded } from '../../ports/progress-store.ts'
import type { Carrying } from './carrying.ts'

export interface ShownRecord {
  readonly recorded: ViewRecorded
  readonly occurrences: readonly Occurrence[]
}

/**
 * Records a fact where rows show more than was done in them: whether it is taken is judged by what is shown, and what is
 * told of it is what became of that.
 * @param own the learner's own facts of the row until now.
 * @param write records the fact under the very key that it was reported under.
 */
export function recordShown(
  carrying: Carrying,
  key: ViewKey,
  fact: ViewFact,
  own: ViewRow | undefined,
  write: (fact: ViewRow, merged: ViewRow) => void,
): ShownRecord {
  const before = carrying.view(carrying.place(key).key)
  const { outcome } = decideView(before, fact)
  if (outcome === 'VIEW_NOT_STARTED') return { recorded: { outcome, row: before }, occurrences: [] }
  const merged = own === undefined ? factRow(fact) : joinViews(own, factRow(fact))
  let derived: readonly Occurrence[] = []
  if (own === undefined || !sameView(own, merged)) {
    derived = carrying.viewing(key, own, merged)
    write(factRow(fact), merged)
    derived = [...derived, ...carrying.viewed(key, own, merged)]
  }
  // Where it counts may be another place now: the fact itself may have moved the context.
  const place = carrying.place(key).key
  const row = carrying.view(place)
  const shown = viewOccurrences(place, shownChange(before, row))
  const isTold = shown.some(({ type }) => type === 'view-corrected')
  const occurrences = [...shown, ...derived.filter(({ type }) => !(isTold && type === 'view-corrected'))]
  return { recorded: { outcome, row, ...redirected(key, place) }, occurrences }
}

/** Says so where a write counts elsewhere than where it was reported. */
export function redirected(key: ViewKey, place: ViewKey): Redirected {
  return place.contextId === key.contextId ? {} : { countedIn: place.contextId }
}
