/** Fields that several of our events have: who, and where. Each event has a record of its own, so that it can grow alone. */
import { opaqueKey, string } from '../../kernel/scalar.ts'
import { field } from '../../kernel/shape.ts'

export const UserId = opaqueKey('UserId')
export const CollectionId = opaqueKey('CollectionId')
export const ContextId = opaqueKey('ContextId')
export const ContentId = opaqueKey('ContentId')

/** The release that brought the first public events. */
export const SINCE = '0.2.0'
export const PRODUCER = 'waymark'

/** An enrolment, or progress in a collection and context. */
export const IN_CONTEXT = {
  user_id: field(UserId, 'the learner', { pii: 'identifier' }),
  collection_id: field(CollectionId, 'collection, such as a course; of a content that belongs to none, the content'),
  context_id: field(
    ContextId,
    'context, such as a batch, unique within its collection; where there is none, the collection',
  ),
} as const

/** A content in a collection and context: what a view is a view of. */
export const OF_CONTENT = { ...IN_CONTEXT, content_id: field(ContentId, 'content') } as const

/** The id of the rule by which progress was carried over. */
export const RULE_ID = field(string, 'id of the rule that allowed it')
