import assert from 'node:assert/strict'
import test from 'node:test'
import { avroDecoder } from '../../codec/avro-decode.ts'
import { emission } from '../../codec/emission.ts'
import type { EventLog } from '../../ports/event-log.ts'
import { WAYMARK_EVENTS } from '../../public-events/catalogue/all.ts'
import { EnrolmentCreated } from '../../public-events/catalogue/waymark/enrolment.ts'
import { CollectionId, ContextId, UserId } from '../../public-events/catalogue/waymark/place.ts'
import { catalogueOf } from '../../public-events/kernel/catalogue.ts'
import { definePublicEvent } from '../../public-events/kernel/define.ts'
import { asKey, string } from '../../public-events/kernel/scalar.ts'
import { field, opt, record } from '../../public-events/kernel/shape.ts'
import { IMPLEMENTATIONS } from '../../stores/kit/stores.ts'
import { startLoop } from '../loop.ts'
import { relay, type RelayOptions } from './relay.ts'
import { readRoutes } from './routes.ts'

const [TOPIC] = EnrolmentCreated.topics as readonly [string]
const OPTIONS: RelayOptions = {
  catalogue: WAYMARK_EVENTS,
  routes: readRoutes(WAYMARK_EVENTS, undefined),
  pseudonym: (text) => `anon-${String(text.length)}`,
  writerOf: () => undefined,
  commitMax: 2,
  lingerMs: 0,
}
const key = (userId: string) => ({ userId, collectionId: 'k', contextId: 'x' })
const enrolment = (userId: string) => ({
  user_id: asKey(UserId, userId),
  collection_id: asKey(CollectionId, 'k'),
  context_id: asKey(ContextId, 'x'),
})
const time = Temporal.Instant.from('2026-11-21T10:00:00.000001Z')

for (const { name, open } of IMPLEMENTATIONS.slice(0, 2)) {
  const relayed = (what: string, check: (given: Relayed) => Promise<void>): void => {
    test(`${name}: ${what}`, async (t) => {
      const { store, close } = await open()
      t.after(close)
      const parked: unknown[] = []
      await check({
        store,
        parked,
        all: async (options = {}) => {
          const loop = startLoop(store.log, relay(store.events, { ...OPTIONS, ...options }), {
            readMax: 100,
            batchMax: 10,
            retries: 2,
            backoffMs: 1,
            onError: (_consumer, error, entry) => {
              if (entry !== undefined) parked.push(error)
            },
          })
          await loop.idle()
          await loop.stop()
        },
      })
    })
  }

  relayed(
    'what the progress core tells is published in its order, once, also after a restart',
    async ({ store, all }) => {
      for (const userId of ['a', 'b', 'c']) await store.progress.enrol(key(userId), 1)
      await all()
      await store.progress.unenrol(key('a'), 2)
      await all()
      await all()
      const events = await store.events.read(0, 99, [TOPIC])
      assert.deepEqual(
        events.map(({ type, key }) => [type.split('.').at(-2), key]),
        [
          ['created', 'a'],
          ['created', 'b'],
          ['created', 'c'],
          ['changed', 'a'],
        ],
      )
      const [first] = events
      const payload = avroDecoder(EnrolmentCreated.root, EnrolmentCreated.root)(first?.body ?? new Uint8Array())
      assert.deepEqual(payload, { enrolment: enrolment('a') })
    },
  )

  relayed('an emission is published as it was written, with id, time and extensions', async ({ store, all }) => {
    const extensions = { causationid: 'c', traceparent: 't' }
    const emitted = emission(EnrolmentCreated, { enrolment: enrolment('a') }, { time, extensions })
    await store.transact((tx) => {
      tx.emit(emitted)
    })
    await all()
    const [event] = await store.events.read(0, 9, [TOPIC])
    assert.deepEqual(
      { ...event, body: Buffer.from(event?.body ?? []).toString('base64') },
      {
        seq: event?.seq,
        at: event?.at,
        topic: TOPIC,
        key: 'a',
        type: EnrolmentCreated.type,
        minor: 0,
        id: emitted.id,
        timeUs: Number(time.epochNanoseconds / 1000n),
        extensions,
        body: emitted.body,
      },
    )
  })

  relayed(
    'each topic gets the event in its own form: by another key, or without personal data',
    async ({ store, all }) => {
      const routes = readRoutes(WAYMARK_EVENTS, {
        [EnrolmentCreated.type]: {
          public: { redacted: true },
          'by-course': { event_key_field: 'enrolment.collection_id' },
        },
      })
      await store.progress.enrol(key('asha'), 1)
      await store.transact((tx) => {
        tx.emit(emission(EnrolmentCreated, { enrolment: enrolment('asha') }, { time }))
      })
      await all({ routes })
      const events = await store.events.read(0, 99, [TOPIC, 'public', 'by-course'])
      const decode = avroDecoder(EnrolmentCreated.root, EnrolmentCreated.root)
      const seen = events.map(({ topic, key, body }) => [
        topic,
        key,
        (decode(body) as { enrolment: { user_id: string } }).enrolment.user_id,
      ])
      const each = [
        [TOPIC, 'asha', 'asha'],
        ['public', 'anon-4', 'anon-4'],
        ['by-course', 'k', 'asha'],
      ]
      const sorted = (rows: unknown[][]): string[] => rows.map((row) => row.join()).sort()
      assert.deepEqual(sorted(seen), sorted([...each, ...each]))
      assert.equal(new Set(events.map(({ id }) => id)).size, 2, 'on each topic it is the same event')
    },
  )

  relayed('an event that is turned off goes nowhere', async ({ store, all }) => {
    await store.progress.enrol(key('a'), 1)
    await all({ routes: readRoutes(WAYMARK_EVENTS, { [EnrolmentCreated.type]: { [TOPIC]: { enabled: false } } }) })
    assert.equal(await store.events.last(), 0)
    assert.equal(await store.log.position('relay'), await store.log.last())
  })

  relayed(
    'an event of a plugin that is gone is put aside, and what follows is published',
    async ({ store, all, parked }) => {
      await store.transact((tx) => {
        tx.emit({ ...emission(EnrolmentCreated, { enrolment: enrolment('a') }, { time }), event: 'org.gone.a.b.c.v1' })
      })
      await store.progress.enrol(key('b'), 1)
      await all()
      assert.deepEqual(
        (await store.events.read(0, 9, [TOPIC])).map(({ key }) => key),
        ['b'],
      )
      assert.match(String(parked[0]), /org\.gone\.a\.b\.c\.v1 is no event of this installation: is a plugin missing\?/)
    },
  )

  relayed(
    'what an older version emitted travels by its own minor, and is redacted as the newest',
    async ({ store, all }) => {
      const about = {
        type: 'org.example.learning.thing.made.v1',
        description: 'A thing was made.',
        producer: 'test',
        key: 'thing.who',
        topics: ['things'],
        since: '1',
      } as const
      const fields = { who: field(string, 'who made it', { pii: 'identifier' }) } as const
      const Old = definePublicEvent({ ...about, minor: 0, data: { thing: record('Thing', 'It.', fields) } })
      const New = definePublicEvent({
        ...about,
        minor: 1,
        data: { thing: record('Thing', 'It.', { ...fields, size: opt(string, 'how large') }) },
      })
      await store.transact((tx) => {
        tx.emit(emission(Old, { thing: { who: 'asha' } }, { time }))
      })
      const catalogue = catalogueOf([New])
      const routes = readRoutes(catalogue, { [New.type]: { public: { redacted: true } } })
      await all({ catalogue, routes, writerOf: (_type, minor) => (minor === 0 ? Old.root : undefined) })
      const events = await store.events.read(0, 9, ['things', 'public'])
      assert.deepEqual(
        events.map(({ topic, minor }) => [topic, minor]),
        [
          ['things', 0],
          ['public', 1],
        ],
      )
      const redacted = avroDecoder(New.root, New.root)(events[1]?.body ?? new Uint8Array())
      assert.deepEqual(redacted, { thing: { who: 'anon-4', size: null } })
    },
  )
}

interface Relayed {
  readonly store: Awaited<ReturnType<(typeof IMPLEMENTATIONS)[number]['open']>>['store'] & { readonly events: EventLog }
  /** Why entries were put aside. */
  readonly parked: unknown[]
  /** Relays everything that is in the outbox. */
  readonly all: (options?: Partial<RelayOptions>) => Promise<void>
}
