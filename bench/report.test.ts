import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareReports, readReport } from './compare.ts'
import type { Measure } from './measure.ts'
import { isValid, reportScenario, reportTargets, type Report } from './report.ts'
import { slopeOf } from './target-formulas.ts'

const row = (id: string, figures: Partial<Measure>): readonly [string, Measure] => [
  id,
  { id, what: '', errors: 0, check: '', ...figures },
]
const round = (cpuUs: number, rate = 20_000): ReadonlyMap<string, Measure> =>
  new Map([row('F0 beside S1', { cpuUs: 20, rate: 40_000 }), row('S1', { cpuUs, rate, check: 'ok' })])

function reportOf(targets = reportTargets([round(34), round(34.2), round(34.8)])): Report {
  const machine = { cpu: '', cores: 2, kernel: '', node: '', sqlite: '', durability: 'FULL' }
  const load = { before: '', after: '' }
  const when = { date: '2026-11-21T12:00:00.000Z', commit: 'c', seconds: {} }
  return { ...when, machine, seed: 1, scale: 'quick', load, valid: true, targets, scenarios: [] }
}

test('every target T1 to T20 stands in the report, with a figure or with the reason why there is none', () => {
  const { targets } = reportOf()
  const ids = Array.from({ length: 20 }, (_, index) => `T${String(index + 1)}`)
  assert.deepEqual(
    targets.map(({ id }) => id),
    ids,
  )
  for (const { id, value, why } of targets) assert.ok(value !== null || (why ?? '') !== '', id)
})

test('a target is the median of the ratios of each round, with must, stretch and gate', () => {
  const [first] = reportOf().targets
  assert.deepEqual(first, {
    id: 'T1',
    unit: 'x F0 CPU',
    must: 2,
    stretch: 1.5,
    better: 'lower',
    value: 1.71,
    pass: true,
    rounds: [1.7, 1.71, 1.74],
    gate: true,
    gate_value: 1.7,
  })
})

test('a gate has slack or a limit of its own, a target has neither', () => {
  const t1 = (cpuUs: number) => reportTargets([round(cpuUs)])[0]
  const history = (times: number) => [
    row('S11 history 10', { cpuUs: 10 }),
    row('S11 history 10000', { cpuUs: 10 * times }),
  ]
  const t8 = (times: number) => reportTargets([new Map(history(times))]).find(({ id }) => id === 'T8')
  assert.deepEqual([t1(63)?.pass, t1(63)?.gate], [false, true])
  assert.deepEqual([t1(65)?.pass, t1(65)?.gate], [false, false])
  assert.deepEqual([t8(1.2)?.pass, t8(1.2)?.gate], [false, true])
  assert.deepEqual([t8(1.3)?.pass, t8(1.3)?.gate], [false, false])
})

test('where the rounds lie far apart the gate looks at processor times alone', () => {
  const targets = reportTargets([round(34, 5000), round(34, 20_000), round(34, 9000)])
  const t2 = targets.find(({ id }) => id === 'T2')
  assert.deepEqual([t2?.noisy, t2?.pass, t2?.gate], [true, false, true])
})

test('a row that the loader spoilt gives no figure', () => {
  const spoilt = new Map([...round(34), row('S1', { cpuUs: 34, invalid: 'loader (busy 90.0 %)' })])
  const [t1] = reportTargets([spoilt])
  assert.equal(t1?.value, null)
  assert.match(t1?.why ?? '', /loader/)
})

test('a wrong result or an error voids the whole run', () => {
  assert.equal(isValid([round(34)]), true)
  assert.equal(isValid([new Map([row('S1', { check: 'WRONG: u1: progress 3, wanted 4' })])]), false)
  assert.equal(isValid([new Map([row('S1', { errors: 1 })])]), false)
})

test('a scenario has the fields that scripts read', () => {
  const [, measure] = row('S1', { rate: 21_000, cpuUs: 31, p50: 1.1, p99: 4.9, p999: 9.8, check: 'ok' })
  assert.deepEqual(reportScenario(measure), {
    id: 'S1',
    what: '',
    rate: 21_000,
    cpu_us: 31,
    p50_ms: 1.1,
    p99_ms: 4.9,
    p999_ms: 9.8,
    written_bytes: null,
    rss_mb: null,
    errors: 0,
    check: 'ok',
  })
})

test('a comparison names the change of every target, in words', () => {
  const later = reportOf(reportTargets([round(40)]))
  const text = compareReports(readReport(JSON.stringify(reportOf())), later)
  assert.match(text, /^T1: 1\.71 -> 2\.00 x F0 CPU \(\+17\.0 %, worse\)$/m)
  assert.match(text, /^T6: none -> none/m)
  assert.throws(() => readReport('{}'), TypeError)
})

test('the slope of a line through three sizes is found', () => {
  const { slope, intercept } = slopeOf([
    [10, 13],
    [50, 41],
    [200, 146],
  ])
  assert.ok(Math.abs(slope - 0.7) < 1e-9)
  assert.ok(Math.abs(intercept - 6) < 1e-9)
})
