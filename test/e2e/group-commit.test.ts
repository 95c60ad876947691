/** Many clients share one commit: that is what makes a durable write cheap (DESIGN decision 3). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, figure } from '../support/http-client.ts'
import { serversOfThisFile } from '../support/servers.ts'

const startServer = serversOfThisFile()
const CLIENTS = 64
const WRITES_EACH = 50

test('writes of many clients are committed together', { timeout: 60_000 }, async (t) => {
  const server = await startServer()
  const client = await connect(server)
  const commits = async (): Promise<{ commits: number; writes: number }> => {
    const { text } = await client.send('GET', '/metrics')
    return { commits: figure(text, 'waymark_commit_writes_count'), writes: figure(text, 'waymark_commit_writes_sum') }
  }
  const before = await commits()
  const begun = performance.now()
  const write = async (number: number): Promise<void> => {
    for (let count = 0; count < WRITES_EACH; count += 1) {
      const fields = { userId: `learner-${String(number)}`, contentId: `c-${String(count)}` }
      assert.equal((await client.post('/v1/view/start', fields)).status, 200)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => write(number)))
  const seconds = (performance.now() - begun) / 1000
  const after = await commits()
  client.close()
  await server.end('SIGTERM')

  const [count, writes] = [after.commits - before.commits, after.writes - before.writes]
  const ratio = writes / count
  t.diagnostic(
    `${String(CLIENTS)} clients: ${String(writes)} writes in ${String(count)} commits, ${ratio.toFixed(1)} per commit, ${(writes / seconds).toFixed(0)} writes/s with a client on the same machine`,
  )
  assert.ok(writes >= CLIENTS * WRITES_EACH)
  assert.ok(ratio > 2, `${ratio.toFixed(1)} writes per commit`)
})
