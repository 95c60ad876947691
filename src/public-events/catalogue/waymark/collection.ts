import { definePublicEvent } from '../../kernel/define.ts'
import { datetime, long } from '../../kernel/scalar.ts'
import { field, record } from '../../kernel/shape.ts'
import { ContextId, IN_CONTEXT, PRODUCER, RULE_ID, SINCE } from './place.ts'

const about = {
  minor: 0,
  producer: PRODUCER,
  topics: ['learning-collection-progress-lifecycle'],
  since: SINCE,
} as const

export const CollectionProgressChanged = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.collection.progress.changed.v1',
  description: 'A learner came on in a collection, or what it requires changed.',
  key: 'progress.user_id',
  data: {
    progress: record('CollectionProgressChangedData', 'Progress in the collection, as it is now.', {
      ...IN_CONTEXT,
      progress: field(long, 'required contents that are complete'),
      required: field(long, 'contents that are required'),
      status: field(long, '0 not started, 1 in progress, 2 complete'),
    }),
  },
})

export const CollectionCompleted = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.collection.completed.v1',
  description: 'A learner completed a collection: all that it required then. This is told once for an enrolment.',
  key: 'completion.user_id',
  data: {
    completion: record('CollectionCompletedData', 'The completion.', {
      ...IN_CONTEXT,
      completed_at: field(datetime, 'when the last required content was completed'),
    }),
  },
})

export const CollectionProgressMoved = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.collection.progress.moved.v1',
  description:
    "A learner's progress in one context of a collection counts in another from now on, because a rule says so.",
  key: 'move.user_id',
  data: {
    move: record('CollectionProgressMovedData', 'The move; the context is the one that was left.', {
      ...IN_CONTEXT,
      to_context_id: field(ContextId, 'context of the same collection in which the progress counts now'),
      rule_id: RULE_ID,
      moved_at: field(datetime, 'when the learner enrolled there'),
    }),
  },
})

export const CollectionProgressMoveUndone = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.collection.progress_move.undone.v1',
  description:
    'What was told late, or another rule, took a move back: the progress counts in the context that had been left ' +
    'again, unless another move of it is told next.',
  key: 'move.user_id',
  data: {
    move: record(
      'CollectionProgressMoveUndoneData',
      'The move that holds no more; the context is the one that had been left.',
      {
        ...IN_CONTEXT,
        to_context_id: field(ContextId, 'context of the same collection in which the progress had counted meanwhile'),
      },
    ),
  },
})

export const COLLECTION = [
  CollectionProgressChanged,
  CollectionCompleted,
  CollectionProgressMoved,
  CollectionProgressMoveUndone,
]
