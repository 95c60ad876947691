import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/schema'
import { samplePayload, SAMPLES } from '../../../test/support/payloads.ts'
import { ALL_EVENTS } from '../catalogue/all.ts'
import { CourseEnrollmentCreated } from '../catalogue/openedx/enrollment.ts'
import { asyncApi } from './asyncapi.ts'
import { makeEvent, makePayload } from './define.ts'
import { fieldAt } from './definition-problems.ts'
import { piiPaths } from './history.ts'
import { jsonSchema } from './json-schema.ts'
import { catalogueMarkdown, eventMarkdown } from './markdown.ts'
import { subdomainOf } from './type-name.ts'
import { writeJson } from './write-json.ts'

type Json = Readonly<Record<string, unknown>>

for (const event of ALL_EVENTS.values()) {
  test(`the JSON Schema of ${event.type} takes its payloads, and none that lack a field or have another`, () => {
    const schema = jsonSchema(event)
    for (const sample of SAMPLES) {
      const json = writeJson(event.root, makePayload(event, samplePayload(event.root, sample)))
      assert.equal(Check(schema, json), true)
      assert.equal(Check(schema, { ...json, more: 1 }), false)
      const [first = ''] = Object.keys(json)
      assert.equal(Check(schema, { ...json, [first]: null }), false)
    }
  })
}

test('every field of every event is described', () => {
  for (const { type, root } of ALL_EVENTS.values()) {
    const rows = eventMarkdown({ ...CourseEnrollmentCreated, root }).split('\n')
    for (const row of rows.filter((line) => line.startsWith('| `')))
      assert.doesNotMatch(row, /\| +\|$/, `${type}: ${row}`)
  }
})

test('personal data is tagged in every form', () => {
  const paths = piiPaths(CourseEnrollmentCreated.root)
  assert.ok(paths.includes('enrollment.user.pii.email'))
  assert.match(JSON.stringify(jsonSchema(CourseEnrollmentCreated)), /"e-mail address","x-pii":"contact"/)
  assert.match(eventMarkdown(CourseEnrollmentCreated), /\| `enrollment.created_by.pii.email` \| string \| contact \|/)
})

test('the AsyncAPI document names each topic once, each event in its topics, and only what there is', () => {
  const document = asyncApi(ALL_EVENTS, { title: 'Waymark', version: '1' }, 'waymark') as {
    channels: Record<string, { address: string; messages: Json }>
    operations: Record<string, { action: string; channel: { $ref: string }; messages: { $ref: string }[] }>
    components: { messages: Record<string, { bindings: Json; payload: { schemaFormat: string } }> }
  }
  const { channels, operations, components } = document
  for (const { type, topics } of ALL_EVENTS.values()) {
    for (const topic of topics) assert.ok(type in (channels[topic]?.messages ?? {}), type)
  }
  const resolve = (reference: string): unknown =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>((value, step) => (value as Json)[step], document)
  for (const { channel, messages } of Object.values(operations)) {
    for (const { $ref } of [channel, ...messages]) assert.ok(resolve($ref), $ref)
  }
  for (const { messages } of Object.values(channels)) {
    for (const reference of Object.values(messages)) assert.ok(resolve((reference as { $ref: string }).$ref))
  }
  assert.equal(operations['send-learning-enrolment-lifecycle']?.action, 'send')
  assert.equal(operations['receive-learning-enrollment-lifecycle']?.action, 'receive')
  assert.equal(Object.keys(components.messages).length, ALL_EVENTS.size)
  const { bindings, payload } = Object.values(components.messages)[0] ?? {}
  assert.equal(payload?.schemaFormat, 'application/vnd.apache.avro;version=1.9.0')
  assert.match(JSON.stringify(bindings), /"minLength":1,"description":"view.user_id"/)
})

test('a deprecated event says so, and what comes instead', () => {
  const deprecated = { from: '2.0.0', sunset: '2027-06-30', replacedBy: 'org.example.a.b.c.v2' }
  const old = makeEvent({ ...CourseEnrollmentCreated, deprecated })
  assert.match(
    eventMarkdown(old),
    /\*\*deprecated\*\* since 2.0.0, ends on 2027-06-30; instead: `org.example.a.b.c.v2`/,
  )
  assert.match(JSON.stringify(asyncApi(new Map([[old.type, old]]), { title: '', version: '' })), /"x-deprecated"/)
})

test('the catalogue is ordered by organisation and subdomain', () => {
  assert.equal(subdomainOf(CourseEnrollmentCreated.type), 'learning')
  const headings = catalogueMarkdown(ALL_EVENTS).match(/^## .*$/gm)
  assert.deepEqual(headings, ['## org.waymark: learning', '## org.openedx: learning'])
  assert.equal(fieldAt(CourseEnrollmentCreated.root, 'enrollment.nothing'), undefined)
})
