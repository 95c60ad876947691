/** Real servers under conditions: started by another command, on a file system of a certain size, with a time limit. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'
import { BIN, environment, startServer, temporaryFolder, type Finished, type Server } from '../support/process.ts'

const execute = promisify(execFile)

/** Ends what the tests of one file left behind: processes first, then mounts, then folders. */
const leftovers: (() => unknown)[] = []
after(async () => {
  for (const end of leftovers.splice(0).toReversed()) await end()
})

/** A folder that is removed after the tests of this file. */
export function folderOfThisFile(): string {
  const folder = temporaryFolder()
  leftovers.push(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

export interface Mounted {
  /** A folder inside the file system, for a store. */
  readonly folder: string
  /** Mounts it again with other options, e.g. `size=64m` or `ro`. */
  remount(options: string): Promise<void>
}

/** A file system in memory of a certain size. It needs root: without it the test fails, it is not left out. */
export async function mountMemory(size: string): Promise<Mounted> {
  const at = folderOfThisFile()
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'waymark-test', at])
  } catch (error) {
    throw new Error(`this test mounts a tmpfs and so needs root on Linux: ${String(error)}`, { cause: error })
  }
  // Lazily, because a process that a failed test left may still be ending.
  leftovers.push(() => execute('umount', ['-l', at]))
  const folder = join(at, 'data')
  mkdirSync(folder, { mode: 0o700 })
  return {
    folder,
    remount: async (options) => {
      await execute('mount', ['-o', `remount,${options}`, at])
    },
  }
}

/** The command that runs another one with files of at most so many bytes, until the limit is raised. */
export function withFileLimit(bytes: number): readonly string[] {
  return ['sh', '-c', `ulimit -S -f ${String(Math.ceil(bytes / 512))}; exec "$@"`, 'sh']
}

export interface Conditions {
  /** The command and its arguments that run the server. */
  readonly under?: readonly string[]
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a server under conditions and waits for its ready line. */
export async function startUnder({ under = [], settings = {} }: Conditions, folder: string): Promise<Server> {
  const server = await startServer(settings, folder, [...under, BIN, 'serve'])
  const { child } = server
  leftovers.push(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  })
  return server
}

/** Runs a command to its end, or ends it after a time: then `code` is null. */
export async function runWithin(
  milliseconds: number,
  arguments_: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Finished> {
  const child = spawn(BIN, [...arguments_], { env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { code, stdout: stdout(), stderr: stderr() }
}

/** Waits until something holds; fails with its name after a time. Answers how long it took. */
export async function until(
  name: string,
  milliseconds: number,
  holds: () => Promise<boolean> | boolean,
): Promise<number> {
  const begun = performance.now()
  while (!(await holds())) {
    if (performance.now() - begun > milliseconds) throw new Error(`not within ${String(milliseconds)} ms: ${name}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return performance.now() - begun
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}
