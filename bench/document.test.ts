import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentOf } from './document.ts'
import { historyLine } from './history.ts'
import type { Measure, Round } from './measure.ts'
import { reportScenario, reportTargets, type Report } from './report.ts'
import { costOf } from './scenarios/catch-up.ts'
import { hotMbOf } from './scenarios/hot-statuses.ts'

const row = (id: string, figures: Partial<Measure>): readonly [string, Measure] => [
  id,
  { id, what: `what ${id} is`, errors: 0, check: 'ok', ...figures },
]

const ROWS: Round = new Map([
  row('F0', { rate: 40_000, cpuUs: 20, check: '' }),
  row('F0 beside S1', { rate: 40_000, cpuUs: 20, check: '' }),
  row('S1', { rate: 22_000, cpuUs: 36, floor: 'F0 beside S1' }),
  row('S11 history 10', { cpuUs: 30 }),
  row('S11 history 10000', { cpuUs: 31 }),
  row('S11 history 100000', { cpuUs: 33 }),
  row('S11 small store', { p50: 0.1, values: { rows: 10_000 } }),
  row('S11 main store', { p50: 0.11, values: { rows: 10_000_000 } }),
  row('S11 10 leaves', { cpuUs: 12 }),
  row('S11 50 leaves', { cpuUs: 32 }),
  row('S11 200 leaves', { cpuUs: 107 }),
  row('S12 first', { cpuUs: 30, rssMb: 100 }),
  row('S12 last', { cpuUs: 31, rssMb: 140, values: { earlyRequests: 60_000, requests: 1_000_000 } }),
])

function reportOf(rows: Round): Report {
  return {
    date: '2026-11-21T12:00:00.000Z',
    commit: 'abc1234',
    machine: { cpu: 'Some CPU', cores: 2, kernel: '6.1', node: 'v26', sqlite: '3.53', durability: 'FULL' },
    seed: 1,
    scale: 'full',
    load: { before: '0', after: '1' },
    seconds: {},
    valid: true,
    targets: reportTargets([rows, rows]),
    scenarios: [...rows.values()].map(reportScenario),
  }
}

test('the document says with which commit and command it was made, on what machine, and what each figure is', () => {
  const text = documentOf(reportOf(ROWS), ROWS)
  assert.match(text, /`bin\/waymark bench --write-docs` at commit `abc1234` on 2026-11-21/)
  assert.match(text, /^- Some CPU, 2 cores, Linux 6\.1, Node v26, SQLite 3\.53, durability FULL$/m)
  assert.match(text, /^\| T1 \| processor time of one durable update \| 1\.80 \| .* \| pass \| 1\.80 to 1\.80 \|/m)
  assert.match(text, /^\| T6 .* \| no figure \| .*no learning record store/m)
  assert.match(text, /^- T1: processor time of the server/m)
  const [, floors = '', scenarios = ''] = text.split(/## Floors|## Scenarios/)
  assert.match(floors, /^\| F0 beside S1 \|/m)
  assert.doesNotMatch(scenarios, /^\| F0 /m)
  assert.match(scenarios, /^\| S1 \| 22000 \| 0\.55 \|/m)
})

test('the document shows what more history, store, leaves and uptime cost, as slopes', () => {
  const text = documentOf(reportOf(ROWS), ROWS)
  assert.match(text, /\| history of a learner \| 10 \/ 10,000 \/ 100,000 rows \| 30\.0 \/ 31\.0 \/ 33\.0 us CPU/)
  assert.match(text, /\| size of the store \| 10,000 \/ 10,000,000 rows \| 100 \/ 110 us p50 of an update \| 1\.0 per/)
  assert.match(text, /\| leaves of a course \| .* \| 0\.50 per leaf \|/)
  assert.match(text, /\| uptime \| 60,000 \/ 1,000,000 requests \| 30\.0 \/ 31\.0 us CPU/)
})

test('a line of the history holds date, commit, machine and figures', () => {
  const line = JSON.parse(historyLine(reportOf(ROWS))) as Record<string, unknown>
  assert.deepEqual(
    { date: line['date'], commit: line['commit'], valid: line['valid'] },
    { date: '2026-11-21T12:00:00.000Z', commit: 'abc1234', valid: true },
  )
  assert.equal((line['targets'] as Record<string, unknown>)['T1'], 1.8)
  assert.equal((line['rates'] as Record<string, unknown>)['S1'], 22_000)
})

test('memory that grows by more than it may is told of with T10', () => {
  const grown = row('S12 last', { cpuUs: 31, values: { rssBeforeMb: 100, rssAfterMb: 140 } })
  const t10 = reportTargets([new Map([...ROWS, grown])]).find(({ id }) => id === 'T10')
  assert.match(t10?.fault ?? '', /from 100 to 140 MB/)
})

test('a gate that was to be measured and has no figure is missed; one that was not asked for is none', () => {
  const gateOf = (ran: readonly string[]) =>
    reportTargets([new Map()], new Set(ran)).find(({ id }) => id === 'T4')?.gate
  assert.equal(gateOf(['S1', 'S4']), false)
  assert.equal(gateOf(['S4']), undefined)
})

test('the cost of a stretch of the log is that between looks inside it', () => {
  const looks = [0, 90, 100, 150, 150, 199, 230].map((done, index) => ({ done, at: index * 10, cpuMs: index * 5 }))
  assert.deepEqual(costOf(looks, 100, 200), { rate: (99 * 1000) / 30, cpuUs: (15 * 1000) / 99 })
  assert.deepEqual(costOf(looks, 199, 210), { rate: (11 * 1000) / 10, cpuUs: (5 * 1000) / 11 })
  assert.deepEqual(costOf([], 0, 10), {})
})

test('memory of fewer statuses is continued to a million by what the second half added', () => {
  const memory = (megabytes: number) => ({ heapUsed: megabytes * 1e6, arrayBuffers: 0, external: 0 })
  const found = { before: memory(30), half: memory(40), after: memory(42), quiet: memory(41) }
  assert.equal(hotMbOf({ statuses: 200_000, ...found }).toFixed(1), '20.0')
  assert.equal(hotMbOf({ statuses: 1_000_000, ...found }).toFixed(1), '12.0')
})
