/** How a stored summary differs from the one that the raw rows make: for people who are to believe the second. */
import type { EnrolmentKey } from './key.ts'
import type { Summary } from './summary.ts'
import { NOT_STARTED } from './view.ts'

/** One value that is stored otherwise than it is recomputed; null: there is none. */
export interface FieldDifference {
  /** Name of the figure; with the content or unit that it is of, as `contentStatus.ID`. */
  readonly field: string
  readonly stored: number | string | null
  readonly recomputed: number | string | null
}

/** The figures by which people know a summary. */
export interface TellingFigures {
  readonly progress: number
  readonly required: number
  readonly status: number
  /** First completion, UTC milliseconds. */
  readonly completedAt: number | undefined
}

/** One summary that is not what its raw rows say. */
export interface SummaryDifference {
  readonly key: EnrolmentKey
  /** `missing`: none is stored. `left-over`: one is stored where there is neither enrolment nor progress. */
  readonly kind: 'missing' | 'left-over' | 'wrong'
  /** Whether a worker knows of it and has yet to come to it: readers are shown what is right meanwhile. */
  readonly behind: boolean
  readonly stored: TellingFigures | undefined
  readonly recomputed: TellingFigures | undefined
  /** What differs of a wrong one, `FIELDS_MAX` at most. */
  readonly fields: readonly FieldDifference[]
  /** How many fields more differ. */
  readonly more: number
}

export const FIELDS_MAX = 20

/** Every figure in which two summaries of one enrolment differ. */
export function fieldDifferences(stored: Summary, recomputed: Summary): readonly FieldDifference[] {
  const was = figuresOf(stored)
  const is = figuresOf(recomputed)
  const fields = new Set([...was.keys(), ...is.keys()])
  return [...fields].flatMap((field) => {
    const fallback = field.startsWith('contentStatus.') ? NOT_STARTED : null
    const values = { stored: was.get(field) ?? fallback, recomputed: is.get(field) ?? fallback }
    return values.stored === values.recomputed ? [] : [{ field, ...values }]
  })
}

/** A summary as a list of figures, each with a name of its own. */
function figuresOf(summary: Summary): ReadonlyMap<string, number | string | undefined> {
  const { publication, progress, required, status, completedAt, contentStatus, units, scores } = summary
  return new Map<string, number | string | undefined>([
    ['publication', publication],
    ['progress', progress],
    ['required', required],
    ['status', status],
    ['completedOn', completedAt],
    ...[...contentStatus].map(([id, value]) => [`contentStatus.${id}`, value] as const),
    ...units.flatMap(
      (unit) =>
        [
          [`units.${unit.id}.progress`, unit.progress],
          [`units.${unit.id}.status`, unit.status],
        ] as const,
    ),
    ...[...scores].map(
      ([id, { score, maxScore }]) => [`scores.${id}`, `${String(score)}/${String(maxScore)}`] as const,
    ),
  ])
}
