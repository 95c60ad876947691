/** The names that plugins rely on: none may go without a word. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as events from 'waymark/events'
import * as testing from 'waymark/events/testing'
import { OPENEDX_EVENTS, WAYMARK_EVENTS } from './public-events/catalogue/all.ts'

test('plugins find by these names what they define, consume and test events with', () => {
  const names = `definePublicEvent field opt record list map boolean bytes datetime double long string uuid opaqueKey asKey
    Bytes catalogueOf consumerGroup inTransaction afterCommit Refusal Unreadable DefinitionError PayloadError EventTooLarge`
  for (const name of names.split(/\s+/)) assert.ok(name in events, name)
  assert.deepEqual(Object.keys(testing).sort(), ['fake', 'roundTrip', 'testBus'])
})

test('every event of the catalogue has a name there: a new one in a file of its subject needs no other line', () => {
  const named = new Set<unknown>(Object.values(events))
  for (const event of WAYMARK_EVENTS.values()) assert.ok(named.has(event), event.type)
  const theirs = new Set<unknown>(Object.values(events.openedx))
  for (const event of OPENEDX_EVENTS.values()) assert.ok(theirs.has(event), event.type)
})
