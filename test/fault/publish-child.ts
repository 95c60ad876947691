/**
 * `node publish-child.ts FOLDER FILE NAMES`: emits one event for each name into the store of a folder, as one commit
 * each, says which are acknowledged, and lets relay and groups do their work. Ends where CRASH_AT says.
 */
import { appendFileSync } from 'node:fs'
import { emission } from '../../src/codec/emission.ts'
import { eventId } from '../../src/codec/event-id.ts'
import { readConfig } from '../../src/config.ts'
import { crashAt } from '../../src/crash-at.ts'
import { EnrolmentCreated } from '../../src/public-events/catalogue/waymark/enrolment.ts'
import { CollectionCompleted } from '../../src/public-events/catalogue/waymark/collection.ts'
import { CollectionId, ContextId, UserId } from '../../src/public-events/catalogue/waymark/place.ts'
import { asKey } from '../../src/public-events/kernel/scalar.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import { openEvents } from '../../src/wire-events.ts'
import { storeOptions, systemClock } from '../../src/wire.ts'
import { consumerGroup } from '../../src/workers/consume/consumer-group.ts'
import { groupSubscriber } from '../../src/workers/consume/group-subscriber.ts'
import { Runners } from '../../src/workers/consume/runners.ts'
import { startLoop } from '../../src/workers/loop.ts'

const [folder = '', file = '', names = ''] = process.argv.slice(2)
const config = readConfig({ WAYMARK_DATA: folder })
const reach = crashAt(process.env['CRASH_AT'])
const store = await openSqliteStore({ ...storeOptions(config, systemClock), reach })
const known = await openEvents(config, systemClock, new Uint8Array(32))
const fail = (_name: string, error: unknown): void => {
  throw error
}

const inContext = (name: string) => ({
  user_id: asKey(UserId, name),
  collection_id: asKey(CollectionId, 'L'),
  context_id: asKey(ContextId, 'L'),
})
const time = Temporal.Instant.fromEpochMilliseconds(1_767_225_600_000)

// What is emitted again after a crash is the same occurrence, so it has the same id.
for (const name of names.split(',').filter((name) => name !== '')) {
  await store.transact((tx) => {
    const id = eventId(EnrolmentCreated.type, name)
    tx.emit(emission(EnrolmentCreated, { enrolment: inContext(name) }, { time, id }))
  })
  process.stdout.write(`${name}\n`)
}

// In the commit: counts, and emits an event that follows. Outside of it: a line in a file.
const inCommit = consumerGroup({ name: 'in-commit' }).apply(EnrolmentCreated, (commit, { enrolment }, { metadata }) => {
  commit.keep(enrolment.user_id, Number(commit.kept(enrolment.user_id) ?? 0) + 1)
  const completion = { ...inContext(enrolment.user_id), completed_at: metadata.time }
  commit.emit(CollectionCompleted, { completion }, { time: metadata.time, id: eventId('following', metadata.id) })
})
const outside = consumerGroup({ name: 'outside' }).on(EnrolmentCreated, (_payload, { metadata }) => {
  appendFileSync(file, `${metadata.id}\n`)
})
const parts = {
  reader: known.reader,
  routes: known.routes,
  sender: known.sender,
  retry: known.retry,
  clock: systemClock,
}
const runners = new Runners({
  events: store.events,
  deliveries: store.deliveries,
  clock: systemClock,
  reach,
  heldMax: 100,
  onError: fail,
})
const loop = startLoop(store.log, known.relay(store.events), {
  readMax: 2,
  batchMax: 1,
  retries: 3,
  reach,
  onError: fail,
})
for (const group of [inCommit, outside]) runners.start(groupSubscriber(group, parts))
// Twice: the first group emits what is to be relayed as well.
for (let turn = 0; turn < 2; turn += 1) {
  await loop.idle()
  await runners.idle()
}
await runners.stop()
await loop.stop()
await store.close()
