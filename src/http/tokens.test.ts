/** Whose tokens are taken: signature under the key's own algorithm, issuer, audience, times and claims. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import { startApp, type TestApp } from '../../test/support/app.ts'
import { SimulatedClock } from '../../test/support/simulated-clock.ts'
import { fares, forge, ownSecret, ownToken, rightClaims, writeKeys, type Claims } from '../../test/support/tokens.ts'
import { ConfigError } from '../config.ts'
import { ownKey } from './token-keys.ts'
import { tokenChecker } from './tokens.ts'

const ISSUER = 'https://id.example.org'

/** Signed with a private key, as another issuer would. */
function signed(app: TestApp, alg: string, key: CryptoKey, claims: Claims = {}, header: Claims = {}): Promise<string> {
  return new SignJWT({ ...rightClaims(app), iss: ISSUER, ...claims }).setProtectedHeader({ alg, ...header }).sign(key)
}

/** A folder for the time of one test. */
function folder(t: { after(end: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'waymark-test-'))
  t.after(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

test("a token of the installation's own key is taken, in either header", async (t) => {
  const app = await startApp()
  t.after(app.stop)
  assert.equal(await fares(app, ownToken(app)), 'OK')
  assert.equal(await fares(app, ownToken(app, {}, { kid: ownKey(app.folder).kid })), 'OK')
  assert.equal(await fares(app, `Bearer ${ownToken(app)}`, 'authorization'), 'OK')
  assert.equal(await fares(app, `bearer  ${ownToken(app)}`, 'authorization'), 'OK')
})

test('what is no token is refused', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const good = ownToken(app)
  const [head = '', payload = '', signature = ''] = good.split('.')
  const texts = [
    '',
    '.',
    '..',
    'x',
    `${good}.`,
    `${good}=`,
    `${good},${good}`,
    `${head}.${payload}`,
    `${head}.${payload}.`,
  ]
  const more = [`Bearer ${good}`, `${head}.${payload}.${signature.slice(0, 9)} ${signature.slice(9)}`, `\u00e9${good}`]
  const long = [ownToken(app, { text: 'x'.repeat(9000) }), `${head}.${'A'.repeat(9000)}.${signature}`, `${good}A`]
  for (const text of [...texts, ...more, ...long]) assert.equal(await fares(app, text), 'TOKEN_INVALID', text)
  for (const text of [
    good,
    'Bearer',
    'Bearer ',
    `Basic ${good}`,
    `Bearer ${good} ${good}`,
    `Bearer ${good},x`,
    'Negotiate x',
  ])
    assert.equal(await fares(app, text, 'authorization'), 'TOKEN_INVALID', text)
})

test('the algorithm is that of the key, whatever the token says', async (t) => {
  const [rsa, ed] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('EdDSA')])
  const jwks = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
    { ...(await exportJWK(ed.publicKey)), kid: 'ed' },
  ]
  const app = await startApp({ TOKEN_KEYS: `own,${ISSUER}=${writeKeys(folder(t), jwks)}` })
  t.after(app.stop)
  assert.equal(await fares(app, await signed(app, 'RS256', rsa.privateKey)), 'OK')
  assert.equal(await fares(app, await signed(app, 'EdDSA', ed.privateKey)), 'OK')
  assert.equal(await fares(app, await signed(app, 'RS256', rsa.privateKey, {}, { kid: 'rsa' })), 'OK')
  assert.equal(await fares(app, await signed(app, 'RS256', rsa.privateKey, {}, { kid: 'ed' })), 'TOKEN_INVALID')
  assert.equal(await fares(app, await signed(app, 'RS256', rsa.privateKey, {}, { kid: 'other' })), 'TOKEN_INVALID')
  for (const iss of [ISSUER, 'waymark']) {
    const claims = { ...rightClaims(app), iss }
    for (const alg of ['none', 'None', 'NONE', '', 'RS256', 'EdDSA', 'HS384', 'HS512', 'hs256', '__proto__', 5, null]) {
      assert.equal(await fares(app, forge({ alg }, claims, ownSecret(app))), 'TOKEN_INVALID', String(alg))
      assert.equal(await fares(app, forge({ alg }, claims, undefined)), 'TOKEN_INVALID', String(alg))
    }
    // A public key taken for a shared secret, in each form in which someone may have it.
    const pem = await exportSPKI(rsa.publicKey)
    const secrets = [pem, pem.trim(), `\n${pem}`, JSON.stringify(jwks[0]), jwks[0]?.n ?? '', jwks[1]?.x ?? '']
    for (const secret of [...secrets.map((text) => Buffer.from(text)), Buffer.from(jwks[1]?.x ?? '', 'base64url')])
      for (const kid of [undefined, 'rsa', 'ed'])
        assert.equal(await fares(app, forge({ alg: 'HS256', kid }, claims, secret)), 'TOKEN_INVALID')
  }
  const own = { ...rightClaims(app), iss: ISSUER }
  assert.equal(await fares(app, forge({ alg: 'HS256' }, own, ownSecret(app))), 'TOKEN_INVALID', 'own key, other issuer')
  const other = await signed(app, 'RS256', rsa.privateKey, { iss: 'waymark' })
  assert.equal(await fares(app, other), 'TOKEN_INVALID', 'other key, own issuer')
})

test('keys that a token brings along are not looked at', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = await exportJWK(publicKey)
  const url = 'http://127.0.0.1:9/keys'
  for (const header of [
    { jwk },
    { jku: url },
    { x5u: url },
    { jwk, kid: ownKey(app.folder).kid },
    { kid: '../../dev/null' },
  ])
    assert.equal(await fares(app, await signed(app, 'RS256', privateKey, { iss: 'waymark' }, header)), 'TOKEN_INVALID')
})

test('a JWKS by URL serves public keys, and its issuer alone', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const secret = Buffer.alloc(32, 7)
  const keys = [
    { ...(await exportJWK(publicKey)), kid: 'rsa', alg: 'RS256' },
    { kty: 'oct', k: secret.toString('base64url'), kid: 'oct', alg: 'HS256' },
  ]
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const app = await startApp({ TOKEN_KEYS: `${ISSUER}=http://127.0.0.1:${String(port)}/jwks.json` })
  t.after(app.stop)
  assert.equal(await fares(app, await signed(app, 'RS256', privateKey, {}, { kid: 'rsa' })), 'OK')
  assert.equal(await fares(app, await signed(app, 'RS256', privateKey)), 'OK')
  assert.equal(await fares(app, await signed(app, 'RS256', privateKey, {}, { kid: 'other' })), 'TOKEN_INVALID')
  assert.equal(await fares(app, await signed(app, 'RS256', privateKey, { iss: 'waymark' })), 'TOKEN_INVALID')
  assert.equal(await fares(app, ownToken(app)), 'TOKEN_INVALID')
  const shared = forge({ alg: 'HS256', kid: 'oct' }, { ...rightClaims(app), iss: ISSUER }, secret)
  assert.equal(await fares(app, shared), 'TOKEN_INVALID')
})

test('a key that could never check a token, or that can be guessed, stops the start', async (t) => {
  const data = folder(t)
  const start = (location: string): Promise<TestApp> =>
    startApp({ TOKEN_KEYS: `${ISSUER}=${location}` }, new SimulatedClock(), data)
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const right = await exportJWK(publicKey)
  const wrong: readonly unknown[] = [
    [
      null,
      5,
      {},
      { kty: 'toString' },
      { kty: 'RSA' },
      { kty: 'EC', crv: 'P-256' },
      { kty: 'OKP', crv: 'Ed25519', x: 'AA' },
    ],
    [{ kty: 'oct' }, { kty: 'oct', k: '' }, { kty: 'oct', k: Buffer.alloc(31).toString('base64url') }],
    [{ ...right, alg: 'HS256' }, { ...right, alg: 'none' }, { ...right, n: 'AQAB' }, await exportJWK(privateKey)],
  ].flat()
  for (const key of wrong) {
    await assert.rejects(start(writeKeys(data, [right, key])), ConfigError, JSON.stringify(key))
  }
  await assert.rejects(start('/nothing/here.json'), ConfigError)
  await assert.rejects(start(writeKeys(data, [])), ConfigError)
})

test('claims that are missing, wrong or of another kind are refused', async (t) => {
  const app = await startApp()
  t.after(app.stop)
  const { exp } = rightClaims(app)
  const wrong: readonly Claims[] = [
    ...[undefined, null, 5, '', 'other', 'Waymark', ['waymark'], {}, '__proto__'].map((iss) => ({ iss })),
    ...[undefined, null, 5, '', 'other', [], ['other'], {}].map((aud) => ({ aud })),
    ...[undefined, null, String(exp), true, [], {}].map((value) => ({ exp: value })),
    ...[undefined, null, 5, '', 'a\0b', '\ud800', 'x'.repeat(257), ['rahul'], {}].map((sub) => ({ sub })),
    ...[null, '', 5, 'Learner', 'root', 'toString', '__proto__', ['admin'], {}].map((role) => ({ role })),
    ...[null, 'class-1', 5, {}, [5], [null], [['class-1']]].map((collections) => ({ role: 'instructor', collections })),
    ...[null, 'now', '0', {}].map((nbf) => ({ nbf })),
  ]
  for (const claims of wrong)
    assert.equal(await fares(app, ownToken(app, claims)), 'TOKEN_INVALID', JSON.stringify(claims))
  assert.equal(await fares(app, ownToken(app, { aud: ['other', 'waymark'] })), 'OK')
  for (const header of [
    { crit: ['exp'] },
    { crit: ['unknown'], unknown: 1 },
    { crit: [] },
    { crit: 'x' },
    { b64: false, crit: ['b64'] },
  ])
    assert.equal(await fares(app, ownToken(app, {}, header)), 'TOKEN_INVALID', JSON.stringify(header))
  assert.equal(await fares(app, forge({ alg: 'HS256' }, [rightClaims(app)], ownSecret(app))), 'TOKEN_INVALID')
})

test('a token holds from nbf to exp by the clock of the server, give or take the skew', async (t) => {
  const app = await startApp({ CLOCK_SKEW: 'PT10S' })
  t.after(app.stop)
  const now = app.clock.nowMs() / 1000
  const between = ownToken(app, { nbf: now, exp: now + 60 })
  const at = async (seconds: number): Promise<string> => {
    app.clock.set((now + seconds) * 1000)
    return fares(app, between)
  }
  assert.equal(await at(-11), 'TOKEN_NOT_YET_VALID')
  assert.equal(await at(-10), 'OK')
  assert.equal(await at(69), 'OK')
  assert.equal(await at(70), 'TOKEN_EXPIRED', 'what was checked is not kept beyond exp')
  assert.equal(await at(30), 'OK', 'a clock that goes back makes it hold again')
  assert.equal(await at(-11), 'TOKEN_NOT_YET_VALID', 'what was checked is not kept from before nbf')
  assert.equal(await at(1e9), 'TOKEN_EXPIRED')
  for (const exp of [0, -1, -1e300]) assert.equal(await fares(app, ownToken(app, { exp })), 'TOKEN_EXPIRED')
})

test('as many checked tokens are kept as the setting says, and no other spelling of one', async () => {
  const clock = new SimulatedClock()
  const secret = Buffer.alloc(32, 1)
  let checks = 0
  const find = (): Promise<Uint8Array> => {
    checks += 1
    return Promise.resolve(secret)
  }
  const issuers = [{ issuer: 'waymark', find }]
  const { check } = tokenChecker({ issuers, audience: 'waymark', clockSkewMs: 0, cacheMax: 2, clock })
  const token = (sub: string): string =>
    forge({ alg: 'HS256' }, { iss: 'waymark', aud: 'waymark', sub, exp: clock.nowMs() / 1000 + 60 }, secret)
  const [a, b, c] = [token('a'), token('b'), token('c')]
  const checksOf = async (...tokens: readonly string[]): Promise<number> => {
    const before = checks
    for (const one of tokens) await check(one)
    return checks - before
  }
  assert.equal(await checksOf(a, a, a), 1)
  assert.equal(await checksOf(b, a, b), 1)
  assert.equal(await checksOf(c), 1)
  assert.equal(await checksOf(b, c), 0)
  assert.equal(await checksOf(a), 1, 'the one that was longest unused is gone')
  for (const spelling of [` ${a}`, `${a} `, `${a}=`, a.replace(/.{5}$/, ' $&')]) await assert.rejects(check(spelling))
  clock.advance({ seconds: 60 })
  assert.equal((await check(a)).expired, true)
  assert.equal(await checksOf(a, a), 2, 'an expired token is never kept')
})

test('while the keys of an issuer cannot be fetched its tokens are not refused, only put off', async (t) => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      // Nobody listens there from now on.
      server.close(() => {
        resolve(port)
      })
    })
  })
  const app = await startApp({ TOKEN_KEYS: `own,https://id.example=http://127.0.0.1:${String(port)}/jwks.json` })
  t.after(app.stop)
  const { privateKey } = generateKeyPairSync('ed25519')
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('https://id.example')
    .setAudience('waymark')
    .setSubject('asha')
    .setExpirationTime(Math.floor(app.clock.nowMs() / 1000) + 600)
    .sign(privateKey)
  const answered = await app.call('POST', '/v1/view/start', { contentId: 'c' }, { as: token })
  assert.deepEqual([answered.status, answered.body.params.err], [503, 'ISSUER_UNREACHABLE'])
  assert.equal(answered.headers['retry-after'], '5')
})
