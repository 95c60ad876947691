/**
 * One byte of a stopped store changed by the disk: `doctor --verify` finds it, or every answer is as before (reliability
 * K5). SQLite keeps no checksum of its pages, so a byte inside a stored text or number may change unseen; how often is
 * counted and printed. `FLIPS_SEED` repeats a run.
 */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { startApp } from '../support/app.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'
import { seeded } from '../../src/demo/random.ts'
import { folderOfThisFile, runWithin } from './support-server.ts'

const SEED = Number(process.env['FLIPS_SEED'] ?? 4_711)
const FILE = 'waymark.db'
const LEARNERS = 400
const CONTENTS = ['c0', 'c1', 'c2', 'c3']
/** Tables that are no index themselves: the others are WITHOUT ROWID. */
const TABLES: ReadonlySet<string> = new Set(['log', 'content', 'participation', 'summary', 'intake'])
/** What answers are made of. Summaries are derived, so they may be repaired. */
const RAW = ['content', 'participation', 'view', 'attempt', 'collection', 'context', 'log', 'meta']

/** One byte to change. */
interface Flip {
  readonly what: string
  /** Whether the byte says how the file is built, and so must be noticed where it matters. */
  readonly structural: boolean
  readonly offset: number
}

/** A store with pages of every kind, stopped. */
async function fill(folder: string): Promise<void> {
  const app = await startApp({}, new SimulatedClock(), folder)
  const ok = async (method: string, path: string, request: object): Promise<void> => {
    const { status } = await app.call(method, path, { request })
    assert.ok(status < 300, path)
  }
  const children = CONTENTS.map((identifier) => ({ identifier, description: 'd'.repeat(3_000) }))
  await ok('PUT', '/v1/collection/maths', { content: { identifier: 'maths', children } })
  await ok('PUT', '/v1/context/maths/batch', { kind: 'batch' })
  const learners = Array.from({ length: LEARNERS }, (_, number) => `learner-${String(number)}-${'x'.repeat(60)}`)
  const at = { collectionId: 'maths', contextId: 'batch' }
  for (const userId of learners) await ok('POST', '/v1/enrolment/enrol', { userId, ...at })
  await Promise.all(
    learners.map((userId, number) => {
      const details = number % 40 === 0 ? { page: 'p'.repeat(9_000) } : { page: 'p'.repeat(100) }
      const items = CONTENTS.slice(0, 1 + (number % 4)).flatMap((contentId) => [
        { ...at, op: 'start', id: 's', clientTime: app.clock.nowMs() - 5_000, contentId, progressDetails: details },
        { ...at, op: 'end', id: 'e', clientTime: app.clock.nowMs() - 1_000, contentId },
      ])
      return ok('POST', '/v1/view/batch', { userId, items })
    }),
  )
  for (const userId of learners.slice(0, 60)) {
    const event = { eid: 'ASSESS', ets: app.clock.nowMs(), edata: { item: { id: 'q1', maxscore: 3 }, score: 1.33 } }
    await ok('POST', '/v1/assessment/submit', { userId, ...at, contentId: 'c1', attemptId: 'a', assessments: [event] })
  }
  await app.waymark.idle()
  await app.waymark.stop()
  // Free pages, as deleting learners leaves them.
  const database = new DatabaseSync(join(folder, FILE))
  database.exec(`CREATE TABLE gone (data TEXT);
    INSERT INTO gone SELECT '${'g'.repeat(3_000)}' FROM view LIMIT 40; DROP TABLE gone;`)
  database.close()
}

/** One to three bytes of a page of every kind, and of every part of the header of the file that matters. */
function chooseFlips(path: string): readonly Flip[] {
  const random = seeded(SEED).next
  const below = (limit: number): number => Math.floor(random() * limit)
  const bytes = readFileSync(path)
  const size = bytes.readUInt16BE(16)
  const database = new DatabaseSync(path, { readOnly: true })
  const pages = database
    .prepare('SELECT pageno, pagetype, name FROM dbstat')
    .all()
    .map((row) => ({
      page: Number(row['pageno']),
      kind: `${String(row['pagetype'])} of ${TABLES.has(String(row['name'])) ? 'a table' : 'an index'}`,
    }))
  database.close()
  const used = new Set(pages.map(({ page }) => page))
  const kinds = Map.groupBy(
    pages.filter(({ page }) => page !== 1),
    ({ kind }) => kind,
  )
  const pick = (kind: string): number => {
    const found = kinds.get(kind) ?? []
    const chosen = found[below(found.length)]
    if (chosen === undefined) throw new Error(`the store has no ${kind}: ${[...kinds.keys()].join(', ')}`)
    return (chosen.page - 1) * size
  }
  const flips: Flip[] = []
  for (const kind of ['leaf of a table', 'internal of a table', 'leaf of an index', 'internal of an index']) {
    const header = kind.startsWith('internal') ? 12 : 8
    const [type, counted, pointers, cell] = [pick(kind), pick(kind), pick(kind), pick(kind)]
    flips.push({ what: `type of a page, ${kind}`, structural: true, offset: type })
    // Number of cells, and where they begin.
    flips.push({ what: `header of a page, ${kind}`, structural: true, offset: counted + 3 + below(4) })
    flips.push({ what: `pointer to a cell, ${kind}`, structural: true, offset: pointers + header + below(2) })
    const first = bytes.readUInt16BE(cell + header)
    flips.push({ what: `inside a cell, ${kind}`, structural: false, offset: cell + first + 12 + below(30) })
  }
  const overflow = pick('overflow of an index')
  flips.push({ what: 'link of an overflow page', structural: true, offset: overflow + 3 })
  flips.push({ what: 'text on an overflow page', structural: false, offset: overflow + 4 + below(200) })
  const trunk = (bytes.readUInt32BE(32) - 1) * size
  flips.push({ what: 'length of the list of free pages', structural: true, offset: trunk + 7 })
  flips.push({ what: 'entry of the list of free pages', structural: true, offset: trunk + 11 })
  const free = (bytes.readUInt32BE(trunk + 8) - 1) * size
  assert.ok(!used.has(free / size + 1))
  flips.push({ what: 'inside a free page', structural: true, offset: free + below(size) })
  for (const [what, offset] of [
    ['first words of the file', below(16)],
    ['size of a page', 16],
    ['number of pages', 31],
    ['number of free pages', 39],
    ['text encoding', 59],
    ['version of the schema', 63],
  ] as const) {
    flips.push({ what, structural: true, offset })
  }
  return flips
}

/** Everything that answers are made of, as text; undefined where it cannot be read. */
function rawRows(path: string): string | undefined {
  try {
    const database = new DatabaseSync(path, { readOnly: true })
    const rows = RAW.map((table) => database.prepare(`SELECT * FROM ${table}`).all())
    database.close()
    return JSON.stringify(rows)
  } catch {
    return undefined
  }
}

type Fate = 'found' | 'harmless' | 'undetected' | 'no end'

async function fateOf(origin: string, wanted: string, flip: Flip, mask: number): Promise<readonly [Fate, string]> {
  const folder = join(folderOfThisFile(), 'data')
  mkdirSync(folder, { mode: 0o700 })
  copyFileSync(join(origin, 'token-key.json'), join(folder, 'token-key.json'))
  const bytes = readFileSync(join(origin, FILE))
  bytes.writeUInt8(bytes.readUInt8(flip.offset) ^ mask, flip.offset)
  writeFileSync(join(folder, FILE), bytes, { mode: 0o600 })
  const { code, stdout, stderr } = await runWithin(20_000, ['doctor', '--verify'], { WAYMARK_DATA: folder })
  const lines = [...stdout.split('\n').filter((text) => /WRONG|epaired|REPAIRED/.test(text)), ...stderr.split('\n')]
  const line =
    lines
      .find((text) => text.trim() !== '')
      ?.replaceAll(folder, '')
      .trim()
      .slice(0, 140) ?? ''
  if (code === null) return ['no end', line]
  if (code !== 0 || /repaired/.test(stdout)) return ['found', `exit ${String(code)}: ${line}`]
  return rawRows(join(folder, FILE)) === wanted ? ['harmless', ''] : ['undetected', '']
}

test(
  'a byte that the disk changed is found by doctor --verify, or changes no answer',
  { timeout: 120_000 },
  async (t) => {
    const origin = folderOfThisFile()
    await fill(origin)
    const wanted = rawRows(join(origin, FILE))
    assert.ok(wanted !== undefined)
    const random = seeded(SEED + 1).next
    const flips = chooseFlips(join(origin, FILE)).map((flip) => ({ flip, mask: 1 << Math.floor(random() * 8) }))
    const counts: Record<Fate, number> = { found: 0, harmless: 0, undetected: 0, 'no end': 0 }
    const wrong: string[] = []
    const waiting = flips.values()
    const worker = async (): Promise<void> => {
      for (const { flip, mask } of waiting) {
        const [fate, said] = await fateOf(origin, wanted, flip, mask)
        counts[fate] += 1
        t.diagnostic(`${fate}: ${flip.what}${said === '' ? '' : ` (${said})`}`)
        if (fate === 'no end' || (fate === 'undetected' && flip.structural)) wrong.push(`${fate}: ${flip.what}`)
      }
    }
    await Promise.all([worker(), worker()])
    t.diagnostic(`FLIPS_SEED=${String(SEED)}: ${String(flips.length)} bytes changed: ${JSON.stringify(counts)}`)
    assert.deepEqual(wrong, [])
    assert.ok(counts.found >= flips.length / 2)
  },
)
