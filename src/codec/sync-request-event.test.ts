import assert from 'node:assert/strict'
import test from 'node:test'
import { syncRequestEvent } from './sync-request-event.ts'

/** As the seed prints it, without its line breaks. */
const SEED =
  '{"eid":"BE_JOB_REQUEST","ets":1614838059898,"mid":"LP.1614838059898.c7ba0267-d1fe-4443-a819-b0e8c06a44c2",' +
  '"actor":{"type":"System","id":"Course Batch Updater"},"context":{"pdata":{"ver":"1.0","id":"org.sunbird.platform"}},' +
  '"object":{"type":"CourseBatchEnrolment","id":"batchId_userId"},' +
  '"edata":{"action":"user-enrolment-sync","iteration":1,"batchId":"batchId","userId":"userId","courseId":"courseId"}}'

test('a request to recompute an enrolment is the seed’s event to the letter, keyed by the learner', () => {
  const key = { userId: 'userId', collectionId: 'courseId', contextId: 'batchId' }
  const message = syncRequestEvent(key, 1614838059898, 'c7ba0267-d1fe-4443-a819-b0e8c06a44c2')
  assert.deepEqual(message, { topic: 'batch.enrolment.sync.request', key: 'userId', value: SEED })
})

test('ids of any characters leave the event valid JSON', () => {
  const key = { userId: 'a"b', collectionId: 'c\\d', contextId: 'e:f_g' }
  const { value, key: partition } = syncRequestEvent(key, 1, 'id')
  const { object, edata } = JSON.parse(value) as { object: { id: string }; edata: Record<string, unknown> }
  assert.equal(partition, 'a"b')
  assert.equal(object.id, 'e:f_g_a"b')
  assert.deepEqual([edata['batchId'], edata['userId'], edata['courseId']], ['e:f_g', 'a"b', 'c\\d'])
})
