/** `waymark events check` and `snapshot`: the stored schemas, and what this version would add to them. */
import type { Installed } from '../../plugins.ts'
import { ALL_EVENTS } from '../../public-events/catalogue/all.ts'
import { catalogueOf, type Catalogue } from '../../public-events/kernel/catalogue.ts'
import type { Finding } from '../../public-events/kernel/history.ts'
import { checkHistory } from '../../public-events/kernel/history-check.ts'
import { nextSnapshots } from '../../public-events/kernel/history-next.ts'
import { readHistory, SCHEMA_FOLDER, writeSnapshots } from '../../schema-folder.ts'

/** A folder of stored schemas, and the events that it is to hold. */
interface Kept {
  readonly catalogue: Catalogue
  readonly folder: string
}

/** Ours, and those of plugins that keep some. */
function keptBy({ plugins }: Installed): readonly Kept[] {
  const theirs = plugins.flatMap(({ events = [], schemas }) => {
    return schemas === undefined ? [] : [{ catalogue: catalogueOf(events), folder: schemas }]
  })
  return [{ catalogue: ALL_EVENTS, folder: SCHEMA_FOLDER }, ...theirs]
}

/**
 * Prints what is wrong with the stored schemas; nothing is changed.
 * @returns whether nothing is; warnings do not count
 */
export function check(json: boolean, installed: Installed): boolean {
  const histories = keptBy(installed).map(({ catalogue, folder }) => ({ catalogue, history: readHistory(folder) }))
  const findings = histories.flatMap(({ catalogue, history }) => checkHistory(catalogue, history))
  const events = histories.reduce((sum, { catalogue }) => sum + catalogue.size, 0)
  const schemas = histories.reduce((sum, { history }) => sum + history.lock.length, 0)
  const sound = isSound(findings)
  if (json) print({ sound, events, schemas, findings })
  else if (sound) process.stdout.write(`${String(schemas)} stored schemas hold for ${String(events)} events\n`)
  if (!json) complain(findings)
  return sound
}

/**
 * Stores what is not stored yet.
 * @returns whether it could: nothing is stored in a folder while anything else is wrong with it
 */
export function snapshot(json: boolean, installed: Installed): boolean {
  const results = keptBy(installed).map(store)
  const findings = results.flatMap((result) => result.findings)
  const stored = results.flatMap(({ snapshots }) =>
    snapshots.map(({ entry: { id, type, minor } }) => ({ id, type, minor })),
  )
  const sound = isSound(findings)
  if (json) print({ sound, stored, findings })
  else {
    for (const { type, minor } of stored) process.stdout.write(`stored ${type} ${String(minor)}\n`)
    if (sound && stored.length === 0) process.stdout.write('everything is stored already\n')
    complain(findings)
  }
  return sound
}

function store({ catalogue, folder }: Kept): ReturnType<typeof nextSnapshots> {
  const history = readHistory(folder)
  const next = nextSnapshots(catalogue, history)
  if (next.snapshots.length > 0) writeSnapshots(folder, history, next.snapshots)
  return next
}

function isSound(findings: readonly Finding[]): boolean {
  return !findings.some(({ severity }) => severity === 'error')
}

function complain(findings: readonly Finding[]): void {
  for (const { type, minor, severity, problem } of findings) {
    process.stderr.write(`${severity}: ${type} ${String(minor)} ${problem}\n`)
  }
}

function print(report: unknown): void {
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
}
