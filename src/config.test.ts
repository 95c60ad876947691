import assert from 'node:assert/strict'
import test from 'node:test'
import { ConfigError, readConfig, VARIABLES } from './config.ts'

test('every default is a valid value', () => {
  const config = readConfig({})
  assert.deepEqual([config.HOST, config.PORT, config.MODE, config.TIME_ZONE], ['127.0.0.1', 8080, 'strict', 'UTC'])
})

test('every example is a valid value', () => {
  for (const [name, { example }] of Object.entries(VARIABLES)) readConfig({ [`WAYMARK_${name}`]: example })
})

const wrong: Readonly<Record<string, string>> = {
  WAYMARK_PORT: '65536',
  WAYMARK_MODE: 'copy',
  WAYMARK_PROFILE: 'cluster',
  WAYMARK_TIME_ZONE: 'Mars/Olympus',
  WAYMARK_PUBLIC_URL: 'javascript:alert(1)',
  WAYMARK_OFFLINE_GRACE: '30 days',
  WAYMARK_BODY_BYTES_MAX: '-1',
  WAYMARK_LINK_LIFETIME: '-PT5M',
  WAYMARK_LOG_LEVEL: 'loud',
}

for (const [name, value] of Object.entries(wrong)) {
  test(`${name}=${value} is refused with the variable, its form and an example`, () => {
    assert.throws(
      () => readConfig({ [name]: value }),
      (error) => {
        assert.ok(error instanceof ConfigError)
        return error.message.startsWith(`${name}: `) && error.message.includes(`Example: ${name}=`)
      },
    )
  })
}

test('an unknown variable is refused, and the nearest known one is named', () => {
  assert.throws(() => readConfig({ WAYMARK_PROT: '80' }), /WAYMARK_PROT .*WAYMARK_PORT/)
  assert.throws(() => readConfig({ WAYMARK_SOMETHING_ELSE_ENTIRELY: '80' }), /WAYMARK_SOMETHING_ELSE_ENTIRELY/)
})

test('variables of other programs and empty ones are left alone', () => {
  assert.equal(readConfig({ PATH: '/bin', WAYMARK_PORT: '' }).PORT, 8080)
})
