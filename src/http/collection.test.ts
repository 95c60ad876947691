/** Publishing a collection: what progress reads from its hierarchy, and what it refuses. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  fault,
  fixture,
  items,
  leaf,
  openSchool,
  OPTIONAL,
  refusal,
  unit,
  type Node,
  type School,
} from '../../test/support/school.ts'
import type { Answered, Json } from '../../test/support/app.ts'

const COLLECTION_MIME = 'application/vnd.ekstep.content-collection'

function put(school: School, id: string, body: unknown): Promise<Answered> {
  return school.call('PUT', `/v1/collection/${encodeURIComponent(id)}`, body)
}

/** Node ids with the leaves that the file itself lists for them, sorted; the collection first. */
function listedLeaves(node: Json): readonly (readonly [string, readonly string[]])[] {
  const below = items(node['children']).flatMap(listedLeaves)
  if (node['mimeType'] !== (COLLECTION_MIME as unknown)) return below
  return [[String(node['identifier']), sorted(node['leafNodes'])], ...below]
}

function sorted(list: Json | undefined): readonly string[] {
  return items(list).map(String).sort()
}

const HIERARCHIES = [
  { id: 'KP_FT_1594149835504', units: 3, optional: [], leaves: 3 },
  { id: 'do_11305855864948326411234', units: 15, optional: ['do_1130314841730334721104'], leaves: 6 },
] as const

for (const { id, units, optional, leaves } of HIERARCHIES) {
  test(`the published hierarchy ${id} is read as it says itself, wrapped and bare, and given back`, async (t) => {
    const school = await openSchool(t)
    const content = fixture(`sunbird/hierarchy-${id}.json`) as Json
    const published = await put(school, id, { request: { content } })
    assert.equal(published.status, 200)
    assert.deepEqual(published.body.result, {
      identifier: id,
      publication: 1,
      changed: true,
      leafNodesCount: leaves,
      requiredCount: leaves,
      unitsCount: units,
    })
    assert.equal((await put(school, id, content)).body.result['changed'], false)
    const read = await school.get(`/v1/collection/${id}`)
    assert.deepEqual(read['content'], content)
    const nodes = items(read['units']).map((node) => [String(node['identifier']), sorted(node['leafNodes'])])
    assert.deepEqual([[id, sorted(read['leafNodes'])], ...nodes], listedLeaves(content))
    const optionalInUnits = items(read['units']).flatMap((node) => items(node['optionalNodes']).map(String))
    assert.deepEqual([...new Set(optionalInUnits)], optional)
    assert.deepEqual(read['optionalNodes'], [], 'what one place requires, the collection requires')
  })
}

test('the leaf that is optional in one unit and needed in another completes only with it', async (t) => {
  const school = await openSchool(t)
  const [, { id }] = HIERARCHIES
  const content = fixture(`sunbird/hierarchy-${id}.json`) as Json
  await put(school, id, { request: { content } })
  const leaves = items(content['leafNodes']).map(String)
  const reused = 'do_1130314841730334721104'
  const where = { userId: 'rahul', collectionId: id }
  await school.complete(where, ...leaves.filter((leafId) => leafId !== reused))
  const { status, completionPercentage, units } = await school.summary(where)
  assert.deepEqual([status, completionPercentage], [1, 83])
  const status2 = items(units).filter((node) => node['status'] === (2 as unknown)).length
  assert.equal(status2, 10, 'the two branches that do not need it')
  await school.complete(where, reused)
  assert.equal((await school.summary(where))['status'], 2)
})

test('what stands under an optional unit is optional there, and required where another place needs it', async (t) => {
  const school = await openSchool(t)
  const children = [
    unit('needed', [leaf('a'), leaf('b', OPTIONAL)]),
    unit('extra', [leaf('a'), leaf('c'), unit('deep', [leaf('d')])], OPTIONAL),
    leaf('b', OPTIONAL),
  ]
  const published = await school.publish('maths', children)
  assert.deepEqual([published['leafNodesCount'], published['requiredCount']], [4, 1])
  const { optionalNodes, units, ancestors } = await school.get('/v1/collection/maths')
  assert.deepEqual(optionalNodes, ['b', 'c', 'd'])
  assert.deepEqual(
    items(units).map(({ identifier, optionalNodes: own }) => [identifier, own]),
    [
      ['needed', ['b']],
      ['extra', []],
      ['deep', []],
    ],
  )
  assert.deepEqual(ancestors, {
    a: ['needed', 'maths', 'extra'],
    b: ['needed', 'maths'],
    c: ['extra', 'maths'],
    d: ['deep', 'extra', 'maths'],
  })
})

test('a collection may be published as a mere list of its leaves', async (t) => {
  const school = await openSchool(t)
  assert.equal((await put(school, 'maths', { identifier: 'maths', leafNodes: ['a', 'b', 'a'] })).status, 200)
  assert.deepEqual((await school.get('/v1/collection/maths'))['leafNodes'], ['a', 'b'])
})

test('the identifier may be left out, but not be another', async (t) => {
  const school = await openSchool(t)
  assert.equal((await put(school, 'maths', { children: [leaf('a')] })).status, 200)
  const other = { request: { content: { identifier: 'arts', children: [] } } }
  assert.equal(fault(await put(school, 'maths', other)), '400 COLLECTION_ID_MISMATCH request.content.identifier')
  assert.equal(fault(await put(school, 'maths', other.request.content)), '400 COLLECTION_ID_MISMATCH identifier')
  assert.deepEqual((await school.get('/v1/collection/maths'))['leafNodes'], ['a'])
})

test('what was published comes back as it was sent, also fields that are called like ids of requests', async (t) => {
  const school = await openSchool(t)
  const content = { courseId: 'old', collectionId: 'new', batchid: 7, timeSpent: null, children: [], z: { a: [1.5] } }
  for (const body of [content, { request: { content } }]) {
    assert.equal((await put(school, 'maths', body)).status, 200)
    assert.deepEqual((await school.get('/v1/collection/maths'))['content'], content)
  }
})

test('a collection that was not published is not found', async (t) => {
  const school = await openSchool(t)
  const answer = await school.call('GET', '/v1/collection/maths')
  assert.equal(fault(answer), '404 COLLECTION_NOT_FOUND path.collectionId')
})

test('ids are opaque: any script, colons, and names that objects have', async (t) => {
  const school = await openSchool(t)
  const id = 'गणित:1/2?'
  const names = ['__proto__', 'constructor', 'a:b', 'ß']
  assert.equal((await put(school, id, { children: names.map((name) => leaf(name)) })).status, 200)
  const read = await school.get(`/v1/collection/${encodeURIComponent(id)}`)
  assert.deepEqual(read['leafNodes'], names)
  assert.deepEqual(Object.keys(read['ancestors'] ?? {}), names)
  await school.complete({ userId: 'rahul', collectionId: id }, ...names)
  const { status, contentStatus } = await school.summary({ userId: 'rahul', collectionId: id })
  assert.equal(status, 2)
  assert.deepEqual(
    Object.entries(contentStatus ?? {}),
    names.map((name) => [name, 2]),
  )
})

/** A chain of units so many levels deep. */
function chain(levels: number): Node {
  return levels === 0 ? leaf('a') : unit(`u${String(levels)}`, [chain(levels - 1)])
}

const AT = 'request.content.'
const MALFORMED: readonly (readonly [why: string, content: object, field: string])[] = [
  ['children that are no list', { children: 'a' }, `${AT}children`],
  ['children that are an object', { children: { a: 1 } }, `${AT}children`],
  ['a child that is no object', { children: ['a'] }, `${AT}children[0]`],
  ['a child that is a list', { children: [[]] }, `${AT}children[0]`],
  ['a child without identifier', { children: [leaf('a'), { name: 'b' }] }, `${AT}children[1].identifier`],
  ['an identifier that is no text', { children: [{ identifier: 7 }] }, `${AT}children[0].identifier`],
  ['an empty identifier', { children: [{ identifier: '' }] }, `${AT}children[0].identifier`],
  ['an identifier that is too long', { children: [leaf('x'.repeat(257))] }, `${AT}children[0].identifier`],
  [
    'children of a child that are no list',
    { children: [unit('u', [{ identifier: 'v', children: 1 }])] },
    `${AT}children[0].children[0].children`,
  ],
  [
    'a unit below itself',
    { children: [unit('u', [unit('v', [unit('u', [])])])] },
    `${AT}children[0].children[0].children[0].identifier`,
  ],
  [
    'the collection below itself',
    { children: [unit('u', [unit('maths', [])])] },
    `${AT}children[0].children[0].identifier`,
  ],
  ['leafNodes that are no list', { leafNodes: 'a' }, `${AT}leafNodes`],
  ['leafNodes that are no ids', { leafNodes: ['a', 7] }, `${AT}leafNodes[1]`],
  ['too many nodes', { children: Array.from({ length: 11 }, (_, index) => leaf(String(index))) }, `${AT}children[10]`],
  ['too many levels', { children: [chain(3)] }, `${AT}children[0].children[0].children[0].children`],
]

test('a hierarchy that cannot be read is refused by its place, and what was published stays', async (t) => {
  const school = await openSchool(t, { HIERARCHY_NODES_MAX: '10', HIERARCHY_DEPTH_MAX: '3' })
  await school.publish('maths', [chain(2)])
  for (const [why, content, field] of MALFORMED) {
    assert.equal(fault(await put(school, 'maths', { request: { content } })), `400 INVALID_HIERARCHY ${field}`, why)
  }
  assert.equal(fault(await put(school, 'maths', { request: { content: [] } })), '400 INVALID_FIELD request.content')
  const policy = { request: { content: { children: [] }, attemptPolicy: 'worst' } }
  assert.equal(fault(await put(school, 'maths', policy)), '400 INVALID_FIELD request.attemptPolicy')
  assert.equal(refusal(await put(school, 'maths', '[]')), '400 INVALID_FIELD')
  const { publication, leafNodes } = await school.get('/v1/collection/maths')
  assert.deepEqual([publication, leafNodes], [1, ['a']])
})

test('the attempt policy may stand in the content or beside it, and is best where nothing is said', async (t) => {
  const school = await openSchool(t)
  const policyAfter = async (body: object) => {
    assert.equal((await put(school, 'maths', body)).status, 200)
    return (await school.get('/v1/collection/maths'))['attemptPolicy']
  }
  const content = { children: [leaf('a')] }
  assert.equal(await policyAfter({ request: { content, attemptPolicy: 'latest' } }), 'latest')
  assert.equal(await policyAfter({ request: { content: { ...content, attemptPolicy: 'first' } } }), 'first')
  assert.equal(await policyAfter({ ...content, attemptPolicy: 'latest' }), 'latest')
  assert.equal(await policyAfter(content), 'best')
})
