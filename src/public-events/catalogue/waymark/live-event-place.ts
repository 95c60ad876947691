/** Fields that several events about live events have: which one, when, and how to take part. */
import { datetime, opaqueKey, string } from '../../kernel/scalar.ts'
import { field, opt } from '../../kernel/shape.ts'
import { IN_CONTEXT } from './place.ts'

export const LiveEventId = opaqueKey('LiveEventId')
export const EventSetId = opaqueKey('EventSetId')

/** A live event, as somebody knows it who has read nothing else of it. */
export const OF_LIVE_EVENT = {
  live_event_id: field(LiveEventId, 'the live event'),
  event_set_id: opt(EventSetId, 'set that it is one of, such as a series; null where it stands alone'),
  title: field(string, 'title, as it is now'),
} as const

/** Instants, and the zone that its people think in. */
export const SCHEDULE = {
  starts_at: field(datetime, 'when it begins, as planned now'),
  ends_at: field(datetime, 'when it ends, as planned now; this instant no longer belongs to it'),
  time_zone: field(string, 'IANA name of the zone in which it was planned, such as Asia/Kolkata'),
} as const

export const WHERE = {
  attendance_mode: field(string, 'how one takes part: online, offline or online_and_offline'),
  venue_name: opt(string, 'where it takes place, in words; null where it is online only'),
} as const

/** A learner and a live event. */
export const LEARNER_OF_LIVE_EVENT = { user_id: IN_CONTEXT.user_id, ...OF_LIVE_EVENT } as const
