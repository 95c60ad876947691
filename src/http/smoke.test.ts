import assert from 'node:assert/strict'
import test from 'node:test'
import { startApp } from '../../test/support/app.ts'

test('a view that was started and ended is complete', async () => {
  const app = await startApp()
  const request = { userId: 'rahul', contentId: 'c1' }
  assert.equal((await app.call('POST', '/v1/view/start', { request })).body.result['c1'], 'Progress started')
  assert.equal((await app.call('POST', '/v1/view/end', { request })).body.result['c1'], 'Progress ended')
  const read = await app.call('POST', '/v1/view/read', { request: { ...request, contentId: ['c1'] } })
  assert.equal(read.body.result['contents']?.['0']?.['progress'], 100)
  await app.stop()
})
