import assert from 'node:assert/strict'
import test from 'node:test'
import { contextStatus, readDate, type Context } from './context.ts'

const iso = (text: string, zone: string, dayEnd: boolean): string | undefined => {
  const at = readDate(text, zone, dayEnd)
  return at === undefined ? undefined : new Date(at).toISOString()
}

const dates: readonly (readonly [text: string, zone: string, dayEnd: boolean, expected: string | undefined])[] = [
  ['2026-03-31', 'UTC', false, '2026-03-31T00:00:00.000Z'],
  ['2026-03-31', 'UTC', true, '2026-03-31T23:59:59.999Z'],
  ['2026-03-31', 'Asia/Kolkata', false, '2026-03-30T18:30:00.000Z'],
  ['2026-03-31', 'Asia/Kolkata', true, '2026-03-31T18:29:59.999Z'],
  ['2026-03-29', 'Europe/Berlin', true, '2026-03-29T21:59:59.999Z'],
  ['2026-03-31T10:00', 'Asia/Kolkata', true, '2026-03-31T04:30:00.000Z'],
  ['2026-03-31T10:00:00Z', 'Asia/Kolkata', true, '2026-03-31T10:00:00.000Z'],
  ['2026-03-31T10:00:00+05:30', 'UTC', true, '2026-03-31T04:30:00.000Z'],
  ['2026-02-30', 'UTC', false, undefined],
  ['31.03.2026', 'UTC', false, undefined],
  ['tomorrow', 'UTC', false, undefined],
  ['', 'UTC', false, undefined],
]

for (const [text, zone, dayEnd, expected] of dates) {
  test(`the date "${text}" in ${zone} ${dayEnd ? 'ends' : 'begins'} at ${expected ?? 'no time'}`, () => {
    assert.equal(iso(text, zone, dayEnd), expected)
  })
}

const context: Context = {
  collectionId: 'k',
  contextId: 'x',
  kind: 'batch',
  name: '',
  startsAt: 10,
  endsAt: 20,
  enrolmentEndsAt: null,
  statusSet: null,
  rules: null,
  startDate: null,
  endDate: null,
  enrollmentEndDate: null,
}

test('a context runs from its first to its last moment, both inside', () => {
  const statuses = [9, 10, 20, 21].map((at) => contextStatus(context, at))
  assert.deepEqual(statuses, ['upcoming', 'ongoing', 'ongoing', 'ended'])
})

test('a status set by hand wins over the dates; without dates a context runs', () => {
  assert.equal(contextStatus({ ...context, statusSet: 'ended' }, 15), 'ended')
  assert.equal(contextStatus({ ...context, startsAt: null, endsAt: null }, 15), 'ongoing')
})
