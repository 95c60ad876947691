import type { Mode } from '../../domain/progress/mode.ts'
import type { ExportedKind } from '../../stores/sqlite/transfer/manifest.ts'
import type { Finding } from '../../stores/sqlite/verify.ts'

/** What `waymark export --json` prints. */
export interface ExportReport {
  readonly folder: string
  readonly mode: Mode
  /** Lines of all kinds. */
  readonly rows: number
  readonly bytes: number
  readonly kinds: readonly ExportedKind[]
  readonly seconds: number
}

/** A webhook whose secret this installation cannot open: it was sealed with another token key. */
export interface SealedOff {
  readonly webhookId: string
  readonly url: string
}

/** What `waymark import --json` prints. */
export interface ImportReport {
  readonly folder: string
  /** The data folder. */
  readonly data: string
  readonly mode: Mode
  /** Lines of all kinds. */
  readonly rows: number
  readonly kinds: readonly Pick<ExportedKind, 'kind' | 'count'>[]
  /** In which rules counted calendar months before, and in which they do now. */
  readonly timeZone: { readonly exported: string; readonly present: string }
  /** What raw rows break: the exported store broke it already. */
  readonly findings: readonly Finding[]
  readonly sealedOff: readonly SealedOff[]
  readonly seconds: number
}

/** What was exported, in plain words. */
export function exportText({ folder, mode, rows, bytes, kinds, seconds }: ExportReport): string {
  return [
    ...countLines(kinds),
    `Exported ${String(rows)} rows (${String(bytes)} bytes) of a store in mode ${mode} to ${folder} in ${String(seconds)} s.`,
    'The token key is not among them: keep a copy of token-key.json apart from it.',
    '',
  ].join('\n')
}

/** What was imported, in plain words. */
export function importText(report: ImportReport): string {
  const { folder, data, mode, rows, kinds, timeZone, findings, sealedOff, seconds } = report
  const { exported, present } = timeZone
  return [
    ...countLines(kinds),
    `Imported ${String(rows)} rows from ${folder} into ${data} in ${String(seconds)} s. The file is sound.`,
    ...findings.map(({ check, found }) => `As it was in the exported store, it does not hold that ${check}: ${found}.`),
    ...(exported === present
      ? []
      : [
          `Rules counted months in ${exported}, WAYMARK_TIME_ZONE is ${present}: set it to ${exported} to have it as it was.`,
        ]),
    ...sealedOff.map(
      ({ webhookId, url }) =>
        `The secret of webhook ${webhookId} (${url}) cannot be opened with the token key of ${data}.`,
    ),
    ...(sealedOff.length === 0
      ? []
      : [
          `Put the former token-key.json into ${data} before the first start, or give each of them a new secret (POST /v1/webhooks/ID/rotate-secret): until then its deliveries fail.`,
        ]),
    `Start it with WAYMARK_MODE=${mode}; bin/waymark doctor --verify compares every summary with what learners did.`,
    '',
  ].join('\n')
}

function countLines(kinds: readonly { readonly kind: string; readonly count: number }[]): readonly string[] {
  const filled = kinds.filter(({ count }) => count > 0)
  return filled.map(({ kind, count }) => `  ${kind.padEnd(16)} ${String(count)}`)
}
