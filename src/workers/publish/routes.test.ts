import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WAYMARK_EVENTS } from '../../public-events/catalogue/all.ts'
import { ContentViewEnded } from '../../public-events/catalogue/waymark/view.ts'
import { readRoutes, RouteError } from './routes.ts'

const { type } = ContentViewEnded
const [TOPIC] = ContentViewEnded.topics as readonly [string]
const OWN = { topic: TOPIC, key: 'view.user_id', redacted: false }
const of = (settings: unknown) => readRoutes(WAYMARK_EVENTS, settings).get(type)

test('without settings every event goes to the topics of its definition', () => {
  for (const event of WAYMARK_EVENTS.values()) {
    const expected = event.topics.map((topic) => ({ topic, key: event.key, redacted: false }))
    assert.deepEqual(readRoutes(WAYMARK_EVENTS, undefined).get(event.type), expected)
  }
})

test('a topic is added, by another key, and without personal data', () => {
  const added = { event_key_field: 'view.content_id', enabled: true, redacted: true }
  assert.deepEqual(of({ [type]: { warehouse: added } }), [
    OWN,
    { topic: 'warehouse', key: 'view.content_id', redacted: true },
  ])
  assert.deepEqual(of({ [type]: { warehouse: {} } }), [OWN, { ...OWN, topic: 'warehouse' }])
})

test('a topic of the definition is turned off, or redacted', () => {
  assert.deepEqual(of({ [type]: { [TOPIC]: { enabled: false } } }), [])
  assert.deepEqual(of({ [type]: { [TOPIC]: { redacted: true } } }), [{ ...OWN, redacted: true }])
  assert.deepEqual(of({ [type]: { other: { enabled: false } } }), [OWN])
})

const WRONG: readonly (readonly [what: string, settings: unknown, problem: RegExp])[] = [
  ['no object', [], /the whole must be an object/],
  ['an unknown type', { 'org.x.a.b.c.v1': {} }, /org\.x\.a\.b\.c\.v1 is no event of this installation/],
  ['topics that are no object', { [type]: 'topic' }, /ended\.v1 must be an object/],
  ['a topic that is no name', { [type]: { 'No Topic': {} } }, /topic No Topic must be lower-case/],
  ['a topic without its level', { [type]: { enabled: true } }, /ended\.v1, enabled must be an object/],
  [
    'a path that is not there',
    { [type]: { t: { event_key_field: 'view.nobody' } } },
    /view\.nobody is not in the payload/,
  ],
  ['a path to no scalar', { [type]: { t: { event_key_field: 'view' } } }, /key view must be text/],
  [
    'a path to a time',
    { [type]: { t: { event_key_field: 'view.completed_at' } } },
    /key view\.completed_at must be text/,
  ],
  ['a path that is no text', { [type]: { t: { event_key_field: 1 } } }, /event_key_field must be text/],
  ['a word that is not known', { [type]: { t: { enabeld: true } } }, /enabeld is not known/],
  ['a flag that is none', { [type]: { t: { enabled: 'yes' } } }, /enabled must be true or false/],
]
for (const [what, settings, problem] of WRONG) {
  test(`settings with ${what} are refused, and name it`, () => {
    assert.throws(
      () => of(settings),
      (error) => error instanceof RouteError && problem.test(error.message),
    )
  })
}

test('all problems are told at once', () => {
  const settings = { 'org.x.a.b.c.v1': {}, [type]: { t: { enabled: 1, redacted: 2 } } }
  assert.throws(
    () => of(settings),
    (error) => error instanceof RouteError && error.problems.length === 3,
  )
})
