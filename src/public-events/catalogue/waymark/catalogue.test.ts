import assert from 'node:assert/strict'
import { test } from 'node:test'
import { samplePayload, SAMPLES } from '../../../../test/support/payloads.ts'
import { avroDecoder } from '../../../codec/avro-decode.ts'
import { encodeAvro } from '../../../codec/avro-encode.ts'
import { makePayload } from '../../kernel/define.ts'
import { keyOf, valueAt } from '../../kernel/definition-problems.ts'
import type { PublicEvent } from '../../kernel/public-event.ts'
import { isScalar, type DataType, type Field } from '../../kernel/shape.ts'
import { writeJson } from '../../kernel/write-json.ts'
import { OPENEDX_EVENTS, WAYMARK_EVENTS } from '../all.ts'

interface Described {
  readonly path: string
  readonly name: string
  readonly field: Field
}

/** Every field of an event, with its dotted path. */
function fieldsOf({ root }: PublicEvent): readonly Described[] {
  const visit = (type: DataType, path: string): readonly Described[] => {
    if (isScalar(type)) return []
    if (type.kind === 'list') return visit(type.items, path)
    if (type.kind === 'map') return visit(type.values, path)
    return Object.entries(type.fields).flatMap(([name, field]) => {
      const inner = path === '' ? name : `${path}.${name}`
      return [{ path: inner, name, field }, ...visit(field.type, inner)]
    })
  }
  return visit(root, '')
}

/** The only addresses that may travel: whoever has them gets nothing that is not public. */
const PUBLIC_ADDRESSES: ReadonlySet<string> = new Set(['certificate.verification_url'])
const SECRET = /ur[il]|link|address|token|secret|pass(?:word|code)|pin|credential/

for (const event of WAYMARK_EVENTS.values()) {
  const { type, root } = event
  const fields = fieldsOf(event)

  test(`${type} tells of one thing, in a record of its own`, () => {
    const [data, ...others] = Object.values(root.fields)
    assert.equal(others.length, 0)
    assert.equal(data?.type.kind, 'record')
  })

  test(`${type} is keyed by the learner, where there is none by the live event`, () => {
    const learner = fields.find(({ name }) => name === 'user_id')
    const wanted = learner ?? fields.find(({ name }) => name === 'live_event_id')
    assert.equal(event.key, wanted?.path)
    for (const sample of SAMPLES) {
      const payload = makePayload(event, samplePayload(root, sample))
      assert.equal(keyOf(event, payload), valueAt(payload, wanted?.path ?? ''))
    }
  })

  test(`${type} carries nothing that opens a door`, () => {
    for (const { path, name, field } of fields) {
      if (PUBLIC_ADDRESSES.has(path)) assert.match(field.description, /^public address/)
      else assert.doesNotMatch(name, SECRET, path)
    }
  })

  test(`${type} describes every field, and marks who it is about`, () => {
    assert.match(event.description, /^[A-Z].*\.$/)
    for (const { path, name, field } of fields) {
      assert.notEqual(field.description.trim(), '', path)
      if (name === 'user_id') assert.equal(field.pii, 'identifier', path)
      if (name === 'reason' && field.optional) assert.equal(field.pii, 'free-text', path)
    }
  })

  test(`${type} names instants and durations so that their unit is plain`, () => {
    for (const { path, name, field } of fields) {
      if (field.type.kind === 'datetime') assert.match(name, /_at$/, path)
      if (/duration|spent/.test(name)) assert.match(name, /_seconds$/, path)
    }
  })

  test(`${type} says what null means in fields that may be null`, () => {
    for (const { path, field } of fields) {
      if (field.optional) assert.match(field.description, /; null where /, path)
    }
  })

  test(`${type} is small, and comes back from its bytes as it went`, () => {
    for (const sample of SAMPLES) {
      const payload = makePayload(event, samplePayload(root, sample))
      const text = JSON.stringify(writeJson(root, payload))
      assert.ok(text.length < 1000, `${String(text.length)} characters`)
      const decoded = avroDecoder(root, root)(encodeAvro(root, payload))
      assert.equal(JSON.stringify(writeJson(root, decoded)), text)
    }
  })
}

test('each event of ours has a record of its own, so that it can grow alone', () => {
  const names = [...WAYMARK_EVENTS.values()].flatMap(({ root }) =>
    Object.values(root.fields).map(({ type }) => (type.kind === 'record' ? type.name : '')),
  )
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
})

test('events of one topic of ours are keyed by the same thing, and nobody else writes there', () => {
  const foreign = new Set([...OPENEDX_EVENTS.values()].flatMap(({ topics }) => topics))
  const keys = new Map<string, string | undefined>()
  for (const { type, key, topics } of WAYMARK_EVENTS.values()) {
    const name = key.split('.').at(-1)
    for (const topic of topics) {
      assert.ok(!foreign.has(topic), `${type} shares ${topic} with Open edX`)
      assert.equal(keys.get(topic) ?? name, name, `${type} in ${topic}`)
      keys.set(topic, name)
    }
  }
})
