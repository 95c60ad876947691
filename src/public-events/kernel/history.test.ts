import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { catalogueOf } from './catalogue.ts'
import { makeEvent } from './define.ts'
import { checkHistory } from './history-check.ts'
import { nextSnapshots } from './history-next.ts'
import type { Finding, History, LockEntry, Snapshot } from './history.ts'
import type { PublicEvent } from './public-event.ts'
import { boolean, long, string } from './scalar.ts'
import { field, opt, record, type Field } from './shape.ts'

const TYPE = 'org.example.a.b.c.v1'
const about = { description: 'It was.', producer: 'p', key: 'it.id', topics: ['t'], since: '1' } as const
const FIELDS = { id: field(string, 'id', { pii: 'identifier' }), on: field(boolean, 'on'), note: opt(string, 'note') }
const EMPTY: History = { lock: [], snapshots: [] }

function event(minor: number, fields: Record<string, Field>, more: Partial<PublicEvent> = {}): PublicEvent {
  const root = record('CloudEvent', '', { it: field(record('It', '', fields), '') })
  return makeEvent({ ...about, type: TYPE, minor, root, ...more })
}

/** As the commands store: what is next, with hashes. */
function store(history: History, ...events: readonly PublicEvent[]): History {
  const { snapshots, findings } = nextSnapshots(catalogueOf(events), history)
  assert.deepEqual(findings, [])
  const hashed = snapshots.map(({ entry, text }) => ({ entry, text, sha256: hash(text) }))
  return {
    lock: [...history.lock, ...hashed.map(({ entry, sha256 }): LockEntry => ({ ...entry, sha256 }))],
    snapshots: [
      ...history.snapshots,
      ...hashed.map(({ entry: { type, minor }, text, sha256 }): Snapshot => ({ type, minor, text, sha256 })),
    ],
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function problems(history: History, ...events: readonly PublicEvent[]): readonly string[] {
  return checkHistory(catalogueOf(events), history).map(({ severity, problem }: Finding) => `${severity}: ${problem}`)
}

const FIRST = event(0, FIELDS)
const STORED = store(EMPTY, FIRST)

test('an event that is stored as it is derived is sound', () => {
  assert.deepEqual(problems(STORED, FIRST), [])
  assert.deepEqual(nextSnapshots(catalogueOf([FIRST]), STORED), { snapshots: [], findings: [] })
})

test('an event that is not stored is found, and stored with the next number', () => {
  assert.deepEqual(problems(EMPTY, FIRST), ['error: is not stored: run bin/waymark events snapshot'])
  const second = event(0, FIELDS, { type: 'org.example.a.b.d.v1' })
  const { lock } = store(STORED, FIRST, second)
  assert.deepEqual(
    lock.map(({ id, type, minor, pii }) => [id, type, minor, pii]),
    [
      [1, TYPE, 0, ['it.id']],
      [2, 'org.example.a.b.d.v1', 0, ['it.id']],
    ],
  )
})

test('optional fields may be added with the next minor, in every place, and what was stored stays', () => {
  const next = event(1, { more: opt(long, 'more'), ...FIELDS, last: opt(string, 'last') })
  const history = store(STORED, next)
  assert.deepEqual(history.snapshots[0], STORED.snapshots[0])
  assert.deepEqual(problems(history, next), [])
})

test('a changed schema needs the next minor, and no other', () => {
  const fields = { ...FIELDS, more: opt(long, 'more') }
  assert.deepEqual(problems(STORED, event(0, fields)), [
    'error: is not what is stored: raise its minor to 1, then run bin/waymark events snapshot',
  ])
  assert.deepEqual(problems(STORED, event(2, fields)), ['error: has minor 0 stored: the next is 1'])
  assert.deepEqual(problems(EMPTY, event(1, FIELDS)), ['error: is new and begins with minor 0'])
})

const { on, ...WITHOUT_ON } = FIELDS
const BREAKS: Readonly<Record<string, readonly [fields: Record<string, Field>, problem: RegExp]>> = {
  'a required field is added': [
    { ...FIELDS, more: field(boolean, '') },
    /new readers of old bytes: it.more is required/,
  ],
  'a required field is removed': [WITHOUT_ON, /old readers of new bytes: it.on is required and not written/],
  'a required field becomes optional': [
    { ...FIELDS, on: opt(boolean, '') },
    /old readers of new bytes: it.on may be null/,
  ],
  'an optional field becomes required': [
    { ...FIELDS, note: field(string, '') },
    /new readers of old bytes: it.note may be null/,
  ],
  'a field is renamed': [{ ...WITHOUT_ON, off: on }, /it.off is required[^]*it.on is required/],
  'a field gets another type': [{ ...FIELDS, on: field(long, '') }, /it.on is boolean, read as long/],
  'a tag of personal data is lost': [
    { ...FIELDS, id: field(string, '') },
    /no longer tags as personal since minor 0: it.id/,
  ],
}

for (const [what, [fields, problem]] of Object.entries(BREAKS)) {
  test(`it is a break where ${what}, and nothing is stored then`, () => {
    const broken = event(1, fields)
    assert.match(problems(STORED, broken).join('\n'), problem)
    assert.deepEqual(nextSnapshots(catalogueOf([broken]), STORED).snapshots, [])
  })
}

test('a break with an older minor is found although the newest would bear it', () => {
  const withMore = event(1, { ...FIELDS, more: opt(long, 'more') })
  const history = store(STORED, withMore)
  // Another type of the same name: nothing against minor 0, which has no such field.
  assert.match(problems(history, event(2, { ...FIELDS, more: opt(string, 'more') })).join(), /breaks since minor 1/)
  // Back to minor 0 in a new minor: minor 1 bears that too.
  assert.deepEqual(problems(store(history, event(2, FIELDS)), event(2, FIELDS)), [])
  const third = store(store(history, event(2, FIELDS)), event(3, { ...FIELDS, other: opt(long, '') }))
  assert.match(problems(third, event(4, { ...FIELDS, more: opt(string, '') })).join(), /breaks since minor 1/)
})

test('another key and a lost topic are breaks; another topic more is none', () => {
  const other = { ...FIELDS, id2: opt(string, '') }
  const added = event(1, other, { topics: ['t', 'u'] })
  assert.deepEqual(problems(store(STORED, added), added), [])
  assert.match(problems(STORED, event(1, other, { topics: ['u'] })).join(), /left a topic since minor 0: t/)
  assert.match(problems(STORED, event(1, FIELDS, { key: 'it.note' })).join(), /another key since minor 0.*it.id/)
})

test('another order is only a warning', () => {
  const { id, ...rest } = FIELDS
  const turned = event(1, { ...rest, id })
  assert.match(problems(store(EMPTY, FIRST), turned).join(), /warning: has fields in another order/)
  assert.equal(nextSnapshots(catalogueOf([turned]), STORED).snapshots.length, 1)
})

test('a break that is masked by editing the stored file is refused, also where the lock is edited with it', () => {
  // What upstream did: a new required field, and the stored file made to say that it has a default.
  const broken = event(0, { ...FIELDS, enabled: field(boolean, 'enabled') })
  const [stored] = STORED.snapshots
  const [entry] = STORED.lock
  assert.ok(stored && entry)
  const schema = JSON.parse(store(EMPTY, broken).snapshots[0]?.text ?? '') as {
    fields: [{ type: { fields: { name: string; default?: unknown }[] } }]
  }
  for (const one of schema.fields[0].type.fields) if (one.name === 'enabled') one.default = true
  const text = `${JSON.stringify(schema, undefined, 2)}\n`
  const edited = { ...stored, text, sha256: hash(text) }
  assert.match(
    problems({ lock: STORED.lock, snapshots: [edited] }, broken).join(),
    /was edited: a stored schema is never changed/,
  )
  const both = { lock: [{ ...entry, sha256: edited.sha256 }], snapshots: [edited] }
  assert.match(problems(both, broken).join(), /is not what is stored/)
})

test('white space counts: what is stored is compared byte for byte', () => {
  const [stored] = STORED.snapshots
  assert.ok(stored)
  const text = `${stored.text} `
  const snapshots = [{ ...stored, text, sha256: hash(text) }]
  assert.deepEqual(problems({ ...STORED, snapshots }, FIRST).length, 1)
})

test('a file that is lost, one that slipped in, one that is no schema, and a number that was changed are found', () => {
  const [stored] = STORED.snapshots
  const [entry] = STORED.lock
  assert.ok(stored && entry)
  assert.match(problems({ ...STORED, snapshots: [] }, FIRST).join(), /there is no file/)
  const more = [stored, { ...stored, minor: 1 }]
  assert.match(problems({ ...STORED, snapshots: more }, FIRST).join(), /a file that the lock does not know/)
  assert.match(problems({ ...STORED, snapshots: [{ ...stored, text: '{' }] }, FIRST).join(), /cannot be read/)
  assert.match(
    problems({ ...STORED, lock: [{ ...entry, id: 2 }] }, FIRST).join(),
    /has number 2 in the lock in place 1/,
  )
})

test('an event that was published stays', () => {
  assert.match(problems(STORED).join(), /was published and is gone/)
})
