import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { emission } from '../../codec/emission.ts'
import { WaymarkError } from '../../domain/errors.ts'
import type { Store } from '../../ports/store.ts'
import { ALL_EVENTS } from '../../public-events/catalogue/all.ts'
import { CollectionCompleted } from '../../public-events/catalogue/waymark/collection.ts'
import { EnrolmentChanged, EnrolmentCreated } from '../../public-events/catalogue/waymark/enrolment.ts'
import { LIMITS } from '../../stores/kit/stores.ts'
import { openMemoryStore } from '../../stores/memory/store.ts'
import { openSqliteStore } from '../../stores/sqlite/store.ts'
import { progressEvents } from '../publish/progress-events.ts'
import { EventReader } from './reader.ts'
import { inTransaction, Refusal, takingPart, type Receiver } from './receiver.ts'

const clock = new SimulatedClock()
const PARTS = {
  catalogue: ALL_EVENTS,
  reader: new EventReader(() => undefined),
  sender: { source: '/test', sourceHost: 'host', sourceLib: '1' },
  clock,
}

async function openSqlite(t: TestContext, receivers: readonly Receiver[]): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-receivers-'))
  const store = await openSqliteStore({
    folder,
    mode: 'strict',
    timeZone: 'UTC',
    clock,
    limits: LIMITS,
    fold: { factsMax: 100, afterMs: 1e9, rowsMin: 1 },
    takesPart: takingPart(receivers, PARTS),
  })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  return store
}

const key = (userId: string) => ({ userId, collectionId: 'k', contextId: 'x' })

test('a receiver is told in the commit, with the id that is published', async (t) => {
  const told: unknown[] = []
  const store = await openSqlite(t, [
    inTransaction('one', EnrolmentCreated, (_commit, { enrolment }, metadata) => {
      told.push([enrolment.user_id, metadata.id, metadata.type, metadata.source, Object.isFrozen(enrolment)])
    }),
  ])
  await store.progress.enrol(key('asha'), 1)
  await store.progress.unenrol(key('asha'), 2)
  const [entry] = await store.log.read(0, 1)
  assert.ok(entry !== undefined)
  const id = progressEvents(entry)[0]?.id
  assert.deepEqual(told, [['asha', id, EnrolmentCreated.type, '/test', true]])
})

test('what a receiver emits and keeps is in the commit', async (t) => {
  const store = await openSqlite(t, [
    inTransaction('two', EnrolmentCreated, (commit, { enrolment }, { time }) => {
      commit.keep(enrolment.user_id, 'seen')
      commit.emit(CollectionCompleted, {
        completion: { ...enrolment, completed_at: time },
      })
    }),
  ])
  await store.progress.enrol(key('asha'), 1)
  const [created, emitted] = await store.log.read(0, 9)
  assert.equal(emitted?.occurrence.type, 'emitted')
  assert.ok(created !== undefined && emitted.occurrence.type === 'emitted')
  assert.equal(emitted.occurrence.extensions?.['causationid'], progressEvents(created)[0]?.id)
  assert.equal(await store.transact((tx) => tx.kept('receiver:two/asha')), 'seen')
})

test('what a receiver throws rolls back what it was told of, and nothing beside it', async (t) => {
  const store = await openSqlite(t, [
    inTransaction('three', EnrolmentCreated, (commit, { enrolment }) => {
      commit.keep(enrolment.user_id, 'seen')
      if (enrolment.user_id === 'no') throw new Refusal('Not this one.')
      if (enrolment.user_id === 'bug') throw new TypeError('oops')
    }),
  ])
  const outcomes = await Promise.allSettled(
    ['a', 'no', 'bug', 'b'].map((userId) => store.progress.enrol(key(userId), 1)),
  )
  const [, refused, failed] = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? (outcome.reason as unknown) : 'done',
  )
  assert.ok(refused instanceof WaymarkError && refused.code === 'RECEIVER_REFUSED' && refused.status === 409)
  assert.equal(refused.message, 'Not this one.')
  assert.ok(failed instanceof WaymarkError && failed.code === 'RECEIVER_FAILED' && failed.status === 503)
  assert.ok(!failed.message.includes('oops'), 'the caller is not told of our faults')
  assert.equal(await store.progress.enrolment(key('no')), undefined)
  assert.equal(await store.progress.enrolment(key('bug')), undefined)
  assert.notEqual(await store.progress.enrolment(key('b')), undefined)
  const kept = await store.transact((tx) => ['a', 'no', 'bug', 'b'].map((name) => tx.kept(`receiver:three/${name}`)))
  assert.deepEqual(kept, ['seen', undefined, undefined, 'seen'])
  assert.equal((await store.log.read(0, 9)).length, 2)
})

for (const { name, open } of [
  { name: 'sqlite', open: openSqlite },
  {
    name: 'memory',
    open: (_t: TestContext, receivers: readonly Receiver[]) =>
      openMemoryStore(clock, 'strict', 'UTC', takingPart(receivers, PARTS)),
  },
]) {
  test(`${name}: a receiver of an event that is emitted may take the whole commit back`, async (t) => {
    const store = await open(t, [
      inTransaction('four', EnrolmentChanged, (_commit, { enrolment }) => {
        if (!enrolment.is_active) throw new Refusal('Stay.')
      }),
    ])
    const about = { time: Temporal.Instant.fromEpochMilliseconds(0) }
    const change = (is_active: boolean): Promise<void> =>
      store.transact((tx) => {
        tx.keep('before', is_active)
        const enrolment = { user_id: 'u', collection_id: 'k', context_id: 'x', is_active }
        // Ids of a test.
        tx.emit(emission(EnrolmentChanged, { enrolment } as never, about))
      })
    await change(true)
    await assert.rejects(change(false), /^WaymarkError: Stay\.$/)
    assert.equal(await store.transact((tx) => tx.kept('before')), true)
    assert.equal((await store.log.read(0, 9)).length, 1)
  })
}

test('without receivers nothing takes part', () => {
  assert.equal(takingPart([], PARTS), undefined)
})
