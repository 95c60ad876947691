import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePublicEvent } from './define.ts'
import { schemaText } from './history.ts'
import { minorsOf } from './minors.ts'
import { long, string } from './scalar.ts'
import { field, list, opt, record } from './shape.ts'

const define = (minor: number, more: Record<string, ReturnType<typeof opt>>) => {
  const item = record('ItemData', 'An item.', { name: field(string, 'name'), ...more })
  const box = record('BoxData', 'The box.', { id: field(string, 'id'), items: field(list(item), 'items') })
  return definePublicEvent({
    type: 'org.example.learning.box.packed.v1',
    minor,
    description: 'A box was packed.',
    producer: 'boxes',
    key: 'box.id',
    topics: ['boxes'],
    data: { box },
    since: '1.0.0',
  })
}

test('of each minor it is told what it added, whatever order its schemas are stored in', () => {
  const weight = opt(long, 'weight')
  const versions = [define(0, {}), define(1, { weight }), define(2, { weight, colour: opt(string, 'colour') })]
  const stored = versions.map((event) => ({
    type: event.type,
    minor: event.minor,
    text: schemaText(event),
    sha256: '',
  }))
  const newest = versions[2] ?? define(2, {})
  const expected = [
    { minor: 0, added: [] },
    { minor: 1, added: ['box.items[].weight'] },
    { minor: 2, added: ['box.items[].colour'] },
  ]
  assert.deepEqual(minorsOf(newest, stored.toReversed()), expected)
  // The newest may not be stored yet.
  assert.deepEqual(minorsOf(newest, stored.slice(0, 2)), expected)
  assert.deepEqual(minorsOf(newest, []), [{ minor: 2, added: [] }])
})
