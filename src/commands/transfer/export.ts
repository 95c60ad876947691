import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import { progressBar, type Screen } from '../../progress-bar.ts'
import { openReadOnly } from '../../stores/sqlite/database.ts'
import { refuseMigrating, storedMode } from '../../stores/sqlite/stored-mode.ts'
import { copyStore } from '../../stores/sqlite/transfer/copy.ts'
import { KINDS } from '../../stores/sqlite/transfer/kinds.ts'
import { MANIFEST, type ExportedKind } from '../../stores/sqlite/transfer/manifest.ts'
import { writeExport } from '../../stores/sqlite/transfer/write-export.ts'
import { storeOptions, systemClock } from '../../wire.ts'
import { WrongUse } from '../wrong-use.ts'
import { exportText, type ExportReport } from './report.ts'

/** The state that is exported, while it is: a copy of the store. */
const COPY = 'store.part'

/** All that an export may leave where it fails. */
const FILES = [MANIFEST, ...KINDS.map(({ file }) => file)].flatMap((file) => [file, `${file}.part`])

/**
 * `waymark export`: writes everything of the store into a folder, and prints what. A server that runs goes on.
 * @throws as `exportStore`
 */
export async function exportTo(config: Config, folder: string, json: boolean): Promise<void> {
  const report = await exportStore(config, folder)
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : exportText(report))
}

/**
 * Writes everything of the store into a folder.
 * @param screen where progress is shown.
 * @throws WrongUse where something is in the folder; StoreRefused where there is no store, or one on its way to another mode
 */
export async function exportStore(
  config: Config,
  folder: string,
  screen: Screen = process.stderr,
): Promise<ExportReport> {
  const begun = performance.now()
  const mode = presentMode(config)
  refuseFilled(folder)
  const copy = join(folder, COPY)
  makeFolder(folder, copy)
  const kinds = await writeCopied(config, folder, copy, screen).catch((error: unknown) => {
    // Nothing is left that the next export would stumble over, or that names learners.
    for (const name of [COPY, ...FILES]) rmSync(join(folder, name), { recursive: true, force: true })
    throw error
  })
  rmSync(copy, { recursive: true })
  const rows = kinds.reduce((sum, { count }) => sum + count, 0)
  const bytes = kinds.reduce((sum, kind) => sum + kind.bytes, 0)
  const seconds = Math.round((performance.now() - begun) / 100) / 10
  return { folder, mode, rows, bytes, kinds, seconds }
}

async function writeCopied(
  config: Config,
  folder: string,
  copy: string,
  screen: Screen,
): Promise<readonly ExportedKind[]> {
  const copying = progressBar('copy', screen)
  const database = await copyStore(config.DATA, copy, storeOptions(config, systemClock), copying.update)
  copying.end()
  try {
    const writing = progressBar('export', screen)
    const about = { waymark: manifest.version, mode: storedMode(database), timeZone: config.TIME_ZONE }
    const kinds = writeExport(database, folder, about, writing.update)
    writing.end()
    return kinds
  } finally {
    database.close()
  }
}

/** Asked before anything is made in the folder. */
function presentMode({ DATA }: Config): Mode {
  const database = openReadOnly(join(DATA, 'waymark.db'))
  try {
    refuseMigrating(database)
    return storedMode(database)
  } finally {
    database.close()
  }
}

/** @throws WrongUse */
function refuseFilled(folder: string): void {
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return
    throw new WrongUse(`${folder} cannot be read as a folder (${String(code)}): name one that is new or empty`)
  }
  if (names.length === 0) return
  const left = !names.includes(MANIFEST) && names.some((name) => name.endsWith('.part'))
  throw new WrongUse(
    left
      ? `${folder} holds what an export left that was ended before it was whole: remove it, or name a folder that is new or empty`
      : `${folder} is not empty: name a folder that is new or empty`,
  )
}

/** @throws WrongUse where they cannot be made, or another export has begun */
function makeFolder(folder: string, copy: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    mkdirSync(copy, { mode: 0o700 })
  } catch (error) {
    throw new WrongUse(`${folder} cannot be made or filled (${error instanceof Error ? error.message : String(error)})`)
  }
}
