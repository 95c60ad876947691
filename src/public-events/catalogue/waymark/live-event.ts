import { definePublicEvent } from '../../kernel/define.ts'
import { datetime, long, opaqueKey, string } from '../../kernel/scalar.ts'
import { field, list, opt, record } from '../../kernel/shape.ts'
import { OF_LIVE_EVENT, SCHEDULE, WHERE } from './live-event-place.ts'
import { PRODUCER, SINCE } from './place.ts'

export const RecordingId = opaqueKey('RecordingId')

const about = { minor: 0, producer: PRODUCER, topics: ['learning-live-event-lifecycle'], since: SINCE } as const

const PLAN = {
  ...OF_LIVE_EVENT,
  ...SCHEDULE,
  ...WHERE,
  registration_opens_at: opt(datetime, 'from when on learners may enrol; null where that has no beginning'),
  registration_closes_at: opt(datetime, 'until when learners may enrol; null where that is until it ends'),
  capacity: opt(long, 'number of learners that there are places for; null where there is no limit'),
} as const

export const LiveEventPublished = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.published.v1',
  description:
    'A live event was made public, so that learners see it. This is told once for it, and for each event of a set.',
  key: 'live_event.live_event_id',
  data: { live_event: record('LiveEventPublishedData', 'The live event, as it was published.', PLAN) },
})

export const LiveEventUpdated = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.updated.v1',
  description:
    'A published live event was changed, such as moved to another time. Not told are changes of a draft, and ' +
    'writes that changed nothing.',
  key: 'live_event.live_event_id',
  data: {
    live_event: record('LiveEventUpdatedData', 'The live event as it is now.', {
      ...PLAN,
      changed_fields: field(
        list(string),
        'names of what changed, at least one: names of fields of this record, or of others such as description',
      ),
    }),
  },
})

export const LiveEventCancelled = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.cancelled.v1',
  description:
    'A published live event will not take place. This is told once for it, and for each event of a cancelled set.',
  key: 'live_event.live_event_id',
  data: {
    live_event: record('LiveEventCancelledData', 'The live event that was cancelled, as it was planned.', {
      ...OF_LIVE_EVENT,
      ...SCHEDULE,
      ...WHERE,
      reason: opt(string, "why, in the organiser's words; null where none were given", { pii: 'free-text' }),
    }),
  },
})

export const LiveEventRecordingMadeAvailable = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.live_event.recording.made_available.v1',
  description:
    'A recording of a live event can be watched by those who may. This is told once for a recording, when it is ready.',
  key: 'recording.live_event_id',
  data: {
    recording: record(
      'LiveEventRecordingMadeAvailableData',
      'The recording. Its address is not told: it may open it to anybody.',
      {
        ...OF_LIVE_EVENT,
        recording_id: field(RecordingId, 'the recording; a live event may have several'),
        provider: field(string, 'who recorded it: name of an online provider, such as bigbluebutton, or manual'),
        recorded_at: field(datetime, 'when the recording begins'),
        duration_seconds: opt(long, 'how long it is, in seconds; null where the provider does not say'),
        expires_at: opt(datetime, 'until when it can be watched; null where it is kept until somebody removes it'),
        api_path: field(
          string,
          'where to ask for its address: path in the API of this installation, which answers those who may watch it',
        ),
      },
    ),
  },
})

export const LIVE_EVENT = [LiveEventPublished, LiveEventUpdated, LiveEventCancelled, LiveEventRecordingMadeAvailable]
