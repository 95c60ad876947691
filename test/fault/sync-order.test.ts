/**
 * K3: the system calls of the server, as strace sees them. Before each answer of success stands a sync of the write-ahead
 * log that began after the request's rows were written to it.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'node:test'
import { connect } from '../support/http-client.ts'
import { startServer, type Server } from '../support/process.ts'

const REQUESTS = 200

/** What the order of calls is judged by. */
type Call = 'write-log' | 'sync-log' | 'answer'

function callOf(line: string): Call | undefined {
  if (/\b(pwrite64|write)\(\d+<[^>]*waymark\.db-wal>/.test(line)) return 'write-log'
  if (/\b(fsync|fdatasync)\(\d+<[^>]*waymark\.db-wal>/.test(line)) return 'sync-log'
  if (/\b(writev|write|sendto)\(\d+<[^>]*>.*HTTP\/1\.1 200/.test(line)) return 'answer'
  return undefined
}

/** Attaches strace to a server; what is returned ends with the server. */
async function watch(server: Server, trace: string): Promise<{ readonly ended: Promise<unknown> }> {
  const calls = 'trace=fsync,fdatasync,pwrite64,write,writev,sendto'
  const options = ['-f', '-y', '-s', '32', '-e', calls, '-o', trace, '-p', String(server.child.pid)]
  const strace = spawn('strace', options, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(strace, 'close')
  // It says so when it is attached; where it cannot be started this fails.
  await once(strace.stderr, 'data')
  return { ended }
}

test('every answer of success comes after a sync of what the request wrote', async (t) => {
  const server = await startServer()
  t.after(() => server.end('SIGKILL'))
  const trace = join(server.folder, 'trace')
  const watching = await watch(server, trace)
  const client = await connect(server)
  for (let index = 0; index < REQUESTS; index += 1) {
    const { status } = await client.post('/v1/view/start', { userId: 'asha', contentId: `c${String(index)}` })
    assert.equal(status, 200)
    // The worker's own commit ends before the next request, so that each answer has a sync of its own before it.
    await sleep(2)
  }
  client.close()
  await server.end('SIGTERM')
  await watching.ended

  const calls = readFileSync(trace, 'utf8').split('\n').map(callOf)
  let [answers, written, synced] = [0, false, false]
  for (const call of calls) {
    if (call === 'write-log') [written, synced] = [true, false]
    else if (call === 'sync-log') synced = written
    else if (call === 'answer') {
      assert.ok(written && synced, `answer ${String(answers)} was sent before its write was synced`)
      answers += 1
      ;[written, synced] = [false, false]
    }
  }
  t.diagnostic(`${String(answers)} answers, each after write and sync`)
  assert.equal(answers, REQUESTS)
})
