/** Explanations as they are answered: schemas, and the domain's terms in those of the API. Times: milliseconds since 1970. */
import Type from 'typebox'
import type { Refusal } from '../domain/progress/copying.ts'
import type { Link, ViewExplanation } from '../domain/progress/explanation.ts'
import type { ViewKey } from '../domain/progress/key.ts'
import type { Merge } from '../domain/progress/merged-learners.ts'
import type { Finding } from '../domain/progress/rule.ts'
import { tellMerges, tellView, type Telling } from '../domain/progress/tell-explanation.ts'

const OptionalTime = Type.Union([Type.Integer(), Type.Null()])

const RowAnswer = Type.Object(
  { collectionId: Type.String(), contextId: Type.String(), contentId: Type.String() },
  { description: 'One row of the learner.' },
)

const FindingAnswer = Type.Object(
  {
    kind: Type.String({ description: 'completed-within, completed-during, source-context or always.' }),
    holds: Type.Boolean(),
  },
  {
    additionalProperties: Type.Unknown(),
    description:
      'What one condition came to, with the dates that were compared. completed-within: duration, completedOn, after ' +
      '(outside), at. completed-during: completedOn, inContext, startsAt, endsAt. source-context: status, at.',
  },
)

const LinkAnswer = Type.Object(
  {
    kind: Type.String({
      description: 'viewed, copied, copied-from-elsewhere, moved-to, moved-from, migrated or enrolled.',
    }),
    row: RowAnswer,
    from: Type.Optional(RowAnswer),
    rule: Type.Optional(Type.String({ description: 'The rule that carried it.' })),
    findings: Type.Optional(Type.Array(FindingAnswer)),
    at: Type.Optional(Type.Integer({ description: 'The moment that caused it.' })),
    startedOn: Type.Optional(Type.Integer()),
    completedOn: Type.Optional(OptionalTime),
    fromContextId: Type.Optional(Type.String()),
    toContextId: Type.Optional(Type.String()),
    fromMode: Type.Optional(Type.String()),
  },
  { description: 'One step of how the row came to be. Fields that a kind does not have are left out.' },
)

const RefusalAnswer = Type.Object({
  from: RowAnswer,
  reason: Type.String({ description: 'Such as mode, no-rule-holds or not-enrolled-then.' }),
  completedOn: OptionalTime,
  at: Type.Union([Type.Integer(), Type.Null()], { description: 'The moment for which it was refused.' }),
  tried: Type.Array(Type.Object({ rule: Type.String(), holds: Type.Boolean(), findings: Type.Array(FindingAnswer) })),
})

export const Sentences = Type.Array(Type.String(), { description: 'The same in plain sentences.' })

const EXPLANATION = {
  userId: Type.String(),
  collectionId: Type.String(),
  contextId: Type.String(),
  contentId: Type.String(),
  status: Type.Integer({ description: '0 not started, 1 in progress, 2 complete.' }),
  completedOn: OptionalTime,
  mode: Type.String(),
  target: Type.Object(RowAnswer.properties, { description: 'The row that the mode answers from.' }),
  chain: Type.Array(LinkAnswer, { description: 'From the target row back to where the progress was made.' }),
  refused: Type.Array(RefusalAnswer, { description: 'Where it is not started: sources that were not taken.' }),
  elsewhereWithheld: Type.Boolean({
    description:
      'True where the reader may read the learner only within collections: rows outside them are left out, whether or ' +
      'not there are any.',
  }),
  sentences: Sentences,
}

/** Accounts that became the learner's; a part of an answer. */
export const MERGED_FROM = {
  mergedFrom: Type.Array(Type.Object({ userId: Type.String(), mergedOn: Type.Integer() }), {
    description:
      'Accounts that were merged into this one, as it came about. Empty where the reader may read the learner only within collections.',
  }),
}

export const ViewExplanationAnswer = Type.Object({ ...EXPLANATION, ...MERGED_FROM })
export const LeafExplanationAnswer = Type.Object({
  ...EXPLANATION,
  required: Type.Boolean({ description: 'Whether the collection needs it.' }),
})

/** What every explanation has, beside what is its own. */
export interface ExplanationAnswer extends Record<string, unknown> {
  readonly sentences: readonly string[]
}

/** One view's explanation, with its sentences. */
export function viewExplanationAnswer(explanation: ViewExplanation, telling: Telling): ExplanationAnswer {
  const { asked, target, status, completedAt, mode, chain, refused, withheld } = explanation
  return {
    ...asked,
    status,
    completedOn: completedAt,
    mode,
    target: rowAnswer(target),
    chain: chain.map(linkAnswer),
    refused: refused.map(refusalAnswer),
    elsewhereWithheld: withheld,
    sentences: tellView(explanation, telling),
  }
}

/** The same with the accounts that were merged into this one, in a list and in the sentences. */
export function withMerges(
  answer: ExplanationAnswer,
  merges: readonly Merge[],
  telling: Telling,
): Record<string, unknown> {
  const mergedFrom = merges.map(({ fromUserId, mergedAt }) => ({ userId: fromUserId, mergedOn: mergedAt }))
  return { ...answer, sentences: [...answer.sentences, ...tellMerges(merges, telling)], mergedFrom }
}

function rowAnswer({ collectionId, contextId, contentId }: ViewKey): Record<string, string> {
  return { collectionId, contextId, contentId }
}

function linkAnswer(link: Link): Record<string, unknown> {
  const step = { kind: link.kind, row: rowAnswer(link.row) }
  switch (link.kind) {
    case 'viewed':
      return { ...step, startedOn: link.startedAt, completedOn: link.completedAt }
    case 'copied':
      return { ...step, from: rowAnswer(link.from), ...carriedAnswer(link), completedOn: link.completedAt }
    case 'copied-from-elsewhere':
      return { ...step, ...carriedAnswer(link), completedOn: link.completedAt }
    case 'moved-to':
    case 'moved-from': {
      const { fromContextId, toContextId } = link
      return { ...step, fromContextId, toContextId, ...carriedAnswer(link) }
    }
    case 'migrated':
      return { ...step, from: rowAnswer(link.from), fromMode: link.fromMode, at: link.at }
    case 'enrolled':
      return { ...step, at: link.at }
  }
}

function carriedAnswer({ ruleId, at, findings }: Extract<Link, { readonly ruleId: string }>): Record<string, unknown> {
  return { rule: ruleId, at, findings: findings.map(findingAnswer) }
}

function refusalAnswer({ from, reason, completedAt, at, tried }: Refusal): Record<string, unknown> {
  return {
    from: rowAnswer(from),
    reason,
    completedOn: completedAt,
    at,
    tried: tried.map(({ ruleId, holds, findings }) => ({ rule: ruleId, holds, findings: findings.map(findingAnswer) })),
  }
}

function findingAnswer(finding: Finding): Record<string, unknown> {
  if (!('completedAt' in finding)) return { ...finding }
  const { completedAt, ...rest } = finding
  return { ...rest, completedOn: completedAt }
}
