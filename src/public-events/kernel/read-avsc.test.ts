import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DefinitionError } from './define.ts'
import { readAvsc, readForeignEvent } from './read-avsc.ts'

const NAMESPACE = 'org.example.a.b.c.v1'

function root(type: unknown, more: object = {}): unknown {
  return { name: 'CloudEvent', type: 'record', namespace: NAMESPACE, fields: [{ name: 'data', type, ...more }] }
}

const REFUSED: Readonly<Record<string, readonly [schema: unknown, problem: RegExp]>> = {
  'text that is no object': ['string', /must be a JSON object/],
  'no event type': [{ name: 'CloudEvent', type: 'record', fields: [] }, /namespace must be the event type/],
  'another record at the top': [
    { name: 'Other', type: 'record', namespace: NAMESPACE, fields: [{ name: 'a', type: 'long' }] },
    /must be a record named CloudEvent/,
  ],
  'an int': [root('int'), /data is of type int, which events do not have/],
  'an enum': [root({ type: 'enum', name: 'E', symbols: ['A'] }), /data is of type enum/],
  'a logical type': [root({ type: 'long', logicalType: 'timestamp-millis' }), /data is a type that events do not have/],
  'a union without null first': [root(['string', 'null'], { default: 'a' }), /other unions events do not have/],
  'a union of three': [root(['null', 'string', 'long'], { default: null }), /other unions/],
  'an optional field without a default': [root(['null', 'string']), /other unions/],
  'a record that holds itself': [
    root({ type: 'record', name: 'Tree', fields: [{ name: 'left', type: 'Tree' }] }),
    /left is of type Tree/,
  ],
  'a record without a field': [root({ type: 'record', name: 'None', fields: [] }), /record None must have a field/],
  'a list of nothing': [root({ type: 'array' }), /data.items must be a JSON object/],
  'two fields of one name': [
    root({
      type: 'record',
      name: 'R',
      fields: [
        { name: 'a', type: 'long' },
        { name: 'a', type: 'string' },
      ],
    }),
    /fields of own names/,
  ],
}

for (const [what, [schema, problem]] of Object.entries(REFUSED)) {
  test(`a foreign schema with ${what} is refused with the place`, () => {
    assert.throws(
      () => readAvsc(schema),
      (error) => error instanceof DefinitionError && problem.test(error.message),
    )
  })
}

test('records of one name in other namespaces, types written at length and full names are understood', () => {
  const part = { type: 'record', name: 'Part', fields: [{ name: 'id', type: { type: 'string' } }] }
  const { type, root: read } = readAvsc({
    name: 'CloudEvent',
    type: 'record',
    namespace: NAMESPACE,
    fields: [
      { name: 'first', type: part },
      { name: 'second', type: `${NAMESPACE}.Part` },
      { name: 'third', type: { type: 'array', items: 'Part' } },
    ],
  })
  assert.equal(type, NAMESPACE)
  assert.equal(read.fields['first']?.type, read.fields['second']?.type)
})

test('a key that is not in a foreign payload is refused', () => {
  const about = { minor: 0, description: 'It was.', producer: 'p', topics: ['t'], since: '1' }
  assert.throws(() => readForeignEvent(root('long'), { ...about, key: 'data.id' }), /key data.id is not in the payload/)
})
