import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DERIVED, STORED } from '../../../test/support/openedx-schemas.ts'
import { compatibilityProblems, reordered, resolutionProblems } from './compatibility.ts'
import { readAvsc } from './read-avsc.ts'
import { long, string } from './scalar.ts'
import { field, list, record, type Field, type RecordType } from './shape.ts'

function problemsSinceStored(type: string): readonly string[] {
  return compatibilityProblems(readAvsc(STORED.get(type)).root, readAvsc(DERIVED.get(type)).root)
}

test('what Open edX added to its stored schemas since, optional fields in the midst, breaks nobody', () => {
  const changed = [...DERIVED.keys()].filter((type) => STORED.has(type))
  assert.equal(changed.length, 6)
  for (const type of changed) assert.deepEqual(problemsSinceStored(type), [], type)
})

test('a default that was written into a stored file by hand hides a break, and what is derived shows it', () => {
  const type = 'org.openedx.learning.discussions.configuration.changed.v1'
  const derived = readAvsc(DERIVED.get(type)).root
  const edited = readAvsc(STORED.get(type)).root
  const older = without(derived, 'enabled')
  assert.deepEqual(resolutionProblems(older, edited), [])
  assert.deepEqual(resolutionProblems(older, derived), ['configuration.enabled is required and not written'])
})

/** As it was before the field came. */
function without(root: RecordType, name: string): RecordType {
  const { configuration } = root.fields
  assert.ok(configuration?.type.kind === 'record')
  const { [name]: _left, ...fields } = configuration.type.fields
  return record(root.name, '', { configuration: field(record(configuration.type.name, '', fields), '') })
}

test('another order is seen within lists, too', () => {
  const [a, b]: readonly Field[] = [field(string, ''), field(long, '')]
  assert.ok(a && b)
  const of = (fields: Record<string, Field>): RecordType =>
    record('CloudEvent', '', { all: field(list(record('One', '', fields)), '') })
  assert.equal(reordered(of({ a, b }), of({ b, a })), true)
  assert.equal(reordered(of({ a, b }), of({ a, c: b, b })), false)
})
