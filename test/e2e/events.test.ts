import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { ALL_EVENTS } from '../../src/public-events/catalogue/all.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const LOGIN = 'org.openedx.learning.auth.session.login.completed.v1'
const PAYLOAD = { user: { id: 0, is_active: false, pii: { username: 'foobob', email: '', name: 'ಕ' } } }

function waymark(
  args: readonly string[],
  input: string | Buffer = '',
): { code: number | null; out: Buffer; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'events', ...args], { input })
  return { code: status, out: stdout, err: stderr.toString() }
}

test('a payload is encoded and decoded by the commands', () => {
  const encoded = waymark(['encode', LOGIN], JSON.stringify(PAYLOAD))
  assert.deepEqual([encoded.code, encoded.err, encoded.out[0]], [0, '', 0])
  const decoded = waymark(['decode'], encoded.out)
  assert.equal(decoded.code, 0, decoded.err)
  assert.deepEqual(JSON.parse(decoded.out.toString()), { type: LOGIN, minor: 0, data: PAYLOAD })
})

test('bytes with the number of a registry are decoded where the event is named', () => {
  const { out } = waymark(['encode', LOGIN, '--schema-id', '100019'], JSON.stringify(PAYLOAD))
  assert.equal(out.subarray(0, 5).toString('hex'), '00000186b3')
  const unknown = waymark(['decode'], out)
  assert.deepEqual([unknown.code, unknown.out.length], [1, 0])
  assert.match(unknown.err, /schema 100019 is none of this version: say which event it is with --type/)
  const { data } = JSON.parse(waymark(['decode', '--type', LOGIN], out).out.toString()) as { data: unknown }
  assert.deepEqual(data, PAYLOAD)
})

test('what is wrong with a payload or with bytes is said, with exit code 1', () => {
  const wrong = waymark(['encode', LOGIN], JSON.stringify({ user: { ...PAYLOAD.user, id: 'one', nick: 1 } }))
  assert.deepEqual([wrong.code, wrong.out.length], [1, 0])
  assert.match(wrong.err, /user.id must be a whole number.*user.nick is no field of UserData/)
  assert.match(waymark(['encode', LOGIN], '{').err, /stdin is no JSON/)
  assert.match(waymark(['decode'], 'x').err, /a frame has 5 bytes before the body/)
})

test('a misspelt event is wrong use, answered with the nearest and an example', () => {
  const { code, err } = waymark(['schema', 'org.openedx.learning.auth.session.login.complete.v1'])
  assert.equal(code, 2)
  assert.match(err, new RegExp(`did you mean ${LOGIN}\\?[^]*Example: bin/waymark events schema`))
  assert.equal(waymark(['decode', '--minor', '0']).code, 2)
})

test('every command has help with an example', () => {
  for (const command of ['check', 'snapshot', 'list', 'docs', 'schema', 'encode', 'decode']) {
    const { code, out } = waymark([command, '--help'])
    assert.equal(code, 0)
    assert.match(out.toString(), /Example:\n {2}.*bin\/waymark events /)
  }
})

test('events and schemas are printed in every form', () => {
  const listed = JSON.parse(waymark(['list', '--json']).out.toString()) as readonly unknown[]
  assert.equal(listed.length, ALL_EVENTS.size)
  for (const [format, wanted] of Object.entries({
    avro: /"namespace": "org/,
    'json-schema': /2020-12/,
    asyncapi: /"asyncapi": "3/,
    markdown: /^### /,
  })) {
    assert.match(waymark(['schema', LOGIN, '--format', format]).out.toString(), wanted)
  }
  const { sound } = JSON.parse(waymark(['check', '--json']).out.toString()) as { sound: boolean }
  assert.equal(sound, true)
})
