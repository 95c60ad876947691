/** Any text may be an id or stand in details: it comes back exactly, everywhere that ids are shown. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { startApp, type TestApp } from '../../test/support/app.ts'

/** Texts that break programs: by what objects inherit, as syntax of other languages, by script, direction or shape. */
const NAUGHTY: readonly string[] = [
  ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf', '__defineGetter__', 'length'],
  ['undefined', 'null', 'NULL', '(null)', 'nil', 'None', 'true', 'false', 'NaN', 'Infinity', '-Infinity', 'view'],
  ['0', '1', '-1', '00', '007', '1e3', '1.0', '0x10', '4294967295', '9007199254740993', '-0', '1/2', '1,5', 'items'],
  [' ', '  a  ', '\t', '\n', '\r\n', '\u00a0', '\u2003', '\u200b', '\ufeff', '\u0001', '\u007f', '\u0085', '\u2028'],
  ['/', '?', '#', '%', ':', '%2F', '%00', '%zz', '%25', '..', '../../etc/passwd', '..\\..\\a', 'a/b?c#d%e:f', '//'],
  ['"', "'", '`', '\\', '\\"', '\\u0000', '$&', '${x}', '{{x}}', '%s%n', '|', ';', '&', '<', '>', '=1+1', '@SUM(A1)'],
  ["' OR 1=1 --", "'; DROP TABLE view; --", '<script>alert(1)</script>', '<!--', ']]>', '&lt;', 'javascript:0'],
  ['தமிழ்', 'ஶ்ரீ', 'कक्षा', 'العربية', 'עברית', '\u202eright', '\u2066a\u2069', 'ﷺ', '日本語', 'Ω≈ç√', 'ẞß', 'İıIi', 'ﬁ'],
  ['é', 'e\u0301', 'Å', '\u212b', '👨‍👩‍👧‍👦', '🏳️‍🌈', '😀'.repeat(256), 'Z̮̞̠͙͔ͅ', '\ufffd', '\uffff', '\u{10ffff}', 'a'.repeat(256)],
].flat()

/** Those that stand in an address: every client resolves `..` before it sends, whatever it was meant to be. */
const ADDRESSABLE = NAUGHTY.filter((text) => text !== '..')

const AT = Date.UTC(2025, 0, 1)

/** The values of one field of a list of objects. */
function idsIn(list: unknown, name: string): readonly string[] {
  return (list as readonly Readonly<Record<string, string>>[]).map((item) => item[name] ?? '')
}

function sorted(texts: Iterable<string>): readonly string[] {
  return [...texts].sort()
}

async function startAll(t: { after(stop: () => Promise<void>): void }): Promise<TestApp> {
  const app = await startApp()
  t.after(app.stop)
  return app
}

test('a content may have any text as its id, and each text is a content of its own', async (t) => {
  const app = await startAll(t)
  assert.equal(new Set(NAUGHTY).size, NAUGHTY.length)
  const where = { userId: 'rahul', collectionId: 'k' }
  const children = NAUGHTY.map((identifier) => ({ identifier }))
  const published = await app.call('PUT', '/v1/collection/k', { content: { identifier: 'k', children } })
  assert.equal(published.status, 200)
  const items = NAUGHTY.flatMap((contentId, index) => [
    { op: 'start', id: `s${String(index)}`, clientTime: AT, contentId, ...where, progressDetails: { contentId } },
    { op: 'end', id: `e${String(index)}`, clientTime: AT + index, contentId, ...where },
  ])
  const sent = await app.call('POST', '/v1/view/batch', { items })
  assert.equal(sent.status, 200)
  for (const contentIds of [undefined, NAUGHTY]) {
    const read = await app.call('POST', '/v1/view/read', { ...where, contentId: contentIds })
    const contents = read.body.result['contents']
    assert.deepEqual(sorted(idsIn(contents, 'identifier')), sorted(NAUGHTY))
    const details = contents as unknown as readonly { identifier: string; progressDetails: unknown }[]
    for (const { identifier, progressDetails } of details) assert.deepEqual(progressDetails, { contentId: identifier })
  }
  const summary = await app.call('POST', '/v1/summary/read', where)
  const status = Object.entries(summary.body.result['contentStatus'] ?? {})
  assert.deepEqual(sorted(status.map(([id]) => id)), sorted(NAUGHTY))
  assert.ok(status.every(([, value]) => (value as unknown) === 2))
  assert.equal(summary.body.result['completionPercentage'], 100)
})

test('the answer to one view shows the content under its own id', async (t) => {
  const app = await startAll(t)
  for (const contentId of NAUGHTY) {
    const started = await app.call('POST', '/v1/view/start', { userId: 'rahul', contentId })
    assert.equal(
      Object.entries(started.body.result).find(([id]) => id === contentId)?.[1],
      'Progress started',
      contentId,
    )
    const ended = await app.call('POST', '/v1/view/end', { userId: 'rahul', contentId })
    assert.equal(Object.entries(ended.body.result).find(([id]) => id === contentId)?.[1], 'Progress ended', contentId)
  }
})

test('a learner, a collection and a context may have any text as their ids, in bodies and in addresses', async (t) => {
  const app = await startAll(t)
  for (const id of ADDRESSABLE) {
    const path = encodeURIComponent(id)
    const content = { identifier: id, children: [{ identifier: 'c1' }] }
    assert.equal((await app.call('PUT', `/v1/collection/${path}`, { content })).status, 200, id)
    assert.equal((await app.call('PUT', `/v1/context/${path}/${path}`, { kind: 'batch' })).status, 201, id)
    const key = { userId: id, collectionId: id, contextId: id }
    assert.equal((await app.call('POST', '/v1/enrolment/enrol', key)).status, 200, id)
    assert.equal((await app.call('POST', '/v1/view/start', { ...key, contentId: 'c1' })).status, 200, id)
    const { summary } = (await app.call('GET', `/v1/summary/list/${path}`)).body.result
    assert.deepEqual(idsIn(summary, 'userId'), [id])
    assert.deepEqual(idsIn(summary, 'collectionId'), [id])
    assert.deepEqual(idsIn(summary, 'contextId'), [id])
    assert.deepEqual(summary?.['0']?.['contentStatus'], { c1: 1 }, id)
    const roster = await app.call('GET', `/v1/enrolment/context/${path}/${path}`)
    assert.deepEqual(idsIn(roster.body.result['enrolments'], 'userId'), [id])
    const collection = await app.call('GET', `/v1/collection/${path}`)
    assert.equal(collection.body.result['content']?.['identifier'], id)
  }
})

test('a learner with any id gets his own file, under a name that every file system takes', async (t) => {
  const app = await startAll(t)
  for (const id of ADDRESSABLE) {
    const download = await app.call('GET', `/v1/summary/download/${encodeURIComponent(id)}?format=csv`)
    const url = new URL(String(download.body.result['url']))
    const file = await app.raw({ method: 'GET', url: url.pathname + url.search })
    assert.equal(file.status, 200, id)
    assert.match(String(file.headers['content-disposition']), /^attachment; filename="[A-Za-z0-9._-]+"$/)
  }
})

test('pages of a list reach every id once', async (t) => {
  const app = await startAll(t)
  const content = { identifier: 'k', children: [{ identifier: 'c1' }] }
  await app.call('PUT', '/v1/collection/k', { content })
  for (const userId of NAUGHTY) await app.call('POST', '/v1/enrolment/enrol', { userId, collectionId: 'k' })
  const found: string[] = []
  let cursor = ''
  do {
    const page = await app.call('GET', `/v1/enrolment/context/k/k?limit=7${cursor}`)
    found.push(...idsIn(page.body.result['enrolments'], 'userId'))
    const { nextCursor } = page.body.result as { nextCursor?: string }
    cursor = nextCursor === undefined ? '' : `&cursor=${nextCursor}`
  } while (cursor !== '')
  assert.deepEqual(
    found,
    [...NAUGHTY].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  )
})

test('details come back exactly, with any text as name and value, even text that no id may be', async (t) => {
  const app = await startAll(t)
  const texts = [...NAUGHTY, '', '\0', 'a\0b', '\ud800', '\udc00', '\ud83d', 'x'.repeat(4000)]
  for (const text of texts) {
    const details = Object.fromEntries<unknown>([
      [text, text],
      ['nested', { list: [text, 1e-7, -0.5, 1e21, null, true, []] }],
    ])
    const view = { userId: 'rahul', contentId: 'c1' }
    app.clock.advance({ seconds: 1 })
    const started = await app.call('POST', '/v1/view/start', { ...view, progressDetails: details })
    assert.equal(started.status, 200)
    const read = await app.call('POST', '/v1/view/read', { ...view, contentId: ['c1'] })
    assert.deepEqual(read.body.result['contents']?.['0']?.['progressDetails'], details)
  }
})

test('ids that differ only in what their separators would hide stay apart', async (t) => {
  const app = await startAll(t)
  const keys = [
    ['a', 'b:c'],
    ['a:b', 'c'],
    ['a', 'b'],
    ['a|b', ''],
    ['1:a', '1:b'],
  ].map(([collectionId = '', contextId = '']) => ({
    collectionId,
    contextId: contextId === '' ? collectionId : contextId,
  }))
  for (const [index, key] of keys.entries()) {
    const view = { userId: 'rahul', contentId: 'c1', ...key, progressDetails: { index } }
    assert.equal((await app.call('POST', '/v1/view/start', view)).status, 200)
  }
  for (const [index, key] of keys.entries()) {
    const read = await app.call('POST', '/v1/view/read', { userId: 'rahul', contentId: ['c1'], ...key })
    assert.equal(read.body.result['contents']?.['0']?.['progressDetails']?.['index'], index)
  }
})
