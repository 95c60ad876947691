/** Parts that the schemas of several routes share. */
import Type from 'typebox'
import { ID_CHARACTERS_MAX, isId } from '../domain/id.ts'

const idText = (description: string): Type.TString =>
  Type.String({ minLength: 1, maxLength: ID_CHARACTERS_MAX, description })

function id(description: string): Type.TRefine<Type.TString> {
  return Type.Refine(idText(description), isId)
}

export const UserId = id('The learner. May be left out by a learner: then it is whoever asks.')
export const FromUserId = id('The account that ends (legacy name: fromAccountId).')
export const IntoUserId = id('The learner who stays; may be new (legacy name: toAccountId).')
export const CollectionId = id('The collection (legacy name: courseId). Without it the content stands for itself.')
export const ContextId = id('Batch, program or program batch (legacy name: batchId). Without it the collection itself.')
export const ContentId = id('The content.')
export const RuleId = id('The rule of carrying progress over.')
export const WebhookId = id('The webhook.')
export const AttemptId = id('The attempt, made by the client. Without it one is derived from the first answer.')

/** Which row a request is about. */
export const viewKey = {
  userId: Type.Optional(UserId),
  collectionId: Type.Optional(CollectionId),
  contextId: Type.Optional(ContextId),
  contentId: ContentId,
}

export const Progress = Type.Number({
  minimum: 0,
  maximum: 100,
  description: 'Percent of the content done; the greatest counts.',
})
export const Timespent = Type.Number({
  minimum: 0,
  maximum: 31_536_000,
  description: 'Seconds spent in this content so far, in all; the greatest counts, so repeating adds nothing.',
})
export const ProgressDetails = Type.Record(Type.String(), Type.Unknown(), {
  description: "The player's own details, given back as they are; those with the latest time stay.",
})
export const ClientTime = Type.Union([Type.Integer(), Type.String({ maxLength: 64 })], {
  description: 'When it happened: milliseconds since 1970, or RFC 3339.',
})

/** What may come with any view request. */
export const viewFields = {
  progressDetails: Type.Optional(ProgressDetails),
  progress: Type.Optional(Progress),
  timespent: Type.Optional(Timespent),
}

/** One event or several wrapped with their attempt: read by domain/progress/assess-event.ts, which says what is wrong. */
export const Assessments = Type.Array(Type.Unknown(), {
  minItems: 1,
  description: 'ASSESS events, or submissions {assessmentTs, attemptId, contentId, events: [ASSESS …]}.',
})

export const pageQuery = {
  limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$', description: 'Items on the page.' })),
  cursor: Type.Optional(Type.String({ maxLength: 4096, description: '`nextCursor` of the page before.' })),
}

export const nextCursor = Type.Optional(
  Type.String({ description: 'Send it as `cursor` for the next page; absent on the last.' }),
)

export function closed<P extends Type.TProperties>(properties: P): Type.TObject<P> {
  return Type.Object(properties, { additionalProperties: false })
}

/** What a view request did. */
export const ViewState = Type.Object({
  outcome: Type.String({
    description:
      'STARTED, ALREADY_STARTED, UPDATED, ENDED, ALREADY_ENDED or, for an item of a batch, KEPT_UNTIL_START.',
  }),
  status: Type.Integer({ minimum: 0, maximum: 2, description: '0 not started, 1 in progress, 2 complete.' }),
  progress: Type.Number(),
  countedIn: Type.Optional(
    Type.String({
      description: 'Mode move: the context to which progress of the one named has moved, and where this counts.',
    }),
  ),
})
export const ViewResult = Type.Object(
  { view: Type.Optional(ViewState) },
  {
    additionalProperties: Type.Unknown(),
    description: 'Under the content id the text of the seed; under `view` what happened.',
  },
)
