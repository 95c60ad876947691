import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  asKey,
  CollectionCompleted,
  consumerGroup,
  definePublicEvent,
  EnrolmentCreated,
  EnrolmentRemoved,
  field,
  inTransaction,
  opt,
  record,
  string,
  UserId,
} from 'waymark/events'
import { fake, testBus, type TestBus } from 'waymark/events/testing'
import { BadgeAwarded, badges, CLOSED, guard, type Mail } from '../../test/support/badge-plugin.ts'

const complete = fake(CollectionCompleted, { completion: { user_id: 'asha', collection_id: 'maths' } })

function withBadges(failures = 0): { readonly bus: TestBus; readonly mail: Mail } {
  const mail: Mail = { sent: [], failures }
  return { bus: testBus({ plugins: [badges(mail)] }), mail }
}

test('what is emitted reaches every group, and what they emit reaches the next', async () => {
  const { bus, mail } = withBadges()
  await using _ = bus
  await bus.emit(CollectionCompleted, complete)
  await bus.settled()
  bus.expectEmitted(BadgeAwarded, [
    { badge: { user_id: 'asha', collection_id: 'maths', earned_at: complete.completion.completed_at, motto: null } },
  ])
  const [cause, badge] = [bus.events(CollectionCompleted)[0], bus.events(BadgeAwarded)[0]]
  assert.equal(badge?.metadata.extensions?.causationid, cause?.metadata.id)
  assert.deepEqual([badge?.key, badge?.metadata.time.toString()], ['asha', '2026-01-05T08:00:00Z'])
  assert.deepEqual([mail.sent, await bus.kept(badges(mail).groups?.[0] ?? guard, 'asha')], [['asha'], 1])
})

test('work that throws leaves nothing behind, and its error is told', async () => {
  await using bus = testBus()
  const failing = bus.transact((commit) => {
    commit.emit(CollectionCompleted, complete)
    throw new Error('no room')
  })
  await assert.rejects(failing, /no room/)
  assert.deepEqual([bus.published(), bus.emitted(CollectionCompleted)], [[], []])
})

test('a commit does not wait: asynchronous work is refused, and leaves nothing behind', async () => {
  await using bus = testBus()
  const waiting = bus.transact(async (commit) => {
    commit.emit(CollectionCompleted, complete)
    await Promise.reject(new Error('later'))
  })
  await assert.rejects(waiting, /may not be asynchronous/)
  assert.deepEqual(bus.published(), [])
})

test('asynchronous work in the commit of a group or a receiver is refused as well', async () => {
  // The compiler takes such functions, because nobody asks for what they return; only a linter sees it.
  const later = (async () => Promise.reject(new Error('later'))) as () => void
  const group = consumerGroup({ name: 'later', retry: { max: 1 } }).apply(CollectionCompleted, later)
  await using bus = testBus({ groups: [group], receivers: [inTransaction('later', EnrolmentCreated, later)] })
  await bus.emit(CollectionCompleted, complete)
  await assert.rejects(bus.settled(), /group later: what is done in the commit may not be asynchronous/)
  const refused = bus.emit(EnrolmentCreated, fake(EnrolmentCreated))
  await assert.rejects(refused, ({ cause }: Error) => /may not be asynchronous/.test(String((cause as Error).cause)))
})

test('a receiver in the commit says no to it, and the sentence is told', async () => {
  await using bus = withBadges().bus
  const refused = fake(EnrolmentCreated, { enrolment: { collection_id: CLOSED } })
  await assert.rejects(bus.emit(EnrolmentCreated, refused), { code: 'RECEIVER_REFUSED', message: /is closed/ })
  assert.deepEqual([bus.published(), await bus.kept(guard, 'last')], [[], undefined])
  await bus.emit(EnrolmentCreated, fake(EnrolmentCreated))
  assert.equal(await bus.kept(guard, 'last'), 'user_id-1')
})

test('two buses see nothing of each other', async () => {
  await using first = withBadges().bus
  await using second = withBadges().bus
  await first.emit(CollectionCompleted, complete)
  await Promise.all([first.settled(), second.settled()])
  assert.deepEqual([first.published().length, second.published().length], [2, 0])
})

test('a handler that fails is tried again without waiting', async () => {
  const { bus, mail } = withBadges(3)
  await using _ = bus
  await bus.emit(CollectionCompleted, complete)
  await bus.settled()
  assert.deepEqual([mail, await bus.deadLetters('receiver:badge-mail')], [{ sent: ['asha'], failures: 0 }, []])
})

test('what a handler gave up fails the test, once, and is told as a dead letter', async () => {
  const { bus } = withBadges(1000)
  await using _ = bus
  await bus.emit(CollectionCompleted, complete)
  await assert.rejects(bus.settled(), /mail server does not answer/)
  await bus.settled()
  const [dead, ...others] = await bus.deadLetters('receiver:badge-mail')
  assert.deepEqual([dead?.metadata.type, dead?.key, dead?.tries, others], [BadgeAwarded.type, 'asha', 8, []])
  assert.match(dead?.reason ?? '', /^Error: the mail server does not answer\n +at /)
  await assert.rejects(bus.deadLetters('mail'), /there is no group named mail/)
})

test('several that are given up are told together; a bus that is not strict does not complain', async () => {
  const failing = consumerGroup({ name: 'failing', retry: { max: 1 } }).apply(CollectionCompleted, () => {
    throw new Error('never')
  })
  for (const strict of [true, false]) {
    await using bus = testBus({ groups: [failing], strict })
    for (const seed of [1, 2]) await bus.emit(CollectionCompleted, fake(CollectionCompleted, {}, { seed }))
    if (strict) await assert.rejects(bus.settled(), { name: 'AggregateError', message: '2 events were given up' })
    else await bus.settled()
    assert.equal((await bus.deadLetters(failing)).length, 2)
  }
})

test('what is emitted and not expected is shown', async () => {
  await using bus = testBus()
  bus.expectNone(EnrolmentRemoved)
  await bus.emit(EnrolmentRemoved, fake(EnrolmentRemoved, { enrolment: { user_id: 'asha' } }))
  const shown = /is expected never\nand was emitted once:\n {2}\{"enrolment":\{"user_id":"asha"/
  assert.throws(() => {
    bus.expectNone(EnrolmentRemoved)
  }, shown)
})

test('expectations see instants, which deep comparisons do not', async () => {
  await using bus = testBus()
  await bus.emit(CollectionCompleted, complete)
  const { completed_at } = complete.completion
  bus.expectEmitted(CollectionCompleted, [{ completion: { completed_at } }])
  assert.throws(() => {
    bus.expectEmitted(CollectionCompleted, [{ completion: { completed_at: completed_at.add({ hours: 1 }) } }])
  }, /is expected once:[^]*and was emitted once:/)
  assert.throws(() => {
    bus.expectEmitted(CollectionCompleted, [{}, {}])
  }, /is expected 2 times:/)
})

test('an event that the bus does not know is refused when it is emitted, and fails the test where a handler emits it', async () => {
  await using bare = testBus()
  const badge = fake(BadgeAwarded)
  await assert.rejects(bare.emit(BadgeAwarded, badge), /no event of this bus: name it in `events`/)
  const { groups = [] } = badges({ sent: [], failures: 0 })
  await using bus = testBus({ groups })
  await bus.emit(CollectionCompleted, complete)
  await assert.rejects(bus.settled(), /is no event of this installation: is a plugin missing/)
})

test('routes are those of an installation: another topic, without what names a person', async () => {
  const routes = { [BadgeAwarded.type]: { warehouse: { redacted: true } } }
  await using bus = testBus({ events: [BadgeAwarded], routes })
  await bus.emit(BadgeAwarded, fake(BadgeAwarded))
  assert.deepEqual(
    bus.published().map(({ topic }) => topic),
    ['learning-badge-lifecycle', 'warehouse'],
  )
  const [redacted] = bus.published('warehouse')
  assert.match(redacted?.key ?? '', /^[\w-]{43}$/)
  assert.doesNotMatch(JSON.stringify(redacted), /user_id-1|motto-1/)
  assert.throws(() => testBus({ routes: { 'no.such': {} } }), /no.such is no event of this installation/)
})

test('a consumer of the next minor reads what the last one wrote', async () => {
  const about = {
    type: 'org.example.learning.note.written.v1',
    description: 'A learner wrote a note.',
    producer: 'notes',
    key: 'note.user_id',
    topics: ['learning-note-lifecycle'],
    since: '1.0.0',
  } as const
  const user_id = field(UserId, 'the learner')
  const older = definePublicEvent({ ...about, minor: 0, data: { note: record('NoteData', 'The note.', { user_id }) } })
  const title = opt(string, 'its title')
  const data = { note: record('NoteData', 'The note.', { user_id, title }) }
  const newer = definePublicEvent({ ...about, minor: 1, data })
  const seen: unknown[] = []
  const group = consumerGroup({ name: 'notes' }).apply(newer, (_, { note }) => seen.push(note))
  await using bus = testBus({ events: [newer], groups: [group] })
  await bus.emit(older, { note: { user_id: asKey(UserId, 'asha') } })
  await bus.settled()
  assert.deepEqual(seen, [{ user_id: 'asha', title: null }])
})

test('handlers that emit for ever are found out', async () => {
  const echo = consumerGroup({ name: 'echo' }).apply(CollectionCompleted, (commit, payload) => {
    commit.emit(CollectionCompleted, payload)
  })
  await using bus = testBus({ groups: [echo] })
  await bus.emit(CollectionCompleted, complete)
  await assert.rejects(bus.settled(), /for 100 rounds, and do not come to an end/)
})
