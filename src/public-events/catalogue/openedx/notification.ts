import { definePublicEvent } from '../../kernel/define.ts'
import { long, string } from '../../kernel/scalar.ts'
import { field, list, map, record } from '../../kernel/shape.ts'
import { CourseKey, SINCE, UsageKey, UserData } from './people.ts'

const UserNotificationData = record('UserNotificationData', 'A notification to some users.', {
  user_ids: field(list(long), 'who is to be told', { pii: 'identifier' }),
  notification_type: field(string, 'type of the notification'),
  content_url: field(string, 'what it points to'),
  app_name: field(string, 'application that it comes from'),
  course_key: field(CourseKey, 'course run'),
  context: field(map(string), 'what is put into its text', { pii: 'free-text' }),
})

export const UserNotificationRequested = definePublicEvent({
  type: 'org.openedx.learning.user.notification.requested.v1',
  minor: 0,
  description: 'Somebody asked for users to be notified.',
  producer: 'lms',
  key: 'notification_data.course_key',
  topics: ['learning-notification-lifecycle'],
  data: { notification_data: UserNotificationData },
  since: SINCE,
})

const CourseNotificationData = record('CourseNotificationData', 'A notification to users of a course run.', {
  course_key: field(CourseKey, 'course run'),
  app_name: field(string, 'application that it comes from'),
  notification_type: field(string, 'type of the notification'),
  content_url: field(string, 'what it points to'),
  content_context: field(map(string), 'what is put into its text', { pii: 'free-text' }),
  audience_filters: field(map(list(string)), 'who is to be told, by sort of group'),
})

export const CourseNotificationRequested = definePublicEvent({
  type: 'org.openedx.learning.course.notification.requested.v1',
  minor: 0,
  description: 'Somebody asked for users of a course run to be notified.',
  producer: 'lms',
  key: 'course_notification_data.course_key',
  topics: ['learning-notification-lifecycle'],
  data: { course_notification_data: CourseNotificationData },
  since: SINCE,
})

const LtiProviderLaunchParamsData = record('LtiProviderLaunchParamsData', 'What the consumer sent with a launch.', {
  roles: field(string, "the user's roles there"),
  context_id: field(string, 'context there, such as a course'),
  user_id: field(string, 'id of the user there', { pii: 'identifier' }),
  extra_params: field(map(string), 'all else that it sent', { pii: 'identifier' }),
})

const LtiProviderLaunchData = record('LtiProviderLaunchData', 'A launch of a block from another platform.', {
  user: field(UserData, 'who'),
  course_key: field(CourseKey, 'course run'),
  usage_key: field(UsageKey, 'block'),
  launch_params: field(LtiProviderLaunchParamsData, 'what the other platform sent'),
})

export const LtiProviderLaunchSucceeded = definePublicEvent({
  type: 'org.openedx.learning.lti_provider.launch.success.v1',
  minor: 0,
  description: 'A user came to a block from another platform, by LTI.',
  producer: 'lms',
  key: 'launch_data.course_key',
  topics: ['learning-lti-provider-lifecycle'],
  data: { launch_data: LtiProviderLaunchData },
  since: SINCE,
})

export const NOTIFICATION = [UserNotificationRequested, CourseNotificationRequested, LtiProviderLaunchSucceeded]
