/** `waymark demo`: loads the small school, into the running server or into a folder that is free, and says what to try. */
import type { Config } from '../config.ts'
import { send, type Server } from '../demo/client.ts'
import { contextPath, loadSchool } from '../demo/load.ts'
import { ANCHOR, makeSchool, periodEnd } from '../demo/school.ts'
import { tallySchool, tallyTable, type Tally } from '../demo/tally.ts'
import { thingsToTry } from '../demo/things-to-try.ts'
import type { School } from '../demo/types.ts'
import { progressBar } from '../progress-bar.ts'
import { localUrl, readAddress, removeAddress } from '../server-address.ts'
import { FolderInUse } from '../stores/sqlite/lock.ts'
import { openWaymark } from '../wire.ts'
import { printToken } from './token.ts'

const SEED = 6
const DAY_MS = 86_400_000

/** What `--json` prints. */
export interface DemoReport {
  readonly seed: number
  /** End of the period that the data tell of, RFC 3339; with the seed it names the data. */
  readonly until: string
  /** Whether a server was running, and was loaded through. */
  readonly running: boolean
  /** Where the commands send their requests. */
  readonly url: string
  readonly learners: number
  readonly collections: number
  readonly contexts: number
  readonly enrolments: number
  /** Views and attempts sent, the repeated ones among them. */
  readonly items: number
  /** How long loading took. */
  readonly seconds: number
  readonly progress: readonly Tally[]
  readonly commands: readonly { readonly what: string; readonly command: string }[]
}

/**
 * Loads the school and prints a table and three commands, or with `json` the report. Loading again changes nothing.
 * @throws FolderInUse where another process has the folder and its address is not known; StoreRefused
 */
export async function demo(config: Config, json: boolean): Promise<void> {
  const report = await load(config)
  const text = reportText(report)
  if (!json) process.stdout.write(text)
  else {
    process.stderr.write(text)
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  }
}

async function load(config: Config): Promise<DemoReport> {
  const begun = performance.now()
  const reached = await reach(config)
  try {
    const token = await printToken(config, { user: 'demo', role: 'service', expires: 3_600_000 })
    const server = { url: reached.url, token }
    const school = makeSchool(SEED, await periodOf(server), Math.min(1000, config.BATCH_ITEMS_MAX))
    const bar = progressBar('demo')
    await loadSchool(school, server, (done, total) => {
      bar.update(done, total)
    }).finally(() => {
      bar.end()
    })
    await reached.idle()
    const seconds = Math.round((performance.now() - begun) / 100) / 10
    const progress = await tallySchool(school, server)
    const url = reached.running ? reached.url : laterUrl(config)
    return { ...countsOf(school), running: reached.running, url, seconds, progress, commands: thingsToTry(school, url) }
  } finally {
    await reached.stop()
  }
}

/** A server to load through. */
interface Reached {
  readonly url: string
  /** Whether it runs in another process, and goes on running. */
  readonly running: boolean
  idle(): Promise<void>
  stop(): Promise<void>
}

async function reach(config: Config): Promise<Reached> {
  try {
    // That it listens is news for operators of a server, not here.
    const waymark = await openWaymark({ ...config, LOG_LEVEL: config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL })
    // What a killed server left would mislead a second demo.
    removeAddress(config.DATA)
    const url = await waymark.app.listen({ host: '127.0.0.1', port: 0 }).catch(async (error: unknown) => {
      await waymark.stop()
      throw error
    })
    return { url, running: false, idle: waymark.idle, stop: waymark.stop }
  } catch (error) {
    const url = error instanceof FolderInUse ? readAddress(config.DATA) : undefined
    if (url === undefined) throw error
    const nothing = (): Promise<void> => Promise.resolve()
    return { url, running: true, idle: nothing, stop: nothing }
  }
}

/**
 * The end of the school's period, UTC milliseconds: as on the server where the school was loaded before, so that
 * loading it again on another day repeats it; otherwise the last midnight.
 */
async function periodOf(server: Server): Promise<number> {
  const { status, result } = await send(server, 'GET', contextPath(ANCHOR.collectionId, ANCHOR.contextId))
  // The result of a context that is known.
  const { startDate } = status === 200 ? (result as { startDate: string | null }) : { startDate: null }
  const known = startDate === null ? undefined : periodEnd(startDate)
  return known ?? Math.floor(Date.now() / DAY_MS) * DAY_MS
}

/** The address that `npm start` will have. */
function laterUrl(config: Config): string {
  return config.PORT === 0 ? localUrl(config.HOST, 0).replace(/0$/, 'PORT') : localUrl(config.HOST, config.PORT)
}

function countsOf(
  school: School,
): Pick<DemoReport, 'seed' | 'until' | 'learners' | 'collections' | 'contexts' | 'enrolments' | 'items'> {
  return {
    seed: school.seed,
    until: new Date(school.untilMs).toISOString(),
    learners: school.learners.length,
    collections: school.collections.length,
    contexts: school.contexts.length,
    enrolments: school.enrolments.length,
    items: school.batches.flat().length,
  }
}

function reportText(report: DemoReport): string {
  const { learners, enrolments, items, seconds, running, url } = report
  const port = url.endsWith('PORT') ? ' and put the port that it names in place of PORT' : ''
  return [
    `Loaded ${String(learners)} learners, ${String(enrolments)} enrolments and ${String(items)} views and attempts in ${String(seconds)} s:`,
    '',
    tallyTable(report.progress),
    '',
    running ? 'Try, in this folder:' : `Try, in this folder, once a server runs (run \`npm start\` first${port}):`,
    ...report.commands.flatMap(({ what, command }) => ['', `# ${what}`, command]),
    '',
  ].join('\n')
}
