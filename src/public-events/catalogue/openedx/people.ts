/** Who and where: the records that most events of Open edX hold. Formats: openedx-events 11.2.0 (Apache-2.0). */
import { boolean, datetime, long, opaqueKey, string } from '../../kernel/scalar.ts'
import { field, opt, record } from '../../kernel/shape.ts'

export const CourseKey = opaqueKey('CourseKey')
export const CcxKey = opaqueKey('CCXLocator')
export const UsageKey = opaqueKey('UsageKey')

/** The release whose events these are. */
export const SINCE = 'openedx-events 11.2.0'

export const UserPersonalData = record('UserPersonalData', 'What names and reaches a user.', {
  username: field(string, 'login name', { pii: 'identifier' }),
  email: field(string, 'e-mail address', { pii: 'contact' }),
  name: field(string, 'name to show; may be empty', { pii: 'identifier' }),
})

export const UserData = record('UserData', 'A user of the platform.', {
  id: field(long, 'number of the user', { pii: 'identifier' }),
  is_active: field(boolean, 'whether the account is activated'),
  pii: field(UserPersonalData, 'personal data'),
})

export const CourseData = record('CourseData', 'A course run.', {
  course_key: field(CourseKey, 'key of the course run'),
  display_name: field(string, 'title; may be empty'),
  start: opt(datetime, 'when it begins'),
  end: opt(datetime, 'when it ends'),
})
