/** `waymark events check` and `snapshot`: the stored schemas, and what this version would add to them. */
import { ALL_EVENTS } from '../../public-events/catalogue/all.ts'
import type { Catalogue } from '../../public-events/kernel/catalogue.ts'
import type { Finding } from '../../public-events/kernel/history.ts'
import { checkHistory } from '../../public-events/kernel/history-check.ts'
import { nextSnapshots } from '../../public-events/kernel/history-next.ts'
import { readHistory, SCHEMA_FOLDER, writeSnapshots } from './schema-folder.ts'

/**
 * Prints what is wrong with the stored schemas; nothing is changed.
 * @returns whether nothing is; warnings do not count
 */
export function check(json: boolean, catalogue: Catalogue = ALL_EVENTS, folder: string = SCHEMA_FOLDER): boolean {
  const history = readHistory(folder)
  const findings = checkHistory(catalogue, history)
  const sound = !findings.some(({ severity }) => severity === 'error')
  if (json) print({ sound, events: catalogue.size, schemas: history.lock.length, findings })
  else if (sound)
    process.stdout.write(`${String(history.lock.length)} stored schemas hold for ${String(catalogue.size)} events\n`)
  if (!json) complain(findings)
  return sound
}

/**
 * Stores what is not stored yet.
 * @returns whether it could: nothing is stored while anything else is wrong
 */
export function snapshot(json: boolean, catalogue: Catalogue = ALL_EVENTS, folder: string = SCHEMA_FOLDER): boolean {
  const history = readHistory(folder)
  const { snapshots, findings } = nextSnapshots(catalogue, history)
  const sound = !findings.some(({ severity }) => severity === 'error')
  if (sound && snapshots.length > 0) writeSnapshots(folder, history, snapshots)
  const stored = snapshots.map(({ entry: { id, type, minor } }) => ({ id, type, minor }))
  if (json) print({ sound, stored, findings })
  else {
    for (const { type, minor } of stored) process.stdout.write(`stored ${type} ${String(minor)}\n`)
    if (sound && stored.length === 0) process.stdout.write('everything is stored already\n')
    complain(findings)
  }
  return sound
}

function complain(findings: readonly Finding[]): void {
  for (const { type, minor, severity, problem } of findings) {
    process.stderr.write(`${severity}: ${type} ${String(minor)} ${problem}\n`)
  }
}

function print(report: unknown): void {
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
}
