import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { ownKey, OWN_KEY_FILE } from '../../http/token-keys.ts'
import type { Webhook } from '../../ports/webhooks.ts'
import { progressBar, type Screen } from '../../progress-bar.ts'
import { openReadOnly } from '../../stores/sqlite/database.ts'
import { StoreRefused } from '../../stores/sqlite/store-refused.ts'
import { buildStore } from '../../stores/sqlite/transfer/build-store.ts'
import { readManifest } from '../../stores/sqlite/transfer/manifest.ts'
import { webhookKey } from '../../wire-webhooks.ts'
import { Vault } from '../../workers/webhooks/vault.ts'
import { WrongUse } from '../wrong-use.ts'
import { importText, type ImportReport, type SealedOff } from './report.ts'

/**
 * `waymark import`: makes a store of an export, and prints what is in it.
 * @throws as `importStore`
 */
export function importFrom(config: Config, folder: string, json: boolean): void {
  const report = importStore(config, folder)
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : importText(report))
}

/**
 * Makes a store of an export, in the data folder.
 * @param screen where progress is shown.
 * @throws WrongUse where there is no such folder; BrokenExport; FolderInUse; StoreRefused where a newer version wrote it, it
 * is of another mode, or there is a store already: nothing was changed
 */
export function importStore(config: Config, folder: string, screen: Screen = process.stderr): ImportReport {
  const begun = performance.now()
  if (!existsSync(folder)) throw new WrongUse(`there is no folder ${folder}: name that of an export`)
  const manifest = readManifest(folder)
  const { mode, kinds, timeZone } = manifest
  if (mode !== config.MODE) {
    throw new StoreRefused(
      `the export was written in mode ${mode}, WAYMARK_MODE is ${config.MODE}: set it to ${mode}; the store can be taken to the other mode afterwards with bin/waymark modes migrate --to ${config.MODE}`,
    )
  }
  const bar = progressBar('import', screen)
  const findings = buildStore(folder, manifest, config.DATA, bar.update)
  bar.end()
  return {
    folder,
    data: config.DATA,
    mode,
    rows: kinds.reduce((sum, { count }) => sum + count, 0),
    kinds: kinds.map(({ kind, count }) => ({ kind, count })),
    timeZone: { exported: timeZone, present: config.TIME_ZONE },
    findings,
    sealedOff: sealedOff(config.DATA),
    seconds: Math.round((performance.now() - begun) / 100) / 10,
  }
}

/** Where there is no key yet, none is made: that of the former installation may yet be put there. */
function sealedOff(data: string): readonly SealedOff[] {
  const vault = existsSync(join(data, OWN_KEY_FILE)) ? new Vault(webhookKey(ownKey(data))) : undefined
  const database = openReadOnly(join(data, 'waymark.db'))
  try {
    return database
      .prepare('SELECT data FROM webhook ORDER BY webhook')
      .all()
      .flatMap((row) => {
        // As it was registered.
        const { id, url, secrets } = JSON.parse(String(row['data'])) as Webhook
        const [newest] = secrets
        return newest !== undefined && vault?.open(newest.sealed) !== undefined ? [] : [{ webhookId: id, url }]
      })
  } finally {
    database.close()
  }
}
