/** `manifest.json`: what an export is, and how each of its files must be. It is written last: without it there is no export. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MODES, type Mode } from '../../../domain/progress/mode.ts'
import { SCHEMA_VERSION } from '../schema.ts'
import { StoreRefused } from '../store-refused.ts'
import { KINDS } from './kinds.ts'

export const MANIFEST = 'manifest.json'

/** The form of exports. It changes when an earlier Waymark could not read them any more. */
const FORMAT = 1

/** One file of an export. */
export interface ExportedKind {
  readonly kind: string
  readonly file: string
  /** Lines. */
  readonly count: number
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

/** No time stands in it: of a store that does not change every export is the same. */
export interface Manifest {
  readonly format: number
  /** The version of Waymark that wrote it. */
  readonly waymark: string
  /** That of the store's tables. */
  readonly schema: number
  readonly mode: Mode
  /** In which calendar months of rules were counted, IANA name. */
  readonly timeZone: string
  readonly kinds: readonly ExportedKind[]
}

/** An export cannot be taken in: it is not whole, or not as it was written. Exit code 1. */
export class BrokenExport extends Error {
  constructor(file: string, fault: string, line?: number) {
    super(`${file}${line === undefined ? '' : `, line ${String(line)}`}: ${fault}`)
    this.name = 'BrokenExport'
  }
}

export function manifestText(about: Pick<Manifest, 'waymark' | 'mode' | 'timeZone' | 'kinds'>): string {
  const { waymark, mode, timeZone, kinds } = about
  const manifest: Manifest = { format: FORMAT, waymark, schema: SCHEMA_VERSION, mode, timeZone, kinds }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

/**
 * Reads the manifest of a folder and holds it to what this version knows.
 * @throws BrokenExport; StoreRefused where a newer version wrote it
 */
export function readManifest(folder: string): Manifest {
  const given = readObject(folder)
  const { format, schema, waymark, mode, timeZone, kinds } = given
  if (!isCount(format) || !isCount(schema)) throw broken('format and schema must be whole numbers')
  if (format > FORMAT || schema > SCHEMA_VERSION) {
    throw new StoreRefused(
      `the export ${folder} has format ${String(format)} and schema ${String(schema)}, this version of Waymark knows ${String(FORMAT)} and ${String(SCHEMA_VERSION)}: use the version that wrote it, or a newer one`,
    )
  }
  const known = MODES.find((one) => one === mode)
  if (known === undefined) throw broken('mode is none of those that there are')
  if (typeof waymark !== 'string' || typeof timeZone !== 'string') throw broken('waymark and timeZone must be text')
  if (!Array.isArray(kinds) || !kinds.every(isExportedKind)) {
    throw broken('kinds must be a list of kind, file, count, bytes and sha256')
  }
  checkKinds(kinds, schema)
  return { format, waymark, schema, mode: known, timeZone, kinds }
}

function broken(fault: string): BrokenExport {
  return new BrokenExport(MANIFEST, fault)
}

function readObject(folder: string): Readonly<Record<string, unknown>> {
  let text: string
  try {
    text = readFileSync(join(folder, MANIFEST), 'utf8')
  } catch {
    throw broken(`it is not in ${folder}: this is no export, or one that was ended before it was whole`)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Said below.
  }
  throw broken('it is no JSON object')
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isExportedKind(value: unknown): value is ExportedKind {
  if (typeof value !== 'object' || value === null) return false
  const { kind, file, count, bytes, sha256 } = value as Readonly<Record<string, unknown>>
  return (
    typeof kind === 'string' &&
    typeof file === 'string' &&
    isCount(count) &&
    isCount(bytes) &&
    typeof sha256 === 'string'
  )
}

/** Every kind once, under its name. */
function checkKinds(kinds: readonly ExportedKind[], schema: number): void {
  for (const { kind, file } of kinds) {
    if (KINDS.find((one) => one.name === kind)?.file !== file)
      throw broken(`${kind} in ${file} is no kind of an export`)
    if (kinds.filter((one) => one.kind === kind).length > 1) throw broken(`${kind} is in it more than once`)
  }
  for (const { name, since = 0 } of KINDS) {
    if (since <= schema && !kinds.some(({ kind }) => kind === name)) throw broken(`${name} is missing`)
  }
}
