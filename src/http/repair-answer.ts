/** How a summary that is not what its raw rows say is told. */
import Type, { type Static } from 'typebox'
import type { SummaryDifference, TellingFigures } from '../domain/progress/summary-difference.ts'

const Value = Type.Union([Type.Number(), Type.String(), Type.Null()])
const Figures = Type.Object({
  progress: Type.Integer({ description: 'Required contents completed.' }),
  required: Type.Integer(),
  status: Type.Integer(),
  completedOn: Type.Union([Type.Integer(), Type.Null()]),
})

export const DifferenceAnswer = Type.Object({
  userId: Type.String(),
  collectionId: Type.String(),
  contextId: Type.String(),
  kind: Type.String({
    description: '`missing`: none was stored. `left-over`: one was, where there is nothing to tell. `wrong`.',
  }),
  behind: Type.Boolean({
    description: 'Whether it waited to be recomputed anyway; what learners were shown was right meanwhile.',
  }),
  stored: Type.Union([Figures, Type.Null()]),
  recomputed: Type.Union([Figures, Type.Null()]),
  fields: Type.Array(Type.Object({ field: Type.String(), stored: Value, recomputed: Value }), {
    description: 'What differs of a wrong one.',
  }),
  more: Type.Integer({ description: 'How many fields more differ.' }),
})

export function differenceAnswer(difference: SummaryDifference): Static<typeof DifferenceAnswer> {
  const { key, kind, behind, stored, recomputed, fields, more } = difference
  return {
    ...key,
    kind,
    behind,
    stored: figuresAnswer(stored),
    recomputed: figuresAnswer(recomputed),
    fields: [...fields],
    more,
  }
}

function figuresAnswer(figures: TellingFigures | undefined): Static<typeof Figures> | null {
  if (figures === undefined) return null
  const { completedAt = null, ...numbers } = figures
  return { ...numbers, completedOn: completedAt }
}
