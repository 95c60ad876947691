import assert from 'node:assert/strict'
import test from 'node:test'
import { newSecret, signedHeaders } from './signature.ts'
import { Vault } from './vault.ts'

/** From the tests of the reference libraries of Standard Webhooks. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const BODY = '{"test": 2432232314}'
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

test('a delivery is signed as the reference libraries sign it', () => {
  assert.deepEqual(signedHeaders(ID, 1_614_265_330_999, BODY, [SECRET]), {
    'webhook-id': ID,
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  })
})

test('each secret that is valid makes a signature, the newest the first', () => {
  const other = newSecret()
  const alone = signedHeaders(ID, 1_614_265_330_000, BODY, [other])['webhook-signature']
  const both = signedHeaders(ID, 1_614_265_330_000, BODY, [other, SECRET])['webhook-signature']
  assert.equal(both, `${alone} ${SIGNATURE}`)
})

test('a secret is 32 random bytes in the form that receivers know', () => {
  const secrets = new Set(Array.from({ length: 100 }, newSecret))
  assert.equal(secrets.size, 100)
  for (const secret of secrets) {
    assert.match(secret, /^whsec_[A-Za-z\d+/]{43}=$/)
  }
})

test('a sealed secret opens with its key alone, and only as it was', () => {
  const vault = new Vault(new Uint8Array(32).fill(1))
  const sealed = vault.seal(SECRET)
  assert.equal(vault.open(sealed), SECRET)
  assert.notEqual(vault.seal(SECRET), sealed)
  assert.ok(!Buffer.from(sealed, 'base64').includes(SECRET.slice(6, 14)))
  assert.equal(new Vault(new Uint8Array(32).fill(2)).open(sealed), undefined)
  const bytes = Buffer.from(sealed, 'base64')
  for (const index of [0, 12, 28, bytes.length - 1]) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(index) ^ 1, index)
    assert.equal(vault.open(changed.toString('base64')), undefined, String(index))
  }
  for (const broken of ['', 'AAAA', bytes.subarray(0, 20).toString('base64')])
    assert.equal(vault.open(broken), undefined)
})
