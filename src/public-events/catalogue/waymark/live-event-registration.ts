import { definePublicEvent } from '../../kernel/define.ts'
import { boolean, long, string } from '../../kernel/scalar.ts'
import { field, opt, record } from '../../kernel/shape.ts'
import { LEARNER_OF_LIVE_EVENT, SCHEDULE, WHERE } from './live-event-place.ts'
import { PRODUCER, SINCE } from './place.ts'

const about = {
  minor: 0,
  producer: PRODUCER,
  key: 'registration.user_id',
  topics: ['learning-live-event-registration-lifecycle'],
  since: SINCE,
} as const

const REGISTRATION = { ...LEARNER_OF_LIVE_EVENT, ...SCHEDULE, ...WHERE } as const

export const LiveEventEnrolled = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.registration.enrolled.v1',
  description: 'A learner who had no place in a live event got one. Enrolling in a set is told for each of its events.',
  data: {
    registration: record('LiveEventEnrolledData', 'The place in the live event.', {
      ...REGISTRATION,
      was_waitlisted: field(boolean, 'whether the learner had waited for the place'),
    }),
  },
})

export const LiveEventUnenrolled = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.registration.unenrolled.v1',
  description:
    'A learner gave up or lost a place in a live event, or the wait for one. A live event that is cancelled is told ' +
    'of itself, not for each of its learners.',
  data: {
    registration: record('LiveEventUnenrolledData', 'The place, or the wait for one, that ended.', {
      ...REGISTRATION,
      was_waitlisted: field(boolean, 'true: the learner had waited for a place; false: the learner had one'),
      ended_by: field(string, 'who ended it: learner, organiser or system; others may follow'),
    }),
  },
})

export const LiveEventWaitlisted = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.registration.waitlisted.v1',
  description:
    'A learner was put on the waiting list of a live event that has no place left. Moving up in it is not told.',
  data: {
    registration: record('LiveEventWaitlistedData', 'The wait for a place.', {
      ...REGISTRATION,
      position: opt(long, 'place in the list when this was told, 1 is the next; null where the list has no order'),
    }),
  },
})

export const LIVE_EVENT_REGISTRATION = [LiveEventEnrolled, LiveEventUnenrolled, LiveEventWaitlisted]
