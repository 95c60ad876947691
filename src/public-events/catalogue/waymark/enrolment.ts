import { definePublicEvent } from '../../kernel/define.ts'
import { boolean, long } from '../../kernel/scalar.ts'
import { field, record } from '../../kernel/shape.ts'
import { IN_CONTEXT, PRODUCER, SINCE } from './place.ts'

/** Where requests to recompute an enrolment go (enrolment-sync seed, "Sync Event"). */
export const SYNC_REQUESTS = 'batch.enrolment.sync.request'

const about = {
  minor: 0,
  producer: PRODUCER,
  key: 'enrolment.user_id',
  topics: ['learning-enrolment-lifecycle'],
  since: SINCE,
} as const

export const EnrolmentCreated = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.collection.enrolment.created.v1',
  description: 'A learner was enrolled in a collection, in a context where there was no enrolment.',
  data: { enrolment: record('EnrolmentCreatedData', 'The new enrolment.', IN_CONTEXT) },
})

export const EnrolmentChanged = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.collection.enrolment.changed.v1',
  description: 'An enrolment ended, became active again, or was told to have begun at another time.',
  data: {
    enrolment: record('EnrolmentChangedData', 'The enrolment as it is now.', {
      ...IN_CONTEXT,
      is_active: field(boolean, 'whether the learner takes part'),
    }),
  },
})

export const EnrolmentRemoved = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.collection.enrolment.removed.v1',
  description: 'An enrolment was deleted with the progress made in it, or progress that needed no enrolment was.',
  data: {
    enrolment: record('EnrolmentRemovedData', 'The enrolment that is no more.', {
      ...IN_CONTEXT,
      views: field(long, 'views that were removed with it'),
      attempts: field(long, 'attempts that were removed with it'),
    }),
  },
})

export const EnrolmentSyncRequested = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.collection.enrolment_sync.requested.v1',
  description:
    'Somebody asked for the progress of an enrolment to be recomputed. Consumers of its topic read it as the job request that today’s installations send there.',
  topics: [SYNC_REQUESTS],
  data: { enrolment: record('EnrolmentSyncRequestedData', 'The enrolment to recompute.', IN_CONTEXT) },
})

export const ENROLMENT = [EnrolmentCreated, EnrolmentChanged, EnrolmentRemoved, EnrolmentSyncRequested]
