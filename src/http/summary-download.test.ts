/** All summaries of a learner as a file: links that work for a while for one thing, and files that are safe to open. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { items, leaf, openSchool, unit, type School } from '../../test/support/school.ts'
import type { Json } from '../../test/support/app.ts'

/** The link's address, without the host. */
async function linkOf(school: School, userId = 'rahul', format?: string): Promise<string> {
  const query = format === undefined ? '' : `?format=${format}`
  const { url } = await school.get(`/v1/summary/download/${encodeURIComponent(userId)}${query}`)
  const { pathname, search } = new URL(String(url))
  return pathname + search
}

/** Opens a link as a browser does: without a token. */
function open(school: School, url: string) {
  return school.raw({ method: 'GET', url })
}

async function openRefused(school: School, url: string): Promise<string> {
  const { status, text } = await open(school, url)
  const { params } = JSON.parse(text) as Json
  return `${String(status)} ${String(params?.['err'])}`
}

async function enrol(school: School, userId: string, ...collections: readonly string[]): Promise<void> {
  for (const collectionId of collections) {
    await school.publish(collectionId, [leaf('c1'), leaf('c2')], { name: `The ${collectionId}` })
    await school.ok('/v1/enrolment/enrol', { userId, collectionId })
  }
}

test('the JSON file holds what summary/list answers, all pages of it, and needs no token', async (t) => {
  const school = await openSchool(t, { PAGE_ITEMS: '2' })
  await enrol(school, 'rahul', 'arts', 'biology', 'chemistry', 'drama', 'economics')
  await enrol(school, 'asha', 'arts')
  await school.complete({ userId: 'rahul', collectionId: 'arts' }, 'c1')
  const { status, text, headers } = await open(school, await linkOf(school))
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'application/json; charset=utf-8')
  assert.equal(headers['content-disposition'], 'attachment; filename="rahul_viewer_summary.json"')
  const { summary } = await school.get('/v1/summary/list/rahul?limit=10')
  assert.equal(items(summary).length, 5)
  assert.deepEqual(JSON.parse(text), summary)
})

test('the CSV file has a header and one line per enrolment', async (t) => {
  const school = await openSchool(t)
  await enrol(school, 'rahul', 'arts', 'biology')
  await school.complete({ userId: 'rahul', collectionId: 'arts' }, 'c1')
  await school.complete({ userId: 'rahul', collectionId: 'biology' }, 'c1', 'c2')
  const { status, text, headers } = await open(school, await linkOf(school, 'rahul', 'csv'))
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8')
  assert.deepEqual(text.split('\r\n'), [
    'userId,collectionId,collectionName,contextId,active,status,completionPercentage,progress,required,leafNodesCount,enrolledDate,completedOn',
    'rahul,arts,The arts,arts,true,1,50,1,2,2,2026-03-01T08:00:00.000Z,',
    'rahul,biology,The biology,biology,true,2,100,2,2,2,2026-03-01T08:00:00.000Z,2026-03-01T08:00:00.000Z',
    '',
  ])
})

test('no cell of the CSV file runs as a formula, and none breaks out of its cell', async (t) => {
  const school = await openSchool(t)
  const names = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    'a,b',
    'say "hi"',
    'two\r\nlines',
    'x\n=1',
    'x\r=1',
    'गणित',
  ]
  for (const [index, name] of names.entries()) {
    const collectionId = `c${String(index)}`
    await school.publish(collectionId, [leaf('x')], { name })
    await school.ok('/v1/enrolment/enrol', { userId: '=cmd', collectionId })
  }
  const { text } = await open(school, await linkOf(school, '=cmd', 'csv'))
  const cells = names.map((_, index) => {
    const after = text.split(`'=cmd,c${String(index)},`)[1] ?? ''
    return after.slice(0, after.indexOf(`,c${String(index)},true`))
  })
  assert.deepEqual(cells, [
    "'=1+1",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "'\t=1",
    `"'\r=1"`,
    '"a,b"',
    '"say ""hi"""',
    '"two\r\nlines"',
    '"x\n=1"',
    '"x\r=1"',
    'गणित',
  ])
})

for (const format of ['json', 'csv']) {
  test(`the ${format} file of a learner without enrolments is empty, not missing`, async (t) => {
    const school = await openSchool(t)
    const { status, text } = await open(school, await linkOf(school, 'nobody', format))
    assert.equal(status, 200)
    if (format === 'json') assert.deepEqual(JSON.parse(text), [])
    else assert.equal(text.split('\r\n').filter((line) => line !== '').length, 1)
  })
}

test('a link expires', async (t) => {
  const school = await openSchool(t, { LINK_LIFETIME: 'PT10M' })
  const { expiresOn } = await school.get('/v1/summary/download/rahul')
  assert.equal(expiresOn, school.clock.nowMs() + 600_000)
  const link = await linkOf(school)
  school.clock.advance({ minutes: 10 })
  assert.equal((await open(school, link)).status, 200)
  school.clock.advance({ milliseconds: 1 })
  assert.equal(await openRefused(school, link), '410 LINK_EXPIRED')
})

test('a link works for its learner, its format and its time alone', async (t) => {
  const school = await openSchool(t)
  await enrol(school, 'asha', 'arts')
  const link = await linkOf(school)
  const { pathname, searchParams } = new URL(link, 'http://localhost')
  const signature = searchParams.get('signature') ?? ''
  const expires = searchParams.get('expires') ?? ''
  const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
  const tampered = [
    link.replace('rahul', 'asha'),
    link.replace('.json', '.csv'),
    `${pathname}?expires=${String(Number(expires) + 1)}&signature=${signature}`,
    `${pathname}?expires=${expires}&signature=${flipped}`,
    `${pathname}?expires=${expires}&signature=${signature.slice(0, -4)}`,
    `${pathname}?expires=${expires}&signature=`,
    `${pathname}?expires=${expires}`,
    `${pathname}?signature=${signature}`,
    `${pathname}?expires=never&signature=${signature}`,
    `${link}&expires=${expires}`,
    pathname,
  ]
  for (const url of tampered) assert.equal(await openRefused(school, url), '403 LINK_INVALID', url)
  assert.equal(await openRefused(school, link.replace('_viewer_summary', '')), '404 NOT_FOUND')
  const other = await openSchool(t)
  assert.equal(await openRefused(other, link), '403 LINK_INVALID')
})

test('who opens a link with a token must be allowed to read that learner', async (t) => {
  const school = await openSchool(t)
  const link = await linkOf(school)
  const openAs = async (userId: string) => {
    const headers = { authorization: `Bearer ${await school.token(userId)}` }
    return (await school.raw({ method: 'GET', url: link, headers })).status
  }
  assert.equal(await openAs('rahul'), 200)
  assert.equal(await openAs('asha'), 403)
})

for (const userId of ['a/b', 'a:b', '100%', 'a b?c#d', 'राहुल', '../x', '"; filename="evil.exe']) {
  test(`the link of learner ${userId} leads to the own file under a harmless name`, async (t) => {
    const school = await openSchool(t)
    await enrol(school, userId, 'arts')
    const { status, text, headers } = await open(school, await linkOf(school, userId))
    assert.equal(status, 200)
    assert.deepEqual(
      items(JSON.parse(text) as Json).map((summary) => summary['userId']),
      [userId],
    )
    assert.match(
      String(headers['content-disposition']),
      /^attachment; filename="[A-Za-z0-9._-]+_viewer_summary\.json"$/,
    )
  })
}

test('the link uses the public address where one is set', async (t) => {
  const school = await openSchool(t, { PUBLIC_URL: 'https://waymark.example.org/' })
  const { url } = await school.get('/v1/summary/download/rahul?format=csv')
  assert.ok(String(url).startsWith('https://waymark.example.org/v1/summary/file/rahul_viewer_summary.csv?'))
})

test('a format that is not offered is refused', async (t) => {
  const school = await openSchool(t)
  const answer = await school.call('GET', '/v1/summary/download/rahul?format=xlsx')
  assert.equal(answer.body.params.err, 'INVALID_FIELD')
})

test('units stand in the JSON file as in summary/read', async (t) => {
  const school = await openSchool(t)
  await school.publish('maths', [unit('u1', [leaf('c1')])])
  await school.ok('/v1/enrolment/enrol', { userId: 'rahul', collectionId: 'maths' })
  const [summary] = JSON.parse((await open(school, await linkOf(school))).text) as readonly Json[]
  assert.deepEqual(summary, await school.summary({ userId: 'rahul', collectionId: 'maths' }))
})
