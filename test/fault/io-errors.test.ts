/** Writes that the system refuses, syncs that fail, files that go or change (reliability K5). */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { connect } from '../support/http-client.ts'
import { kinds, lost, newLoad, publish, readiness, settled, write } from './support-load.ts'
import { folderOfThisFile, mountMemory, runWithin, startUnder, until, withFileLimit } from './support-server.ts'

const execute = promisify(execFile)
const REFUSED = /^(507 STORE_FULL|503 STORE_UNAVAILABLE)$/
const TIMEOUT = { timeout: 60_000 }

test(
  'files that may not grow: writes are refused with a code, reads go on, and it goes on when they may',
  TIMEOUT,
  async (t) => {
    const folder = folderOfThisFile()
    const server = await startUnder({ under: withFileLimit(2_000_000) }, folder)
    const client = await connect(server)
    await publish(client)
    const load = newLoad()
    await write(client, load, 'limited', () => load.refusals.length >= 200)
    t.diagnostic(`acknowledged ${String(load.acknowledged.length)}, refused ${JSON.stringify(kinds(load.refusals))}`)
    assert.ok(load.acknowledged.length > 50)
    for (const { status, code, retryAfter } of load.refusals) {
      assert.match(`${String(status)} ${code}`, REFUSED)
      assert.notEqual(retryAfter, undefined)
    }
    assert.deepEqual(await lost(client, load.acknowledged), [])
    assert.match(await readiness(client), /^503 /)

    try {
      await execute('prlimit', ['--pid', String(server.child.pid), '--fsize=unlimited'])
    } catch (error) {
      throw new Error('this test raises a limit of a running process with prlimit, as root', { cause: error })
    }
    const recovered = await until('ready again', 10_000, async () => (await readiness(client)) === '200')
    await settled(client)
    await write(client, load, 'unlimited', () => load.acknowledged.length >= 1_000)
    const missing = await lost(client, load.acknowledged)
    t.diagnostic(
      `ready ${recovered.toFixed(0)} ms after; acknowledged ${String(load.acknowledged.length)}, lost ${String(missing.length)}`,
    )
    assert.deepEqual(missing, [])
    client.close()
    assert.equal(await server.end('SIGTERM'), 0)
    const doctor = await runWithin(20_000, ['doctor', '--verify'], { WAYMARK_DATA: folder })
    assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr)
  },
)

test(
  'a sync that fails stops the server with a clear message; what was answered before is there',
  TIMEOUT,
  async (t) => {
    const folder = folderOfThisFile()
    const inject = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO:when=60..61']
    let server
    try {
      // With -D the traced process is the one that was started, so signals and its end are its own.
      server = await startUnder({ under: ['strace', '-D', '-f', '-qq', '-o', '/dev/null', ...inject] }, folder)
    } catch (error) {
      throw new Error('this test makes a sync fail with strace', { cause: error })
    }
    const client = await connect(server)
    await publish(client)
    const load = newLoad()
    const { child } = server
    await write(client, load, 'synced', () => child.exitCode !== null || load.refusals.length > 500)
    client.close()
    await until('the server has stopped', 15_000, () => child.exitCode !== null || child.signalCode !== null)
    t.diagnostic(
      `acknowledged ${String(load.acknowledged.length)}, refused ${JSON.stringify(kinds(load.refusals))}; stopped with ${String(child.exitCode)}: ${server.stderr().trim().split('\n').at(-1) ?? ''}`,
    )
    assert.equal(child.exitCode, 1)
    assert.match(server.stderr(), /waymark: the disk did not confirm that it kept a write/)
    assert.ok(load.acknowledged.length > 10)
    for (const { status, code } of load.refusals)
      assert.match(`${String(status)} ${code}`, /^503 (STORE_UNAVAILABLE|STOPPING)$/)

    const again = await startUnder({}, folder)
    const reader = await connect(again)
    const missing = await lost(reader, load.acknowledged)
    t.diagnostic(`lost ${String(missing.length)}`)
    assert.deepEqual(missing, [])
    reader.close()
    assert.equal(await again.end('SIGTERM'), 0)
  },
)

for (const [name, file] of [
  ['write-ahead log', 'waymark.db-wal'],
  ['database', 'waymark.db'],
] as const) {
  test(
    `a ${name} that is removed under a running server stops it with a clear message, and nothing is answered that is not kept`,
    TIMEOUT,
    async (t) => {
      const folder = folderOfThisFile()
      const server = await startUnder({}, folder)
      const client = await connect(server)
      await publish(client)
      const load = newLoad()
      const { child } = server
      let removed = false
      await write(client, load, 'removed', () => {
        if (load.acknowledged.length > 300 && !removed) {
          removed = true
          rmSync(join(folder, file))
        }
        return child.exitCode !== null || load.refusals.length > 500
      })
      client.close()
      await until('the server has stopped', 15_000, () => child.exitCode !== null || child.signalCode !== null)
      const said = server.stderr().trim().split('\n').at(-1) ?? ''
      t.diagnostic(`acknowledged ${String(load.acknowledged.length)}; stopped with ${String(child.exitCode)}: ${said}`)
      assert.equal(child.exitCode, 1)
      assert.match(said, /^waymark: .* was removed or replaced while Waymark ran, so Waymark stopped/)
      if (file === 'waymark.db') {
        // The file is gone for good; nobody may take an empty store for it.
        t.diagnostic(`left: ${existsSync(join(folder, file)) ? 'a file' : 'no file'}`)
        return
      }
      const again = await startUnder({}, folder)
      const reader = await connect(again)
      const missing = await lost(reader, load.acknowledged)
      t.diagnostic(`lost ${String(missing.length)}`)
      assert.deepEqual(missing, [])
      reader.close()
      assert.equal(await again.end('SIGTERM'), 0)
      const doctor = await runWithin(20_000, ['doctor', '--verify'], { WAYMARK_DATA: folder })
      assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr)
    },
  )
}

test('a store on a read-only file system is refused at the start, in words, and left as it was', TIMEOUT, async (t) => {
  const disk = await mountMemory('32m')
  const server = await startUnder({}, disk.folder)
  const client = await connect(server)
  await publish(client)
  const load = newLoad()
  await write(client, load, 'kept', () => load.acknowledged.length >= 200)
  client.close()
  assert.equal(await server.end('SIGTERM'), 0)
  await disk.remount('ro')
  for (const arguments_ of [['serve'], ['doctor', '--verify']]) {
    const settings = { WAYMARK_DATA: disk.folder, WAYMARK_PORT: '0' }
    const { code, stdout, stderr } = await runWithin(15_000, arguments_, settings)
    t.diagnostic(`${arguments_.join(' ')} ended with ${String(code)}: ${stderr.trim()}`)
    assert.ok(code !== 0 && code !== null, `${arguments_.join(' ')} ended with ${String(code)}`)
    assert.match(stderr, /^waymark: .*(readonly|read-only|EROFS|cannot be written)/)
    assert.doesNotMatch(stdout, /listens/)
  }
  await disk.remount('rw')
  const again = await startUnder({}, disk.folder)
  const reader = await connect(again)
  assert.deepEqual(await lost(reader, load.acknowledged), [])
  reader.close()
  assert.equal(await again.end('SIGTERM'), 0)
})
