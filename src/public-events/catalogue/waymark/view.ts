import { definePublicEvent } from '../../kernel/define.ts'
import { datetime } from '../../kernel/scalar.ts'
import { field, record } from '../../kernel/shape.ts'
import { CollectionId, ContextId, OF_CONTENT, PRODUCER, RULE_ID, SINCE } from './place.ts'

const about = { minor: 0, producer: PRODUCER, topics: ['learning-content-view-lifecycle'], since: SINCE } as const

export const ContentViewStarted = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.content.view.started.v1',
  description: 'A learner began to view a content for the first time there. Later views of it are not told of.',
  key: 'view.user_id',
  data: { view: record('ContentViewStartedData', 'The view that started.', OF_CONTENT) },
})

export const ContentViewEnded = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.content.view.ended.v1',
  description: 'A learner completed a content for the first time there, by viewing it to its end.',
  key: 'view.user_id',
  data: {
    view: record('ContentViewEndedData', 'The view that ended.', {
      ...OF_CONTENT,
      completed_at: field(datetime, 'when the learner completed it, which offline may be long before it was told'),
    }),
  },
})

export const ContentViewCorrected = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.content.view.corrected.v1',
  description:
    'A message that came late put right when a content was completed there: nearly always earlier than had been told.',
  key: 'view.user_id',
  data: {
    view: record('ContentViewCorrectedData', 'The view, complete before and now.', {
      ...OF_CONTENT,
      completed_at: field(
        datetime,
        'when the learner completed it, in place of what had been told; it may be the same time, where an own ' +
          'completion took the place of a copy',
      ),
    }),
  },
})

export const ContentProgressCopied = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.content.progress.copied.v1',
  description: 'A completion made elsewhere counts for a content here, because a rule says so.',
  key: 'copy.user_id',
  data: {
    copy: record('ContentProgressCopiedData', 'The content that is complete by a copy.', {
      ...OF_CONTENT,
      completed_at: field(datetime, 'when the learner completed the content where it was viewed'),
      from_collection_id: field(CollectionId, 'collection that it was completed in'),
      from_context_id: field(ContextId, 'context that it was completed in'),
      rule_id: RULE_ID,
    }),
  },
})

export const VIEW = [ContentViewStarted, ContentViewEnded, ContentViewCorrected, ContentProgressCopied]
