/**
 * `node moving-in.ts FOLDER ENROLMENTS`: has the commands do what they do for somebody who moves in, each in a process of its
 * own: an export of Sunbird is imported, all summaries are lost and repaired, the store is exported and imported again.
 * Prints what each took as JSON.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { learner, writeExport } from './sunbird-export.ts'

/** What one command did. */
export interface Step {
  /** Rows, enrolments or lines. */
  readonly items: number
  readonly seconds: number
  /** Most memory that its process held at once, megabytes; undefined of the floor. */
  readonly peakMb?: number | undefined
}

export interface MovingIn {
  readonly enrolments: number
  /** The same lines, kept as they are. */
  readonly floor: Step
  readonly imported: Step
  readonly repaired: Step
  readonly exported: Step
  readonly loaded: Step
  /** Rows of enrolments and aggregates that claim something else than is recomputed, and how many were made so. */
  readonly differing: { readonly found: number; readonly made: number }
  readonly refused: number
  /** Summaries that repairing made anew. */
  readonly remade: number
  /** Whether the second export is the first, byte for byte. */
  readonly identical: boolean
}

const BIN = join(import.meta.dirname, '../bin/waymark')
const SEED = 1
/** Lines of one commit of the floor: as many as an import takes. */
const AT_ONCE = 1000

interface ImportFigures {
  readonly tables: Readonly<Record<string, { readonly read: number; readonly refused: number }>>
  readonly differing: number
}

async function waymark(
  data: string,
  ...args: readonly string[]
): Promise<{ report: unknown; step: Omit<Step, 'items'> }> {
  const begun = performance.now()
  const child = spawn(BIN, [...args, '--json'], {
    env: { ...process.env, WAYMARK_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [told, talk]: [string[], string[]] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => told.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => talk.push(text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`waymark ${args.join(' ')} failed (${String(code)}): ${talk.join('').slice(-2000)}`)
  const peaks = [...talk.join('').matchAll(/(\d+) MB of memory at most/g)].map(([, mb]) => Number(mb))
  const step = { seconds: (performance.now() - begun) / 1000, peakMb: Math.max(...peaks) }
  return { report: JSON.parse(told.join('')) as unknown, step }
}

/** Reads every line of the export and keeps it as a row, durably. */
async function floorOf(folder: string, path: string): Promise<Step> {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE line (file TEXT, text TEXT) STRICT')
  const insert = database.prepare('INSERT INTO line VALUES (?, ?)')
  const begun = performance.now()
  let items = 0
  database.exec('BEGIN')
  for (const file of readdirSync(folder)) {
    for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
      insert.run(file, line)
      items += 1
      if (items % AT_ONCE === 0) database.exec('COMMIT; BEGIN')
    }
  }
  database.exec('COMMIT')
  const seconds = (performance.now() - begun) / 1000
  database.close()
  return { items, seconds }
}

function loseSummaries(data: string): void {
  const database = new DatabaseSync(join(data, 'waymark.db'))
  database.exec('DELETE FROM summary')
  database.close()
}

/**
 * Rows that say something else than what happened, as the generator makes them: an enrolment and its aggregate each, where
 * there is one; and enrolments in which a content was begun and none is complete.
 */
function madeWrong(enrolments: number): number {
  let made = 0
  for (let index = 0; index < enrolments; index += 1) {
    const { aggregated, done } = learner(SEED, index)
    if (aggregated !== done) made += aggregated === 0 ? 1 : 2
    else if (done === 0) made += 1
  }
  return made
}

async function moveIn(folder: string, enrolments: number): Promise<MovingIn> {
  const at = (name: string): string => join(folder, name)
  mkdirSync(folder, { recursive: true })
  await writeExport(at('export'), { enrolments, seed: SEED })
  const floor = await floorOf(at('export'), at('floor.db'))

  const imported = await waymark(at('data'), 'import', 'sunbird', at('export'))
  const { tables, differing } = imported.report as ImportFigures
  const counts = Object.values(tables)
  loseSummaries(at('data'))
  const repaired = await waymark(at('data'), 'repair')
  const { looked, differed } = repaired.report as { readonly looked: number; readonly differed: number }
  const exported = await waymark(at('data'), 'export', at('out'))
  const loaded = await waymark(at('second'), 'import', at('out'))
  const again = await waymark(at('second'), 'export', at('out again'))
  const kindsOf = (report: unknown): string => JSON.stringify((report as { readonly kinds: unknown }).kinds)
  const lines = (exported.report as { readonly rows: number }).rows
  return {
    enrolments,
    floor,
    imported: { items: counts.reduce((sum, { read }) => sum + read, 0), ...imported.step },
    repaired: { items: looked, ...repaired.step },
    exported: { items: lines, ...exported.step },
    loaded: { items: lines, ...loaded.step },
    differing: { found: differing, made: madeWrong(enrolments) },
    refused: counts.reduce((sum, { refused }) => sum + refused, 0),
    remade: differed,
    identical: kindsOf(exported.report) === kindsOf(again.report),
  }
}

const [folder = '', enrolments = ''] = process.argv.slice(2)
try {
  process.stdout.write(JSON.stringify(await moveIn(folder, Number(enrolments))))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
