/** The folder of stored schemas: `<type>/<minor>.avsc`, and `lock.json` beside them. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Type from 'typebox'
import { Check } from 'typebox/value'
import type { History, LockEntry, Snapshot } from './public-events/kernel/history.ts'
import type { NewSnapshot } from './public-events/kernel/history-next.ts'

/** Where this version keeps its own. */
export const SCHEMA_FOLDER = join(import.meta.dirname, 'public-events/schemas')
const LOCK = 'lock.json'

const text = Type.String({ minLength: 1 })
const LOCK_SCHEMA = Type.Array(
  Type.Object({
    id: Type.Integer({ minimum: 1 }),
    type: text,
    minor: Type.Integer({ minimum: 0 }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    key: text,
    topics: Type.Array(text),
    pii: Type.Array(text),
  }),
)

/** @throws Error where the lock is no such */
export function readHistory(folder: string): History {
  return { lock: readLock(folder), snapshots: readSnapshots(folder) }
}

/** Stores snapshots: files first, so that a lock never names what is not there. A file that is there is never written. */
export function writeSnapshots(folder: string, history: History, snapshots: readonly NewSnapshot[]): void {
  const entries = snapshots.map(({ entry, text }): LockEntry => {
    const path = join(folder, entry.type, `${String(entry.minor)}.avsc`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { flag: 'wx' })
    const { id, type, minor, key, topics, pii } = entry
    return { id, type, minor, sha256: hash(text), key, topics, pii }
  })
  writeFileSync(join(folder, LOCK), `${JSON.stringify([...history.lock, ...entries], undefined, 2)}\n`)
}

function readLock(folder: string): readonly LockEntry[] {
  const path = join(folder, LOCK)
  if (!existsSync(path)) return []
  const lock: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (Check(LOCK_SCHEMA, lock)) return lock
  throw new Error(`${path} is no lock of schemas: take its last change back`)
}

function readSnapshots(folder: string): readonly Snapshot[] {
  if (!existsSync(folder)) return []
  const types = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return types.flatMap(({ name: type }) => {
    const files = readdirSync(join(folder, type)).filter((file) => !file.startsWith('.'))
    return files.map((file): Snapshot => {
      const minor = /^(0|[1-9]\d{0,5})\.avsc$/.exec(file)?.[1]
      if (minor === undefined) throw new Error(`${join(folder, type, file)} is no schema: the name is MINOR.avsc`)
      const content = readFileSync(join(folder, type, file), 'utf8')
      return { type, minor: Number(minor), text: content, sha256: hash(content) }
    })
  })
}

function hash(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}
