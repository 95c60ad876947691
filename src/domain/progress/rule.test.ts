import assert from 'node:assert/strict'
import test from 'node:test'
import { WaymarkError, type ErrorCode } from '../errors.ts'
import type { ContextTimes } from './context.ts'
import { readRule, readRules, RULE_CONDITIONS_MAX, RULES_MAX } from './read-rule.ts'
import { rulesInForce, tryRule, tryRules, windowStart, type RuleCase } from './rule.ts'
import { REJOINED_AFTER_3_MONTHS } from './seed-scenarios.ts'

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds
const context = (startsAt: string | null, endsAt: string | null): ContextTimes => ({
  startsAt: startsAt === null ? null : at(startsAt),
  endsAt: endsAt === null ? null : at(endsAt),
  statusSet: null,
})
const NOW = '2026-04-15T12:00:00Z'
const onCase = (about: Partial<RuleCase>): RuleCase => ({
  completedAt: null,
  sourceContext: undefined,
  targetContext: undefined,
  at: at(NOW),
  timeZone: 'UTC',
  ...about,
})

for (const { case: name, timeZone, completed, rejoined, progress } of REJOINED_AFTER_3_MONTHS) {
  test(`completed within 3 months, ${name}: ${progress === 2 ? 'yes' : 'no'}`, () => {
    const rule = readRule({ id: 'recent', any: [{ completedWithin: 'P3M' }] })
    const { holds } = tryRule(rule, onCase({ completedAt: at(completed), at: at(rejoined), timeZone }))
    assert.equal(holds, progress === 2)
  })
}

const STARTS: readonly (readonly [duration: string, moment: string, zone: string, start: string])[] = [
  ['P3M', '2026-05-31T12:00:00Z', 'UTC', '2026-02-28T12:00:00Z'],
  ['P3M', '2028-05-31T12:00:00Z', 'UTC', '2028-02-29T12:00:00Z'],
  ['P1Y', '2028-02-29T12:00:00Z', 'UTC', '2027-02-28T12:00:00Z'],
  ['P1D', '2026-03-29T12:00:00+02:00', 'Europe/Berlin', '2026-03-28T12:00:00+01:00'],
  ['PT24H', '2026-03-29T12:00:00+02:00', 'Europe/Berlin', '2026-03-28T11:00:00+01:00'],
  ['P2W', '2026-03-15T00:00:00Z', 'UTC', '2026-03-01T00:00:00Z'],
]
for (const [duration, moment, zone, start] of STARTS) {
  test(`${duration} before ${moment} in ${zone} is ${start}`, () => {
    assert.equal(windowStart(duration, at(moment), zone), at(start))
  })
}

test('a content that is not complete, or is complete only later, is within no window', () => {
  const rule = readRule({ id: 'recent', any: [{ completedWithin: 'P3M' }] })
  assert.equal(tryRule(rule, onCase({})).holds, false)
  assert.equal(tryRule(rule, onCase({ completedAt: at(NOW) })).holds, true)
  assert.equal(tryRule(rule, onCase({ completedAt: at(NOW) + 1 })).holds, false)
})

test('completed during the context: from its first to its last moment, both inside, open where it has no date', () => {
  const rule = readRule({ id: 'during', any: [{ completedDuring: 'context' }] })
  const year = context('2026-01-01T00:00:00Z', '2026-12-31T23:59:59.999Z')
  const during = (completed: string, targetContext: ContextTimes | undefined): boolean =>
    tryRule(rule, onCase({ completedAt: at(completed), targetContext })).holds
  assert.deepEqual(
    ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00Z'].map(
      (completed) => during(completed, year),
    ),
    [false, true, true, false],
  )
  assert.equal(during('1999-01-01T00:00:00Z', context(null, null)), true)
  assert.equal(during(NOW, undefined), false)
})

test('the context of the source is ongoing, or it is not, or there is none', () => {
  const rule = readRule({ id: 'ongoing', any: [{ sourceContext: 'ongoing' }] })
  const statuses = [
    context('2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z'),
    context('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
    context('2026-05-01T00:00:00Z', null),
    undefined,
  ].map((sourceContext) => {
    const { holds, findings } = tryRule(rule, onCase({ sourceContext }))
    const [finding] = findings
    return [holds, finding?.kind === 'source-context' ? finding.status : undefined]
  })
  assert.deepEqual(statuses, [
    [true, 'ongoing'],
    [false, 'ended'],
    [false, 'upcoming'],
    [false, 'none'],
  ])
})

test('an answer names the conditions that decided it, with the dates compared', () => {
  const rule = readRule({
    id: 'both',
    all: [{ any: [{ completedWithin: 'P1D' }, { completedWithin: 'P3M' }] }, { completedDuring: 'context' }],
  })
  const completedAt = at('2026-03-01T00:00:00Z')
  const held = tryRule(rule, onCase({ completedAt, targetContext: context(null, null) }))
  assert.deepEqual(held, {
    ruleId: 'both',
    holds: true,
    findings: [
      {
        kind: 'completed-within',
        holds: true,
        duration: 'P3M',
        completedAt,
        after: at('2026-01-15T12:00:00Z'),
        at: at(NOW),
      },
      { kind: 'completed-during', holds: true, completedAt, inContext: true, startsAt: null, endsAt: null },
    ],
  })
  const failed = tryRule(rule, onCase({ completedAt: at('2025-01-01T00:00:00Z') }))
  assert.deepEqual(
    failed.findings.map((finding) => [finding.kind, finding.holds]),
    [
      ['completed-within', false],
      ['completed-within', false],
    ],
  )
})

test('rules are tried in their order up to the first that holds', () => {
  const rules = readRules([
    { id: 'never', any: [{ sourceContext: 'ongoing' }] },
    { id: 'ever', any: [{ always: true }] },
    { id: 'unread', any: [{ always: true }] },
  ])
  assert.deepEqual(
    tryRules(rules, onCase({})).map(({ ruleId, holds }) => [ruleId, holds]),
    [
      ['never', false],
      ['ever', true],
    ],
  )
})

test('a context takes the rules that it names, or those of the instance; naming none is having none', () => {
  const [a, b] = [readRule({ id: 'a', any: [{ always: true }] }), readRule({ id: 'b', any: [{ always: true }] })]
  const known = new Map([a, b].map((rule) => [rule.id, rule]))
  assert.deepEqual(rulesInForce(null, ['a'], known), [a])
  assert.deepEqual(rulesInForce(['b', 'a', 'gone'], ['a'], known), [b, a])
  assert.deepEqual(rulesInForce([], ['a'], known), [])
})

test('the rules of the specification are read as they stand', () => {
  const rules: unknown = JSON.parse(`[
    { "id": "recent-or-during", "any": [ { "completedWithin": "P3M" }, { "completedDuring": "context" }, { "always": true } ] },
    { "id": "ongoing-batch",    "any": [ { "sourceContext": "ongoing" } ] }
  ]`)
  assert.deepEqual(readRules(rules), rules)
})

const within = (duration: unknown): unknown => ({ id: 'r', any: [{ completedWithin: duration }] })
const nested = (depth: number): unknown => (depth === 0 ? { always: true } : { any: [nested(depth - 1)] })

const REFUSED: readonly (readonly [what: string, rule: unknown, code: ErrorCode, field: string | undefined])[] = [
  ['no object', 'P3M', 'INVALID_FIELD', undefined],
  ['no id', { any: [{ always: true }] }, 'MISSING_FIELD', 'id'],
  ['an empty id', { id: '', any: [{ always: true }] }, 'INVALID_ID', 'id'],
  ['no conditions', { id: 'r' }, 'MISSING_FIELD', 'any'],
  ['any of none', { id: 'r', any: [] }, 'INVALID_FIELD', 'any'],
  ['no list', { id: 'r', all: { always: true } }, 'INVALID_FIELD', 'all'],
  ['any and all', { id: 'r', any: [{ always: true }], all: [{ always: true }] }, 'RULE_CONTRADICTS', 'all'],
  ['a condition at the top', { id: 'r', always: true }, 'UNKNOWN_FIELD', 'always'],
  ['an unknown kind', { id: 'r', any: [{ completedBefore: 'P3M' }] }, 'UNKNOWN_FIELD', 'any[0].completedBefore'],
  ['an inherited name', JSON.parse('{"id":"r","any":[{"__proto__":1}]}'), 'UNKNOWN_FIELD', 'any[0].__proto__'],
  ['an empty condition', { id: 'r', any: [{}] }, 'MISSING_FIELD', 'any[0].any'],
  [
    'two kinds in one',
    { id: 'r', any: [{ completedWithin: 'P3M', completedDuring: 'context' }] },
    'RULE_CONTRADICTS',
    'any[0].completedDuring',
  ],
  [
    'two windows at once',
    { id: 'r', all: [{ completedWithin: 'P3M' }, { completedWithin: 'P1M' }] },
    'RULE_CONTRADICTS',
    'all[1].completedWithin',
  ],
  ['always not', { id: 'r', any: [{ always: false }] }, 'RULE_CONTRADICTS', 'any[0].always'],
  ['another context', { id: 'r', any: [{ completedDuring: 'source' }] }, 'INVALID_FIELD', 'any[0].completedDuring'],
  ['another status', { id: 'r', any: [{ sourceContext: 'ended' }] }, 'INVALID_FIELD', 'any[0].sourceContext'],
  ['too deep', { id: 'r', any: [nested(4)] }, 'JSON_TOO_DEEP', 'any[0].any[0].any[0].any[0].any'],
  [
    'too many conditions',
    { id: 'r', any: Array.from({ length: RULE_CONDITIONS_MAX + 1 }, () => ({ always: true })) },
    'RULE_TOO_LARGE',
    'any',
  ],
  ...['-P3M', 'P0D', 'PT0S', 'PT0.5S', 'P101Y', 'P999999999Y', 'P3', '3 months', '', 'P-3M', 90, null].map(
    (duration) =>
      [
        `the duration ${JSON.stringify(duration)}`,
        within(duration),
        'INVALID_DURATION',
        'any[0].completedWithin',
      ] as const,
  ),
]
for (const [what, rule, code, field] of REFUSED) {
  test(`a rule with ${what} is refused: ${code} at ${field ?? 'the rule itself'}`, () => {
    assert.throws(
      () => readRule(rule),
      (error) => {
        assert.ok(error instanceof WaymarkError)
        assert.deepEqual([error.code, error.field], [code, field])
        return true
      },
    )
  })
}

test('durations from one second to one hundred years are read, in one form', () => {
  for (const [sent, read] of [
    ['PT1S', 'PT1S'],
    ['P100Y', 'P100Y'],
    ['p3m', 'P3M'],
    ['P1Y2M3W4DT5H', 'P1Y2M3W4DT5H'],
  ]) {
    assert.deepEqual(readRule(within(sent)), within(read))
  }
  assert.doesNotThrow(() => readRule({ id: 'r', any: [nested(3)] }))
})

test('rules of one list differ by id, and there are not too many', () => {
  const rule = { id: 'r', any: [{ always: true }] }
  const refusal = (value: unknown): unknown => {
    try {
      return readRules(value, 'rules')
    } catch (error) {
      return error instanceof WaymarkError ? [error.code, error.field] : error
    }
  }
  assert.deepEqual(refusal([rule, rule]), ['RULE_CONTRADICTS', 'rules[1].id'])
  assert.deepEqual(refusal([{ id: 'r', any: [{ always: 1 }] }]), ['INVALID_FIELD', 'rules[0].any[0].always'])
  assert.deepEqual(refusal(rule), ['INVALID_FIELD', 'rules'])
  assert.deepEqual(refusal(Array.from({ length: RULES_MAX + 1 }, () => rule)), ['RULE_TOO_LARGE', 'rules'])
})
