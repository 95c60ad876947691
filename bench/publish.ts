/**
 * `node publish.ts FOLDER EVENTS`: opens the embedded store as the product does, measures what public events cost from
 * emission to the end of their handling, and prints it as JSON.
 */
import { performance } from 'node:perf_hooks'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { encodeBody, emission } from '../src/codec/emission.ts'
import { readConfig } from '../src/config.ts'
import type { Emission } from '../src/domain/emission.ts'
import { EnrolmentCreated } from '../src/public-events/catalogue/waymark/enrolment.ts'
import { CollectionId, ContextId, UserId } from '../src/public-events/catalogue/waymark/place.ts'
import { makePayload } from '../src/public-events/kernel/define.ts'
import type { PayloadInput } from '../src/public-events/kernel/public-event.ts'
import { asKey } from '../src/public-events/kernel/scalar.ts'
import { SCHEMA_4 } from '../src/stores/sqlite/schema.ts'
import { openSqliteStore } from '../src/stores/sqlite/store.ts'
import { openEvents } from '../src/wire-events.ts'
import { storeOptions, systemClock } from '../src/wire.ts'
import { consumerGroup } from '../src/workers/consume/consumer-group.ts'
import { groupSubscriber } from '../src/workers/consume/group-subscriber.ts'
import { startRunner } from '../src/workers/consume/runner.ts'
import { startLoop } from '../src/workers/loop.ts'

/** Events per second, and processor time of each in microseconds. */
export interface Pace {
  readonly rate: number
  readonly cpuUs: number
}

export interface PublishCosts {
  readonly events: number
  /** Bytes that the framework writes of an event: those of the floor. */
  readonly bodyBytes: number
  /** The same rows written to the log without the framework. */
  readonly floor: Pace
  readonly encodeUs: number
  /** Checking a payload and making an emission of it. */
  readonly emitUs: number
  /** Emission into the outbox, and from there to the log. */
  readonly published: Pace
  readonly consumed: Pace
  /** Events in the log, handled, and dead: all must be as many as were emitted, but for the last. */
  readonly counted: { readonly logged: number; readonly handled: number; readonly dead: number }
}

/** Emissions of one commit: as many as requests share under load. */
const AT_ONCE = 200
const ENCODED = 200_000

const [folder = '', count = ''] = process.argv.slice(2)
const events = Number(count)
const config = readConfig({ WAYMARK_DATA: folder })
const store = await openSqliteStore(storeOptions(config, systemClock))
const known = await openEvents(config, systemClock, new Uint8Array(32))

function payloadOf(index: number): PayloadInput<typeof EnrolmentCreated> {
  return {
    enrolment: {
      user_id: asKey(UserId, `learner-${String(index % 5_000)}`),
      collection_id: asKey(CollectionId, 'do_11305855864948326411234'),
      context_id: asKey(ContextId, 'batch-2026'),
    },
  }
}

async function paceOf(work: () => Promise<void>): Promise<Pace> {
  const begun = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return { rate: (events * 1000) / (performance.now() - begun), cpuUs: (user + system) / events }
}

function costUs(work: (index: number) => unknown): number {
  for (let index = 0; index < ENCODED / 10; index += 1) work(index)
  const before = process.cpuUsage()
  for (let index = 0; index < ENCODED; index += 1) work(index)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / ENCODED
}

function writeFloor(emissions: readonly Emission[]): Promise<Pace> {
  const path = join(folder, 'floor-events.db')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
  database.exec(SCHEMA_4)
  const insert = database.prepare(
    'INSERT INTO event (at, topic, key, type, minor, id, time_us, extensions, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const rows = emissions.map((one) => ({ ...one, bytes: Buffer.from(one.body, 'base64') }))
  const [topic] = EnrolmentCreated.topics
  return paceOf(async () => {
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      database.exec('BEGIN IMMEDIATE')
      for (const { key, event, minor, id, timeUs, bytes } of rows.slice(from, from + AT_ONCE)) {
        insert.run(1, topic ?? '', key, event, minor, id, timeUs, null, bytes)
      }
      database.exec('COMMIT')
      await Promise.resolve()
    }
  }).finally(() => {
    database.close()
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  })
}

const options = { readMax: config.WORKER_READ_MAX, batchMax: config.WORKER_BATCH_MAX, retries: config.WORKER_RETRIES }
const complain = (_name: string, error: unknown): void => {
  throw error
}

async function publish(): Promise<void> {
  const loop = startLoop(store.log, known.relay(store.events), { ...options, onError: complain })
  for (let from = 0; from < events; from += AT_ONCE) {
    const commits = Array.from({ length: Math.min(AT_ONCE, events - from) }, (_, offset) =>
      store.transact((tx) => {
        tx.emit(emission(EnrolmentCreated, payloadOf(from + offset), { time: Temporal.Now.instant() }))
      }),
    )
    await Promise.all(commits)
  }
  await loop.idle()
  await loop.stop()
}

let handled = 0

async function consume(): Promise<void> {
  const group = consumerGroup({ name: 'bench' }).apply(EnrolmentCreated, (_commit, { enrolment }) => {
    if (enrolment.user_id !== '') handled += 1
  })
  const { reader, routes, sender, retry } = known
  const runner = startRunner(groupSubscriber(group, { reader, routes, sender, retry, clock: systemClock }), {
    events: store.events,
    deliveries: store.deliveries,
    clock: systemClock,
    heldMax: config.HELD_EVENTS_MAX,
    onError: complain,
  })
  await runner.idle()
  await runner.stop()
}

const time = Temporal.Now.instant()
const emissions = Array.from({ length: events }, (_, index) => emission(EnrolmentCreated, payloadOf(index), { time }))
const payload = makePayload(EnrolmentCreated, payloadOf(1))
const costs: PublishCosts = {
  events,
  bodyBytes: Buffer.from(emissions[0]?.body ?? '', 'base64').length,
  floor: await writeFloor(emissions),
  encodeUs: costUs(() => encodeBody(EnrolmentCreated, payload)),
  emitUs: costUs((index) => emission(EnrolmentCreated, payloadOf(index), { time })),
  published: await paceOf(publish),
  consumed: await paceOf(consume),
  counted: {
    logged: (await store.events.read(0, 2 * events, EnrolmentCreated.topics)).length,
    handled,
    dead: (await store.deliveries.find('bench'))?.dead ?? -1,
  },
}
process.stdout.write(JSON.stringify(costs))
await store.close()
