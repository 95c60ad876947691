/** What every row of a store at rest must be, with how it came to be. */
import type { KeyedRow, ProgressStore } from '../../src/ports/progress-store.ts'
import type { Copied } from '../../src/domain/progress/provenance.ts'
import { splitRow } from './facts.ts'
import type { Model } from './model.ts'
import { rowName, timesOf } from './school.ts'
import { CONTENTS, USERS } from './world.ts'

/** Rows that hold anything, compared with those of the model: status, source of a copy, and where a row moved to. */
export async function rowFaults(progress: ProgressStore, model: Model): Promise<readonly string[]> {
  const faults: string[] = []
  for (const userId of USERS) {
    for (const contentId of CONTENTS) {
      const { rows } = await progress.contentAccount(userId, contentId)
      const shown = new Map(rows.filter(holdsAny).map((row) => [rowId(row), rowText(row)]))
      const expected = expectedRows(model, userId, contentId)
      for (const row of new Set([...shown.keys(), ...expected.keys()])) {
        if (model.carried.inDoubt(splitRow(row.replace(/ .*/, '')).name)) continue
        const [is, wanted] = [shown.get(row), expected.get(row)]
        if (is !== wanted) faults.push(`at rest row ${row} is ${is ?? 'missing'} instead of ${wanted ?? 'missing'}`)
      }
    }
  }
  return faults
}

/** Rows that only wait to be viewed come and go with publications. */
function holdsAny({ provenance }: KeyedRow): boolean {
  return provenance.viewed || provenance.copied !== null || provenance.movedFrom.length > 0
}

/** A row that was left stands beside what its context shows now. */
function rowId({ key, provenance }: KeyedRow): string {
  return `${rowName(key)}${provenance.movedTo === null ? '' : ' left'}`
}

function rowText({ status, provenance: { copied, movedTo } }: KeyedRow): string {
  return `${String(status)}${copiedText(copied ?? undefined)}${movedTo === null ? '' : ` for ${movedTo.toContextId}`}`
}

function copiedText(copied: Copied | undefined): string {
  if (copied === undefined) return ''
  return ` copied from ${rowName(copied.from)} of ${String(copied.completedAt)} by ${copied.ruleId}`
}

function expectedRows(model: Model, userId: string, contentId: string): ReadonlyMap<string, string> {
  const rows = new Map<string, string>()
  const isOne = (row: string): boolean => row.startsWith(`${userId}|`) && row.endsWith(`|${contentId}`)
  for (const row of [...model.views.keys()].filter(isOne)) {
    const left = model.carried.leftFor(row)
    if (left !== undefined) {
      const { startedAt, completedAt } = timesOf(model.views.get(row) ?? [])
      rows.set(`${row} left`, `${startedAt === null ? '0' : completedAt === null ? '1' : '2'} for ${left}`)
    }
    const shown = model.carried.place(row)
    rows.set(shown, `${String(model.statusOf(shown))}${copiedText(model.carried.copied(shown))}`)
  }
  for (const place of model.places.filter((one) => one.userId === userId)) {
    const row = rowName({ ...place, contentId })
    const copied = model.carried.copied(row)
    if (copied !== undefined) rows.set(row, `${String(model.statusOf(row))}${copiedText(copied)}`)
  }
  return rows
}
