import { definePublicEvent } from '../../kernel/define.ts'
import { boolean, long, string } from '../../kernel/scalar.ts'
import { field, list, map, opt, record } from '../../kernel/shape.ts'
import { CourseKey, SINCE, UsageKey, UserData } from './people.ts'

const DiscussionThreadData = record('DiscussionThreadData', 'A thread, response or comment of a forum.', {
  body: field(string, 'the text', { pii: 'free-text' }),
  commentable_id: field(string, 'topic that it belongs to'),
  id: field(string, 'id'),
  truncated: field(boolean, 'whether the text was cut'),
  url: field(string, 'where it can be read'),
  user: field(UserData, 'who wrote it'),
  course_id: field(CourseKey, 'course run of the forum'),
  thread_type: opt(string, 'discussion or question'),
  anonymous: opt(boolean, 'whether the writer is hidden from all'),
  anonymous_to_peers: opt(boolean, 'whether the writer is hidden from other learners'),
  title: opt(string, 'title of a thread', { pii: 'free-text' }),
  title_truncated: opt(boolean, 'whether the title was cut'),
  group_id: opt(long, 'number of the cohort that sees it'),
  team_id: opt(long, 'number of the team that sees it'),
  category_id: opt(long, 'number of its category'),
  category_name: opt(string, 'name of its category'),
  discussion: opt(map(string), 'the thread that a response or comment belongs to'),
  user_course_roles: field(list(string), "the writer's roles in the course"),
  user_forums_roles: field(list(string), "the writer's roles in the forum"),
  options: field(map(boolean), 'choices of the writer, such as being told of answers'),
})

const forum = {
  minor: 0,
  producer: 'lms',
  key: 'thread.course_id',
  topics: ['learning-forum-lifecycle'],
  data: { thread: DiscussionThreadData },
  since: SINCE,
} as const

export const ForumThreadCreated = definePublicEvent({
  ...forum,
  type: 'org.openedx.learning.forum.thread.created.v1',
  description: 'A user began a thread in a forum.',
})

export const ForumThreadResponseCreated = definePublicEvent({
  ...forum,
  type: 'org.openedx.learning.forum.thread.response.created.v1',
  description: 'A user answered a thread.',
})

export const ForumThreadResponseCommentCreated = definePublicEvent({
  ...forum,
  type: 'org.openedx.learning.forum.thread.response.comment.created.v1',
  description: 'A user commented on an answer.',
})

const DiscussionTopicContext = record('DiscussionTopicContext', 'A topic of a forum.', {
  title: field(string, 'title'),
  usage_key: opt(UsageKey, 'block that it belongs to'),
  group_id: opt(long, 'number of the cohort that sees it'),
  external_id: opt(string, "id at the forum's provider"),
  ordering: opt(long, 'place among the topics'),
  context: field(map(string), 'what else is known of it'),
})

const CourseDiscussionConfigurationData = record(
  'CourseDiscussionConfigurationData',
  'How the forum of a course run is set up.',
  {
    course_key: field(CourseKey, 'course run'),
    provider_type: field(string, 'which forum'),
    enabled: field(boolean, 'whether there is a forum'),
    enable_in_context: field(boolean, 'whether units show their topic'),
    enable_graded_units: field(boolean, 'whether graded units have a topic'),
    unit_level_visibility: field(boolean, 'whether units say themselves if they have one'),
    plugin_configuration: field(map(boolean), "settings of the forum's provider"),
    contexts: field(list(DiscussionTopicContext), 'topics'),
  },
)

export const CourseDiscussionsChanged = definePublicEvent({
  type: 'org.openedx.learning.discussions.configuration.changed.v1',
  minor: 0,
  description: 'The forum of a course run was set up anew.',
  producer: 'lms',
  key: 'configuration.course_key',
  topics: ['learning-discussions-configuration-lifecycle'],
  data: { configuration: CourseDiscussionConfigurationData },
  since: SINCE,
})

export const DISCUSSION = [
  ForumThreadCreated,
  ForumThreadResponseCreated,
  ForumThreadResponseCommentCreated,
  CourseDiscussionsChanged,
]
