import assert from 'node:assert/strict'
import test from 'node:test'
import { EnrolmentSyncRequested, SYNC_REQUESTS } from '../public-events/catalogue/waymark/enrolment.ts'
import { syncRequest, syncRequestOf } from './sync-request-event.ts'

/** As the seed prints it, without its line breaks. */
const SEED =
  '{"eid":"BE_JOB_REQUEST","ets":1614838059898,"mid":"LP.1614838059898.c7ba0267-d1fe-4443-a819-b0e8c06a44c2",' +
  '"actor":{"type":"System","id":"Course Batch Updater"},"context":{"pdata":{"ver":"1.0","id":"org.sunbird.platform"}},' +
  '"object":{"type":"CourseBatchEnrolment","id":"batchId_userId"},' +
  '"edata":{"action":"user-enrolment-sync","iteration":1,"batchId":"batchId","userId":"userId","courseId":"courseId"}}'

const EVENT = {
  topic: SYNC_REQUESTS,
  type: EnrolmentSyncRequested.type,
  id: 'c7ba0267-d1fe-4443-a819-b0e8c06a44c2',
  timeUs: 1614838059898_123,
}
const PAYLOAD = { enrolment: { user_id: 'userId', collection_id: 'courseId', context_id: 'batchId' } }

test('a request to recompute an enrolment is the seed’s event to the letter, on its topic', () => {
  assert.equal(SYNC_REQUESTS, 'batch.enrolment.sync.request')
  assert.deepEqual(EnrolmentSyncRequested.topics, [SYNC_REQUESTS])
  assert.equal(EnrolmentSyncRequested.key, 'enrolment.user_id')
  assert.equal(JSON.stringify(syncRequestOf(EVENT, PAYLOAD)), SEED)
})

test('elsewhere it is a public event like others, and others are none of it', () => {
  assert.equal(syncRequestOf({ ...EVENT, topic: 'mine' }, PAYLOAD), undefined)
  assert.equal(syncRequestOf({ ...EVENT, topic: undefined }, PAYLOAD), undefined)
  assert.equal(syncRequestOf({ ...EVENT, type: 'org.x.learning.a.b.c.v1' }, {}), undefined)
})

test('ids of any characters leave the event valid JSON', () => {
  const key = { userId: 'a"b', collectionId: 'c\\d', contextId: 'e:f_g' }
  const { object, edata } = JSON.parse(JSON.stringify(syncRequest(key, 1, 'id'))) as {
    object: { id: string }
    edata: Record<string, unknown>
  }
  assert.equal(object.id, 'e:f_g_a"b')
  assert.deepEqual([edata['batchId'], edata['userId'], edata['courseId']], ['e:f_g', 'a"b', 'c\\d'])
})
