/** Starts the real command as a user would, on a free port of 127.0.0.1 and with a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const BIN = join(import.meta.dirname, '../../bin/waymark')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The environment of a command under test: nothing of this process's own settings. */
export function environment(settings: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('WAYMARK_'))
  return { ...(Object.fromEntries(inherited) as Record<string, string>), ...settings }
}

/** Runs a command to its end. */
export async function run(
  arguments_: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = spawn(BIN, [...arguments_], { env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: stdout(), stderr: stderr() }
}

export interface Server {
  readonly child: ChildProcess
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  readonly folder: string
  /** Milliseconds from spawning to the ready line. */
  readonly readyMs: number
  stdout(): string
  stderr(): string
  /** Sends a signal and waits for the end; answers the exit code, null where a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'waymark-test-'))
}

/** Longest wait for a server to be ready, and for it to end. */
const START_MS = 30_000
const END_MS = 30_000

/** Starts `waymark serve` and waits for its ready line. */
export async function startServer(
  settings: Readonly<Record<string, string>> = {},
  folder: string = temporaryFolder(),
  [command = BIN, ...arguments_]: readonly string[] = [BIN, 'serve'],
): Promise<Server> {
  const begun = performance.now()
  const env = environment({ WAYMARK_DATA: folder, WAYMARK_PORT: '0', ...settings })
  const child = spawn(command, arguments_, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const closed = once(child, 'close') as Promise<[number | null]>
  // A test that waits for ever says nothing: past the time the server is ended, and the test fails.
  const late = setTimeout(() => child.kill('SIGKILL'), START_MS)
  const origin = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const match = /^Waymark listens on (http:\S+)$/m.exec(stdout())
      if (match?.[1] !== undefined) resolve(match[1])
    }
    child.stdout.on('data', look)
    void closed.then(([code]) => {
      reject(new Error(`the server ended with ${String(code)}: ${stderr()}`))
    })
  }).finally(() => {
    clearTimeout(late)
  })
  return {
    child,
    origin,
    folder,
    readyMs: performance.now() - begun,
    stdout,
    stderr,
    end: async (signal) => {
      const limit = setTimeout(() => child.kill('SIGKILL'), END_MS)
      if (child.exitCode === null) child.kill(signal)
      const [code] = await closed
      clearTimeout(limit)
      return code
    },
  }
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}
