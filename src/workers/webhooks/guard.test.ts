import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Receiver } from '../../../test/support/webhook-receiver.ts'
import { isPublic } from './addresses.ts'
import { AllowList } from './allow-list.ts'
import { AddressRefused, Guard, type Resolve } from './guard.ts'
import { Poster, Unanswered } from './post.ts'

/** One address of each class, and its edges, by why it is closed. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  'this network': ['0.0.0.0', '0.255.255.255'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'carrier NAT': ['100.64.0.0', '100.127.255.255'],
  loopback: ['127.0.0.1', '127.255.255.255'],
  'link-local': ['169.254.0.0', '169.254.255.255'],
  metadata: ['169.254.169.254', '100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd00:ec2::254'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  benchmarks: ['198.18.0.0', '198.19.255.255'],
  relays: ['192.88.99.1'],
  multicast: ['224.0.0.0', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  reserved: ['240.0.0.0', '255.255.255.255'],
  'loopback, IPv6': ['::1'],
  unspecified: ['::'],
  'link-local, IPv6': ['fe80::1', 'febf::1', 'fe80::1%lo'],
  'site-local, IPv6': ['fec0::1'],
  'private, IPv6': ['fc00::1', 'fdff::1'],
  'IPv4 mapped': ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
  'IPv4 compatible': ['::127.0.0.1'],
  'IPv4 translated': ['64:ff9b::7f00:1', '64:ff9b:1::1', '::ffff:0:127.0.0.1'],
  'IPv4 tunnelled': ['2002:7f00:1::', '2001::1'],
  'discard only': ['100::1'],
  'no address': ['', 'localhost', '127.1', '1.2.3', 'nonsense'],
}
const OPEN = ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0']
const OPEN_TOO = ['192.167.255.255', '198.17.255.255', '198.20.0.0', '223.255.255.255', '2606:4700::1111', '2a00::1']

for (const [why, addresses] of Object.entries(CLOSED)) {
  test(`no webhook reaches ${why}`, () => {
    for (const address of addresses) assert.equal(isPublic(address), false, address)
  })
}

test('webhooks reach the public internet', () => {
  for (const address of [...OPEN, ...OPEN_TOO]) assert.equal(isPublic(address), true, address)
})

function refusedBy(guard: Guard, url: string): boolean {
  try {
    guard.url(url)
    return false
  } catch (error) {
    assert.ok(error instanceof AddressRefused, String(error))
    return true
  }
}

test('an address is refused at once where it could never be called', () => {
  const guard = new Guard(new AllowList([]))
  const refused = [
    'hooks.example',
    'http://hooks.example/',
    'ftp://hooks.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user@hooks.example/',
    'https://user:word@hooks.example/',
    'https://hooks.example/#part',
    'https://hooks.example:22/',
    'https://hooks.example:6379/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fe80::1]/',
    'https://169.254.169.254/latest/meta-data/',
    `https://hooks.example/${'a'.repeat(2_048)}`,
  ]
  for (const url of refused) assert.ok(refusedBy(guard, url), url)
  for (const url of ['https://hooks.example/a?b=c', 'https://hooks.example:8443/', 'https://1.1.1.1/']) {
    assert.ok(!refusedBy(guard, url), url)
  }
})

test('an operator opens hosts, ranges of addresses, and plain HTTP, each by itself', () => {
  const guard = new Guard(
    new AllowList(['10.1.0.0/16', 'Hooks.Internal', 'http://plain.internal:9000', 'http://[::1]']),
  )
  const open = [
    'https://10.1.2.3/',
    'https://10.1.2.3:9000/',
    'https://hooks.internal:9000/',
    'https://hooks.internal./',
    'http://plain.internal:9000/',
    'https://plain.internal/',
    'http://[::1]:7/',
  ]
  for (const url of open) assert.ok(!refusedBy(guard, url), url)
  const closed = [
    'https://10.2.0.1/',
    'http://10.1.2.3/',
    'http://hooks.internal/',
    'http://plain.internal/',
    'https://127.0.0.1/',
  ]
  for (const url of closed) assert.ok(refusedBy(guard, url), url)
})

test('what an operator allows must be readable, so that nothing is opened by a misspelling', () => {
  for (const entry of [
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0.0/x',
    '::/129',
    'https://a.example',
    'a/b',
    'http://',
    'http://a/b',
    '*',
  ]) {
    assert.throws(() => new AllowList([entry]), /is no host/, entry)
  }
})

/** A resolver that answers with the next of these each time. */
function answering(...answers: readonly (readonly LookupAddress[])[]): Resolve & { asked: string[] } {
  const asked: string[] = []
  const resolve: Resolve = (host, done) => {
    done(null, answers[Math.min(asked.push(host), answers.length) - 1] ?? [])
  }
  return Object.assign(resolve, { asked })
}

const HERE: LookupAddress = { address: '127.0.0.1', family: 4 }
const AWAY: LookupAddress = { address: '192.0.2.7', family: 4 }

function post(
  resolve: Resolve,
  url: string,
  allow: readonly string[] = [],
  timeoutMs = 2_000,
): Promise<{ status: number }> {
  const poster = new Poster(new Guard(new AllowList(allow), resolve), timeoutMs)
  return poster.post(url, { 'content-type': 'text/plain' }, 'hello', new AbortController().signal)
}

/** Opens every port, and plain HTTP: what is left to decide is where a name leads. */
class EveryPort extends AllowList {
  override names(): boolean {
    return true
  }
  override allowsPlain(): boolean {
    return true
  }
}

test('a name that leads to this machine is not called, and neither is one that leads here among others', async (t) => {
  const receiver = await Receiver.open()
  t.after(() => receiver.close())
  const url = `http://trap.example:${String(receiver.port)}/`
  const one: LookupAddress = { address: '1.1.1.1', family: 4 }
  for (const addresses of [[HERE], [one, HERE], [{ address: '::1', family: 6 }], [AWAY], []]) {
    const poster = new Poster(new Guard(new EveryPort([]), answering(addresses)), 2_000)
    await assert.rejects(poster.post(url, {}, 'x', new AbortController().signal), AddressRefused)
  }
  // Asked for real: every system has this name.
  const poster = new Poster(new Guard(new EveryPort([])), 2_000)
  const local = `http://localhost:${String(receiver.port)}/`
  await assert.rejects(poster.post(local, {}, 'x', new AbortController().signal), AddressRefused)
  assert.deepEqual(receiver.got, [])
})

test('a connection goes to the very address that was looked at: the name is asked once for each', async (t) => {
  const receiver = await Receiver.open()
  t.after(() => receiver.close())
  const resolve = answering([HERE], [AWAY])
  const url = `http://moving.example:${String(receiver.port)}/`
  const poster = new Poster(new Guard(new EveryPort(['127.0.0.1']), resolve), 2_000)
  const send = (): Promise<{ status: number }> => poster.post(url, {}, 'x', new AbortController().signal)
  assert.equal((await send()).status, 204)
  assert.equal(resolve.asked.length, 1)
  // It leads elsewhere now: every connection is looked at anew.
  await assert.rejects(send(), AddressRefused)
  assert.equal(resolve.asked.length, 2)
  assert.equal(receiver.got.length, 1)
})

test('a redirection is not followed, wherever it leads', async (t) => {
  const receiver = await Receiver.open()
  t.after(() => receiver.close())
  receiver.reply = () => ({ status: 307, headers: { location: `${receiver.url}/inside` } })
  assert.equal((await post(answering([]), receiver.url, ['http://127.0.0.1'])).status, 307)
  assert.deepEqual(
    receiver.got.map(({ path, body }) => [path, body]),
    [['/hook', 'hello']],
  )
})

test('a proxy in the environment is not used', async (t) => {
  const receiver = await Receiver.open()
  const proxy = await Receiver.open()
  t.after(() => Promise.all([receiver.close(), proxy.close()]))
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'NODE_USE_ENV_PROXY']
  for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.url
  t.after(() => {
    for (const name of names) Reflect.deleteProperty(process.env, name)
  })
  assert.equal((await post(answering([]), receiver.url, ['http://127.0.0.1'])).status, 204)
  assert.equal(proxy.got.length, 0)
})

test('an answer without end is not waited for once its status is known', async (t) => {
  const receiver = await Receiver.open()
  t.after(() => receiver.close())
  receiver.reply = () => ({ status: 200, body: 'x'.repeat(50_000_000) })
  assert.equal((await post(answering([]), receiver.url, ['http://127.0.0.1'])).status, 200)
})

test('who does not answer, or is not there, is told apart without naming addresses', async (t) => {
  const receiver = await Receiver.open()
  t.after(() => receiver.close())
  receiver.reply = () => 'silence'
  const allow = ['http://127.0.0.1', 'http://gone.example']
  await assert.rejects(post(answering([]), receiver.url, allow, 50), new Unanswered('no answer within 0.05 s'))
  await assert.rejects(post(answering([]), 'http://127.0.0.1:1/', allow), new Unanswered('no answer (ECONNREFUSED)'))
  await assert.rejects(
    post(answering([HERE]), 'http://gone.example:1/', allow),
    new Unanswered('no answer (ECONNREFUSED)'),
  )
  const failing: Resolve = (_, done) => {
    done(Object.assign(new Error('queryA gone.example'), { code: 'ENOTFOUND' }), [])
  }
  await assert.rejects(post(failing, 'http://gone.example/', allow), new Unanswered('no answer (ENOTFOUND)'))
})

test('a certificate is checked: who vouches for it, and for whom it is', async (t) => {
  const folder = join(import.meta.dirname, '../../../test/fixtures/tls')
  const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => readFileSync(join(folder, name), 'utf8'))
  const server = createServer({ key: key ?? '', cert: cert ?? '' }, (_request, response) => response.end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const allow = ['hooks.example', 'other.example']
  const call = (host: string): Promise<{ status: number }> =>
    post(answering([HERE]), `https://${host}:${String(port)}/`, allow)
  await assert.rejects(call('hooks.example'), new Unanswered('no answer (DEPTH_ZERO_SELF_SIGNED_CERT)'))
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, cert ?? ''])
  t.after(() => {
    setDefaultCACertificates(before)
  })
  assert.equal((await call('hooks.example')).status, 200)
  await assert.rejects(call('other.example'), new Unanswered('no answer (ERR_TLS_CERT_ALTNAME_INVALID)'))
})
