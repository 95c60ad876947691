/** What the figures were measured on. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly kernel: string
  readonly node: string
  readonly sqlite: string
  /** As the running server said it, read back from its store. */
  readonly durability: string
}

export function machineOf(serverOutput: string): Machine {
  const database = new DatabaseSync(':memory:')
  const sqlite = String(database.prepare('SELECT sqlite_version() AS version').get()?.['version'])
  database.close()
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    sqlite,
    durability: /^Durability +(\w+)/m.exec(serverOutput)?.[1] ?? 'unknown',
  }
}

/** The commit that was measured, with a `+` where files were changed since. */
export function commitOf(): string {
  const git = (...args: readonly string[]): string =>
    spawnSync('git', ['-C', join(import.meta.dirname, '..'), ...args], { encoding: 'utf8' }).stdout
  const commit = git('rev-parse', '--short', 'HEAD').trim()
  if (commit === '') return 'unknown'
  return git('status', '--porcelain', '--untracked-files=no').trim() === '' ? commit : `${commit}+`
}

export function loadAverage(): string {
  try {
    return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')
  } catch {
    return 'unknown'
  }
}
