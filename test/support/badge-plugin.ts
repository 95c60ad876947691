/** A plugin for tests of the kit: a badge for everybody who completes a collection. */
import {
  afterCommit,
  asKey,
  CollectionCompleted,
  CollectionId,
  consumerGroup,
  datetime,
  definePublicEvent,
  EnrolmentCreated,
  field,
  inTransaction,
  opt,
  record,
  Refusal,
  string,
  UserId,
  type Plugin,
} from 'waymark/events'

export const BadgeAwarded = definePublicEvent({
  type: 'org.example.learning.badge.awarded.v1',
  minor: 0,
  description: 'A learner earned a badge, by completing a collection.',
  producer: 'badges',
  key: 'badge.user_id',
  topics: ['learning-badge-lifecycle'],
  data: {
    badge: record('BadgeAwardedData', 'The badge.', {
      user_id: field(UserId, 'the learner', { pii: 'identifier' }),
      collection_id: field(CollectionId, 'collection that it was earned in'),
      earned_at: field(datetime, 'when the collection was completed'),
      motto: opt(string, 'what the learner writes under it; null: nothing', { pii: 'free-text' }),
    }),
  },
  since: '1.0.0',
})

export const awards = consumerGroup({ name: 'badges', description: 'awards badges' }).apply(
  CollectionCompleted,
  (commit, { completion: { user_id, collection_id, completed_at } }) => {
    commit.keep(user_id, Number(commit.kept(user_id) ?? 0) + 1)
    commit.emit(BadgeAwarded, { badge: { user_id, collection_id, earned_at: completed_at } })
  },
)

/** Learners who were told of a badge, and how often it fails before that. */
export interface Mail {
  readonly sent: string[]
  failures: number
}

export function mails(mail: Mail): ReturnType<typeof consumerGroup> {
  return afterCommit('badge-mail', BadgeAwarded, ({ badge }) => {
    if (mail.failures > 0) {
      mail.failures -= 1
      throw new Error('the mail server does not answer')
    }
    mail.sent.push(badge.user_id)
  })
}

export const CLOSED = asKey(CollectionId, 'closed')

export const guard = inTransaction('closed-collections', EnrolmentCreated, (commit, { enrolment }) => {
  commit.keep('last', enrolment.user_id)
  if (enrolment.collection_id === CLOSED) throw new Refusal('This collection is closed.')
})

export function badges(mail: Mail): Plugin {
  return { name: 'badges', events: [BadgeAwarded], groups: [awards, mails(mail)], receivers: [guard] }
}
