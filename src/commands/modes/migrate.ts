/** `waymark modes migrate`: takes the store to another mode. It may end at any moment and be run again. */
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { crashAt } from '../../crash-at.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { StoredRule } from '../../domain/progress/stored-rule.ts'
import { progressBar, type Screen } from '../../progress-bar.ts'
import { openReadOnly } from '../../stores/sqlite/database.ts'
import { openSqliteStore, type SqliteStore } from '../../stores/sqlite/store.ts'
import { StoreRefused } from '../../stores/sqlite/store-refused.ts'
import { sayMigrating, storedMigration, storedMode, type Migration } from '../../stores/sqlite/stored-mode.ts'
import { storeOptions, systemClock } from '../../wire.ts'
import { AGGREGATOR } from '../../workers/aggregate.ts'
import { CARRIER } from '../../workers/carry-over.ts'
import { REPUBLISHER } from '../../workers/republish.ts'
import { catchUp } from '../catch-up.ts'
import type { ModeOptions } from './dry-run.ts'
import { migrateText, type MigrateReport } from './migrate-text.ts'
import { readRulesFile, rulesAfter } from './rules-file.ts'

const NOTHING = { learners: 0, rekeyed: 0, enrolments: 0, percentages: 0 }
const CONSUMERS = [CARRIER, AGGREGATOR, REPUBLISHER].map(({ name }) => name)

/**
 * Takes the store to another mode and prints what was done.
 * @throws WrongUse for a rules file that cannot be read; FolderInUse; StoreRefused where there is no store, or one that is
 * on its way to another mode
 */
export async function migrate(config: Config, options: ModeOptions): Promise<void> {
  const report = await changeMode(config, options.to, readRulesFile(options.rules))
  process.stdout.write(options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : migrateText(report))
}

/**
 * Takes the store to another mode, or goes on with that.
 * @param list rules that take the place of the instance's.
 * @param screen where progress is shown.
 * @throws as `migrate`
 */
export async function changeMode(
  config: Config,
  to: Mode,
  list: readonly StoredRule[] | undefined,
  screen: Screen = process.stderr,
): Promise<MigrateReport> {
  const begun = performance.now()
  const { mode, migration } = present(config)
  if (migration !== undefined) refuseAnother(migration, to, list)
  else if (mode === to) return { from: to, to, changed: false, ...NOTHING, seconds: 0 }
  else {
    screen.write(`From mode ${mode} to ${to}. A copy of ${config.DATA} made before is the only way back.\n`)
    await begin(config, mode, to, list)
  }
  const { from, done } = await goOn(config, to, screen)
  const seconds = Math.round((performance.now() - begun) / 100) / 10
  return { from, to, changed: true, ...done, seconds }
}

function present({ DATA }: Config): { readonly mode: Mode; readonly migration: Migration | undefined } {
  const database = openReadOnly(join(DATA, 'waymark.db'))
  try {
    return { mode: storedMode(database), migration: storedMigration(database) }
  } finally {
    database.close()
  }
}

/** @throws StoreRefused where something else was begun than is asked for now */
function refuseAnother(migration: Migration, to: Mode, list: readonly StoredRule[] | undefined): void {
  if (migration.to !== to) throw new StoreRefused(sayMigrating(migration))
  if (list === undefined || isDeepStrictEqual(migration.list, list)) return
  throw new StoreRefused(`${sayMigrating(migration)}; it began with other rules: leave --rules out`)
}

/** In the former mode everything is brought to its end; then the change is noted, and nothing else opens the store. */
async function begin(config: Config, from: Mode, to: Mode, list: readonly StoredRule[] | undefined): Promise<void> {
  const former = { ...config, MODE: from }
  const store = await openStore(former)
  try {
    const rules = rulesAfter(await store.catalogue.rules(), list) ?? null
    const failure = await catchUp(former, store)
    if (failure !== undefined) {
      throw new Error(`nothing was changed, because the workers cannot catch up: ${failure}`)
    }
    await store.fold()
    const migration = { from, to, at: Date.now(), list: list ?? null, rules, after: '', done: NOTHING }
    await store.modeChange.begin(migration)
  } finally {
    await store.close()
  }
}

async function goOn(config: Config, to: Mode, screen: Screen): Promise<Migration> {
  const store = await openStore({ ...config, MODE: to }, true)
  try {
    const { modeChange, catalogue } = store
    let migration = modeChange.underWay
    if (migration?.to !== to)
      throw new StoreRefused('another command has changed the store meanwhile: run this one again')
    for (const rule of migration.rules ?? []) await catalogue.putRule(rule)
    const total = migration.done.learners + modeChange.waiting
    const bar = progressBar('migrate', screen)
    for (let last = -1; migration.done.learners > last; bar.update(last, total)) {
      last = migration.done.learners
      migration = await modeChange.step(migration, config.REPUBLISH_PAGE)
    }
    bar.end()
    await modeChange.finish(migration, CONSUMERS)
    return migration
  } finally {
    await store.close()
  }
}

function openStore(config: Config, migrating = false): Promise<SqliteStore> {
  const reach = crashAt(process.env['CRASH_AT'])
  return openSqliteStore({ ...storeOptions(config, systemClock), migrating, reach })
}
