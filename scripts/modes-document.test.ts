import assert from 'node:assert/strict'
import test from 'node:test'
import { KINDS } from '../src/domain/progress/read-rule.ts'
import {
  EXTENDED_SCENARIOS,
  KEY_SCENARIOS,
  REJOINED_AFTER_3_MONTHS,
  SEED_SCENARIOS,
} from '../src/domain/progress/seed-scenarios.ts'
import { MODES } from '../src/domain/progress/mode.ts'
import { modesDocument } from './modes-document.ts'
import { STATUS_NAMES } from './modes-scenarios.ts'

const text = modesDocument()
const lines = text.split('\n')

/** The part of the document under one heading. */
function section(title: string): readonly string[] {
  const start = lines.indexOf(title)
  assert.ok(start >= 0, title)
  const end = lines.findIndex((line, index) => index > start && /^#{2,3} /.test(line))
  return lines.slice(start, end)
}

/** Cells of the tables of a part, heads included. */
function cells(part: readonly string[]): readonly (readonly string[])[] {
  return part.filter((line) => line.startsWith('| ')).map((line) => line.slice(2, -2).split(' | '))
}

test('all 30 answers of the tables stand in the document, as the tables have them, each with its explanation', () => {
  let answers = 0
  for (const scenario of SEED_SCENARIOS) {
    const part = section(`### ${scenario.title}`)
    const rows = cells(part)
    for (const [index, { action, progress, says }] of scenario.answers.entries()) {
      const number = String(index + 1)
      const row = rows.find(([first, done]) => first === number && done === action)
      assert.equal(row?.at(-1), STATUS_NAMES[progress], `${scenario.title}, row ${number}: ${action}`)
      const start = part.indexOf(`${number}. Row ${number}:`)
      const end = part.findIndex((line, at) => at > start && !line.startsWith('   - '))
      const why = part.slice(start + 1, end < 0 ? undefined : end).join('\n')
      for (const fragment of says) assert.ok(why.includes(fragment), `${fragment} is missing in:\n${why}`)
      answers += 1
    }
  }
  assert.equal(answers, 30)
})

test('all rows in the store stand in the document', () => {
  for (const { title, entries } of SEED_SCENARIOS) {
    const rows = cells(section(`### ${title}`)).filter((row) => row.length === 5 && row[0] !== '---')
    const found = rows.slice(1).map((row) => row.slice(0, 4).join(' '))
    const wanted = entries.map(({ collectionId, contextId, contentId, status }) =>
      [`“${collectionId}”`, `“${contextId}”`, `“${contentId}”`, STATUS_NAMES[status]].join(' '),
    )
    assert.deepEqual(found.sort(), wanted.sort(), title)
  }
})

test('every mode, condition, key, extended scenario and case of three months stands in the document with its answer', () => {
  for (const mode of MODES)
    assert.ok(
      lines.some((line) => line.startsWith(`| \`${mode}\` |`)),
      mode,
    )
  for (const kind of KINDS)
    assert.ok(
      lines.some((line) => line.startsWith(`| \`{"${kind}":`)),
      kind,
    )
  const rows = cells(lines)
  for (const { scenario } of KEY_SCENARIOS)
    assert.ok(
      rows.some(([first]) => first === scenario),
      scenario,
    )
  for (const { title, progress } of EXTENDED_SCENARIOS) {
    assert.equal(rows.find(([first]) => first === title)?.[5], STATUS_NAMES[progress], title)
  }
  for (const { case: name, progress } of REJOINED_AFTER_3_MONTHS) {
    assert.equal(rows.find(([first]) => first === name)?.at(-1), STATUS_NAMES[progress], name)
  }
})
