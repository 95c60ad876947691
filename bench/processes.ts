/** The processes of a benchmark: each pinned to a processor where `taskset` is there, each ended by its own id. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LoaderAnswer, LoaderCommand } from './loader.ts'
import type { Phase, PhaseResult } from './phase.ts'

const ROOT = join(import.meta.dirname, '..')
const BIN = join(ROOT, 'bin/waymark')
const READY_MS = 60_000
/** A phase that takes longer than this beside its own seconds hangs. */
const PHASE_SLACK_MS = 60_000

export const SERVER_CPU = 0
export const LOADER_CPU = 1

/** Whether processes can be kept on one processor each. */
export const pinned = spawnSync('taskset', ['-c', '0,1', 'true']).status === 0

export interface Running {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
  /** Milliseconds from starting it to its ready line. */
  readonly readyMs: number
  readonly stdout: string
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<void>
}

const running = new Set<ChildProcess>()

const cleanups = new Set<() => void>()

/** Notes what else is to be put away when the run ends, however it ends; answers a function that does it now. */
export function atEnd(cleanup: () => void): () => void {
  const once = (): void => {
    if (cleanups.delete(once)) cleanup()
  }
  cleanups.add(once)
  return once
}

/** Ends whatever is left of the processes started here, at once, and puts away what they left. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
  for (const cleanup of cleanups) cleanup()
}

function start(
  cpu: number,
  command: readonly string[],
  options: { readonly settings?: Readonly<Record<string, string>>; readonly ipc?: boolean },
): ChildProcess {
  const [name = '', ...rest] = pinned ? ['taskset', '-c', String(cpu), ...command] : command
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('WAYMARK_') && key !== 'CRASH_AT')
  const child = spawn(name, rest, {
    env: { ...Object.fromEntries(inherited), ...options.settings },
    stdio: options.ipc === true ? ['ignore', 'ignore', 'inherit', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  child.once('close', () => running.delete(child))
  return child
}

/** Starts a server and waits for its line `… listens on http://127.0.0.1:PORT`. */
export async function startServer(
  command: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const begun = performance.now()
  const child = start(SERVER_CPU, command, { settings })
  let [stdout, stderr] = ['', '']
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000)
  })
  const closed = once(child, 'close')
  let wanted = false
  child.once('close', (code, signal) => {
    if (!wanted)
      process.stderr.write(`bench: ${command.join(' ')} ended by itself (${String(code ?? signal)}): ${stderr}\n`)
  })
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${command.join(' ')} was not ready in time: ${stderr}`))
    }, READY_MS)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const found = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(Number(found))
    })
    child.once('error', reject)
    void closed.then(() => {
      clearTimeout(timer)
      reject(new Error(`${command.join(' ')} ended: ${stderr}`))
    })
  })
  return {
    child,
    pid: child.pid ?? 0,
    port,
    readyMs: performance.now() - begun,
    stdout,
    end: async (signal = 'SIGTERM') => {
      wanted = true
      child.kill(signal)
      await closed
    },
  }
}

/** The product as users start it, on a data folder. */
export function startProduct(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Running> {
  return startServer([BIN, 'serve'], { WAYMARK_DATA: folder, WAYMARK_PORT: '0', ...settings })
}

/** A program of this folder, under the Node that runs this. */
export function startOwn(file: string, ...args: readonly string[]): Promise<Running> {
  return startServer([process.execPath, join(import.meta.dirname, file), ...args])
}

/**
 * Runs a program of this folder to its end, under the Node that runs this, and answers what it wrote. What it tells on
 * stderr, such as how far it is, is told on.
 */
export async function runOwn(flags: readonly string[], file: string, ...args: readonly string[]): Promise<string> {
  const child = start(LOADER_CPU, [process.execPath, ...flags, join(import.meta.dirname, file), ...args], {})
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000)
    process.stderr.write(text)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${file} failed (${String(code)}): ${stderr}`)
  return stdout
}

export interface Loader {
  run(phase: Phase): Promise<PhaseResult>
  end(): Promise<void>
}

export function startLoader(tokens: readonly string[]): Loader {
  const child = start(LOADER_CPU, [process.execPath, join(import.meta.dirname, 'loader.ts')], { ipc: true })
  const closed = once(child, 'close')
  const command = (message: LoaderCommand): void => {
    child.send(message)
  }
  command({ kind: 'tokens', tokens })
  return {
    run: (phase) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => {
            reject(new Error('the loader did not answer in time'))
          },
          phase.seconds * 1000 + PHASE_SLACK_MS,
        )
        const onClose = (): void => {
          clearTimeout(timer)
          reject(new Error('the loader ended'))
        }
        child.once('close', onClose)
        child.once('message', (answer: LoaderAnswer) => {
          clearTimeout(timer)
          child.off('close', onClose)
          if ('result' in answer) resolve(answer.result)
          else reject(new Error(answer.error))
        })
        command({ kind: 'phase', phase })
      }),
    end: async () => {
      child.kill()
      await closed
    },
  }
}
