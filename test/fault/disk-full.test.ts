/** A disk that is full refuses, and harms nothing (reliability K4). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../support/http-client.ts'
import { kinds, lost, newLoad, publish, readiness, settled, write } from './support-load.ts'
import { mountMemory, runWithin, startUnder, until } from './support-server.ts'

test(
  'a full disk is refused with a code, reading goes on, and writing goes on by itself when there is room',
  { timeout: 60_000 },
  async (t) => {
    const disk = await mountMemory('6m')
    const server = await startUnder({}, disk.folder)
    const client = await connect(server)
    await publish(client)

    const load = newLoad()
    await write(client, load, 'before', () => load.refusals.length >= 200)
    const full = load.acknowledged.length
    t.diagnostic(
      `acknowledged ${String(full)} until the disk was full; refused: ${JSON.stringify(kinds(load.refusals))}`,
    )
    assert.ok(full > 100, `only ${String(full)} writes fitted`)
    for (const { status, code, retryAfter } of load.refusals) {
      assert.match(`${String(status)} ${code}`, /^(507 STORE_FULL|503 STORE_UNAVAILABLE)$/)
      assert.notEqual(retryAfter, undefined)
    }
    assert.equal(load.broken, 0)
    assert.equal(server.child.exitCode, null)

    // Nothing that was answered is missing while the disk is full, and health names the reason.
    assert.deepEqual(await lost(client, load.acknowledged), [])
    assert.match(await readiness(client), /^503 The disk is full/)

    await disk.remount('size=64m')
    const recovered = await until('ready again', 10_000, async () => (await readiness(client)) === '200')
    const caughtUp = await settled(client)
    const later = newLoad()
    await write(client, later, 'after', () => later.acknowledged.length >= 500)
    assert.deepEqual(kinds(later.refusals), {})
    const missing = await lost(client, [...load.acknowledged, ...later.acknowledged])
    t.diagnostic(
      `ready ${recovered.toFixed(0)} ms after there was room, summaries right after ${caughtUp.toFixed(0)} ms more; acknowledged ${String(full + later.acknowledged.length)}, lost ${String(missing.length)}`,
    )
    assert.deepEqual(missing, [])
    client.close()
    assert.equal(await server.end('SIGTERM'), 0)

    const doctor = await runWithin(20_000, ['doctor', '--verify', '--json'], { WAYMARK_DATA: disk.folder })
    assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr)
    assert.deepEqual((JSON.parse(doctor.stdout) as { findings: unknown }).findings, [])
  },
)
