import { definePublicEvent } from '../../kernel/define.ts'
import { boolean, datetime, long, string } from '../../kernel/scalar.ts'
import { field, opt, record } from '../../kernel/shape.ts'
import { LEARNER_OF_LIVE_EVENT, OF_LIVE_EVENT } from './live-event-place.ts'
import { PRODUCER, SINCE, UserId } from './place.ts'

const about = {
  minor: 0,
  producer: PRODUCER,
  topics: ['learning-live-event-attendance-lifecycle'],
  since: SINCE,
} as const

export const LiveEventJoinLinkIssued = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.join_link.issued.v1',
  description:
    'A person was given a personal link into an online live event. This is told each time; that the person came is ' +
    'told as attendance.',
  key: 'admission.user_id',
  data: {
    admission: record('LiveEventJoinLinkIssuedData', 'Who may enter what. The link is a secret and is in no message.', {
      user_id: field(UserId, 'to whom it was given', { pii: 'identifier' }),
      ...OF_LIVE_EVENT,
      role: field(string, 'as what the person enters: attendee or host'),
      expires_at: field(datetime, 'until when the link opens the live event'),
    }),
  },
})

export const LiveEventAttendanceRecorded = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.attendance.recorded.v1',
  description:
    'It became known that a learner was at a live event, or something else than had been told: the last message for ' +
    'a learner and live event holds. Nothing is told of learners who never came, nor of visitors whom nobody knows.',
  key: 'attendance.user_id',
  data: {
    attendance: record('LiveEventAttendanceRecordedData', 'The whole attendance, as it is known now.', {
      ...LEARNER_OF_LIVE_EVENT,
      is_present: field(boolean, 'whether the learner was there; false takes back what had been told'),
      joined_at: opt(datetime, 'when the learner first came; null where nobody measured it'),
      left_at: opt(
        datetime,
        'when the learner last left; null where nobody measured it, or the learner is still there',
      ),
      duration_seconds: opt(
        long,
        'time there in seconds, without the pauses between, no second counted twice; null where nobody measured it',
      ),
      provider: field(string, 'who measured it: name of an online provider, such as bigbluebutton, or manual'),
      is_final: field(
        boolean,
        'false: provisional, from messages while it took place; true: from the report after its end, or set by hand',
      ),
    }),
  },
})

export const LIVE_EVENT_ATTENDANCE = [LiveEventJoinLinkIssued, LiveEventAttendanceRecorded]
