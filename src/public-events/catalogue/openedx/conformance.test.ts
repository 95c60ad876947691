import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DERIVED, STORED } from '../../../../test/support/openedx-schemas.ts'
import { avroSchema } from '../../kernel/avro-schema.ts'
import { readAvsc, readForeignEvent } from '../../kernel/read-avsc.ts'
import { ALL_EVENTS, OPENEDX_EVENTS, WAYMARK_EVENTS } from '../all.ts'

test('the fixtures are all 72 stored and 7 derived schemas', () => {
  assert.deepEqual([STORED.size, DERIVED.size], [72, 7])
})

test('all 37 learning events of Open edX are in the catalogue, and nothing else of theirs', () => {
  const theirs = [...STORED.keys(), ...DERIVED.keys()].filter((type) => type.startsWith('org.openedx.learning.'))
  assert.deepEqual([...OPENEDX_EVENTS.keys()].sort(), [...new Set(theirs)].sort())
  assert.equal(OPENEDX_EVENTS.size, 37)
  assert.equal(ALL_EVENTS.size, OPENEDX_EVENTS.size + WAYMARK_EVENTS.size)
})

for (const [type, event] of OPENEDX_EVENTS) {
  test(`the schema that is derived for ${type} equals theirs`, () => {
    assert.deepEqual(avroSchema(event), DERIVED.get(type) ?? STORED.get(type))
  })
}

test('what is derived from a definition has its keys in the order in which they write them', () => {
  const type = 'org.openedx.learning.ora.submission.created.v1'
  const event = OPENEDX_EVENTS.get(type)
  assert.ok(event)
  assert.equal(JSON.stringify(avroSchema(event)), JSON.stringify(STORED.get(type)))
})

for (const [source, schemas] of Object.entries({ stored: STORED, derived: DERIVED })) {
  for (const [type, schema] of schemas) {
    test(`the ${source} schema of ${type} is read as a definition from which it is derived again`, () => {
      assert.deepEqual(avroSchema(readAvsc(schema)), schema)
    })
  }
}

test('a foreign event becomes a definition like ours, although its name has a hyphen', () => {
  const type = 'org.openedx.enterprise.subsidy.redemption-reversed.v1'
  const event = readForeignEvent(STORED.get(type), {
    minor: 0,
    description: 'A redemption was taken back.',
    producer: 'enterprise-subsidy',
    key: 'redemption.subsidy_identifier',
    topics: ['enterprise'],
    since: 'openedx-events 11.2.0',
  })
  assert.equal(event.type, type)
  assert.deepEqual(avroSchema(event), STORED.get(type))
})
