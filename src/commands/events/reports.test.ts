import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CollectionCompleted, LiveEventPublished, openedx } from 'waymark/events'
import { BadgeAwarded, badges } from '../../../test/support/badge-plugin.ts'
import { BARE, type Installed } from '../../plugins.ts'
import { catalogueOf } from '../../public-events/kernel/catalogue.ts'
import { PROGRESS_EVENTS } from '../../workers/publish/progress-events.ts'
import { eventsDocument } from './document.ts'
import { eventReports, type EventReport } from './reports.ts'

const WITH_BADGES: Installed = {
  plugins: [badges({ sent: [], failures: 0 })],
  catalogue: catalogueOf([...BARE.catalogue.values(), BadgeAwarded]),
  published: catalogueOf([...BARE.published.values(), BadgeAwarded]),
}

function reportOf(type: string, installed: Installed): EventReport {
  const found = eventReports(installed).find((report) => report.type === type)
  assert.ok(found)
  return found
}

test('of every event it is told who sends it, or that nobody does', () => {
  const sent = new Set(PROGRESS_EVENTS.map(([{ type }]) => type))
  for (const { type, sentBy, own, typicalBytes } of eventReports(BARE)) {
    assert.equal(sentBy.length > 0, sent.has(type), type)
    assert.equal(own, type.startsWith('org.waymark.'))
    assert.ok(typicalBytes > 0 && typicalBytes < 4_096, type)
  }
  const text = eventsDocument(BARE)
  const about = (type: string): string => text.slice(text.indexOf(`### \`${type}\``)).split('| Field')[0] ?? ''
  assert.match(about(CollectionCompleted.type), /- sent by the progress core \(collection-completed\)\n/)
  assert.match(about(LiveEventPublished.type), /- defined, not sent by this version yet\n/)
  assert.match(about(openedx.CourseEnrollmentCreated.type), /- read, not sent by Waymark\n/)
})

test('events of plugins are told of, and who consumes what in groups and in the commit', () => {
  const badge = reportOf(BadgeAwarded.type, WITH_BADGES)
  assert.deepEqual([badge.sentBy, badge.own, badge.minors], [['plugin badges'], true, [{ minor: 0, added: [] }]])
  assert.deepEqual(badge.consumers, [{ kind: 'group', name: 'receiver:badge-mail', plugin: 'badges' }])
  assert.deepEqual(reportOf(CollectionCompleted.type, WITH_BADGES).consumers, [
    { kind: 'group', name: 'badges', plugin: 'badges', description: 'awards badges' },
  ])
  const text = eventsDocument(WITH_BADGES)
  assert.match(text, /## org.example: learning\n\n### `org.example.learning.badge.awarded.v1`/)
  assert.match(text, /- consumers: group `badges` of plugin badges, awards badges\n/)
  assert.match(text, /- consumers: receiver in the commit `closed-collections` of plugin badges\n/)
})
