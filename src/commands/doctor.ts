/** `waymark doctor`: what the installation is, whether it is sound, in plain words. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { carriesOver, type Mode } from '../domain/progress/mode.ts'
import { progressBar } from '../progress-bar.ts'
import { FolderInUse } from '../stores/sqlite/lock.ts'
import { openSqliteStore, type SqliteStore } from '../stores/sqlite/store.ts'
import type { Finding } from '../stores/sqlite/verify.ts'
import { storeOptions, systemClock } from '../wire.ts'
import { AGGREGATOR } from '../workers/aggregate.ts'
import { CARRIER } from '../workers/carry-over.ts'
import { RELAY } from '../workers/publish/relay.ts'
import { REPUBLISHER } from '../workers/republish.ts'
import { catchUp } from './catch-up.ts'
import { servedGroups, storedGroups, workerCheck, type Check } from './doctor-groups.ts'

export interface DoctorReport {
  readonly sound: boolean
  readonly checks: readonly Check[]
  readonly findings: readonly Finding[]
}

/**
 * Checks configuration, data folder and store; with `verify` also every invariant, repairing derived rows.
 * @returns whether everything is sound, or was put right.
 * @throws FolderInUse where `verify` is asked of a folder that a server uses; StoreRefused
 */
export async function doctor(
  config: Config,
  options: { readonly verify: boolean; readonly json: boolean },
): Promise<boolean> {
  const report = await examine(config, options.verify)
  if (options.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  else process.stdout.write(reportText(report))
  return report.sound
}

async function examine(config: Config, verify: boolean): Promise<DoctorReport> {
  const checks = [
    {
      check: 'configuration',
      ok: true,
      detail: `mode ${config.MODE}, profile ${config.PROFILE}, time zone ${config.TIME_ZONE}`,
    },
    ...folderChecks(config),
  ]
  if (!existsSync(join(config.DATA, 'waymark.db'))) {
    checks.push({ check: 'store', ok: true, detail: 'there is none yet: it is made at the first start' })
    return reportOf(checks, [])
  }
  let store: SqliteStore
  try {
    store = await openSqliteStore(storeOptions(config, systemClock))
  } catch (error) {
    if (verify || !(error instanceof FolderInUse)) throw error
    checks.push({
      check: 'store',
      ok: true,
      detail: 'a running server uses it: ask its /health/ready, or stop it to look closer',
    })
    checks.push(...((await servedGroups(config)) ?? []))
    return reportOf(checks, [])
  }
  try {
    checks.push(...(await storeChecks(store, config)), ...(await storedGroups(config, store)))
    return reportOf(checks, verify ? await verifyAll(config, store, checks) : [])
  } finally {
    await store.close()
  }
}

/** What lies in the data folder holds learners' data and the token key: nobody else may read it. */
function folderChecks(config: Config): readonly Check[] {
  if (!existsSync(config.DATA))
    return [{ check: 'data folder', ok: true, detail: `${config.DATA} is made at the first start` }]
  const mine = (path: string): boolean => (statSync(path).mode & 0o077) === 0
  const open = ['', 'waymark.db', 'token-key.json']
    .map((name) => join(config.DATA, name))
    .filter((path) => existsSync(path) && !mine(path))
  const detail =
    open.length === 0
      ? `${config.DATA}, readable by its owner alone`
      : `others can read ${open.join(', ')}: chmod go= it`
  return [{ check: 'data folder', ok: open.length === 0, detail }]
}

async function storeChecks(store: SqliteStore, { MODE: mode }: Config): Promise<readonly Check[]> {
  const durable = store.durability.startsWith('FULL')
  const last = await store.log.last()
  const checks: Check[] = [{ check: 'durability', ok: durable, detail: store.durability }]
  const counts = await store.log.deadLetterCounts()
  for (const reader of [...(carriesOver(mode) ? [CARRIER] : []), AGGREGATOR, REPUBLISHER, RELAY]) {
    const { name, types } = reader
    const position = await store.log.position(name)
    const behind = await store.log.count(position, 1, types)
    checks.push(workerCheck({ name, behind, position, last, dead: counts.get(name) ?? 0 }))
  }
  if (carriesOver(mode)) checks.push(await rulesCheck(store, mode))
  return checks
}

/** Without a rule nothing is ever carried over, which nobody who chose such a mode wants. */
async function rulesCheck(store: SqliteStore, mode: Mode): Promise<Check> {
  const rules = await store.catalogue.rules()
  const waiting = store.uncarried()
  const detail =
    rules.length === 0
      ? `there is none, so mode ${mode} carries nothing over: make one with POST /v1/rules (docs/how-to/rules.md)`
      : `${String(rules.length)}, ${String(waiting)} enrolments wait to be carried over`
  return { check: 'rules', ok: true, detail }
}

async function verifyAll(config: Config, store: SqliteStore, checks: Check[]): Promise<readonly Finding[]> {
  const failure = await catchUp(config, store)
  if (failure !== undefined) {
    const detail = `not compared, because the workers cannot catch up: ${failure}`
    checks.push({ check: 'invariants', ok: false, detail })
    return []
  }
  const bar = progressBar('verify')
  const { summaries, views, findings } = await store.verify((done, total) => {
    bar.update(done, total)
  })
  bar.end()
  const repaired = findings.filter((finding) => finding.repaired).length
  checks.push({
    check: 'invariants',
    ok: findings.length === repaired,
    detail: `${String(views)} views and ${String(summaries)} summaries compared, ${String(findings.length)} found wrong, ${String(repaired)} put right`,
  })
  return findings
}

function reportOf(checks: readonly Check[], findings: readonly Finding[]): DoctorReport {
  return { sound: checks.every((check) => check.ok), checks, findings }
}

function reportText({ checks, findings }: DoctorReport): string {
  const lines = checks.map(({ check, ok, detail }) => `${ok ? 'ok   ' : 'WRONG'} ${check.padEnd(18)} ${detail}`)
  const found = findings.map(
    ({ check, found, repaired }) => `      ${repaired ? 'repaired' : 'NOT REPAIRED'}: ${check}: ${found}`,
  )
  return `${[...lines, ...found].join('\n')}\n`
}
