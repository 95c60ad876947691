/** Every public event that this version knows: ours, and those of others that it can read. */
import { catalogueOf, type Catalogue } from '../kernel/catalogue.ts'
import { ACCOUNT } from './openedx/account.ts'
import { ATTEMPT as OPENEDX_ATTEMPT } from './openedx/attempt.ts'
import { CERTIFICATE as OPENEDX_CERTIFICATE } from './openedx/certificate.ts'
import { DISCUSSION } from './openedx/discussion.ts'
import { ENROLLMENT } from './openedx/enrollment.ts'
import { GRADE } from './openedx/grade.ts'
import { NOTIFICATION } from './openedx/notification.ts'
import { ATTEMPT } from './waymark/attempt.ts'
import { CERTIFICATE } from './waymark/certificate.ts'
import { COLLECTION } from './waymark/collection.ts'
import { ENROLMENT } from './waymark/enrolment.ts'
import { LEARNER } from './waymark/learner.ts'
import { LIVE_EVENT_ATTENDANCE } from './waymark/live-event-attendance.ts'
import { LIVE_EVENT_REGISTRATION } from './waymark/live-event-registration.ts'
import { LIVE_EVENT } from './waymark/live-event.ts'
import { MEASURE } from './waymark/measure.ts'
import { VIEW } from './waymark/view.ts'

/** Ours: this installation is their producer. */
export const WAYMARK_EVENTS = catalogueOf([
  ...VIEW,
  ...ATTEMPT,
  ...ENROLMENT,
  ...COLLECTION,
  ...LEARNER,
  ...CERTIFICATE,
  ...LIVE_EVENT,
  ...LIVE_EVENT_REGISTRATION,
  ...LIVE_EVENT_ATTENDANCE,
  ...MEASURE,
])

/** The learning events of Open edX. */
export const OPENEDX_EVENTS = catalogueOf([
  ...ACCOUNT,
  ...ENROLLMENT,
  ...OPENEDX_CERTIFICATE,
  ...GRADE,
  ...OPENEDX_ATTEMPT,
  ...DISCUSSION,
  ...NOTIFICATION,
])

export const ALL_EVENTS: Catalogue = catalogueOf([...WAYMARK_EVENTS.values(), ...OPENEDX_EVENTS.values()])
