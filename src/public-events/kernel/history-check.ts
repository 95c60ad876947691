/** Holds the catalogue to the history of schemas, and the history to its lock. */
import { avroSchema } from './avro-schema.ts'
import type { Catalogue } from './catalogue.ts'
import { compatibilityProblems, reordered } from './compatibility.ts'
import { piiPaths, type Finding, type History, type LockEntry } from './history.ts'
import type { PublicEvent } from './public-event.ts'
import { readAvsc } from './read-avsc.ts'
import type { RecordType } from './shape.ts'

/** All snapshots of a type, oldest first, with their schemas as they are stored. */
interface Line {
  readonly entries: readonly LockEntry[]
  readonly schemas: ReadonlyMap<number, RecordType>
  /** The same as JSON text without white space. */
  readonly texts: ReadonlyMap<number, string>
}

/** The one finding that storing puts right. */
export const NOT_STORED = 'is not stored: run bin/waymark events snapshot'

/** Everything that is wrong with the history, and with what the catalogue would add to it. */
export function checkHistory(catalogue: Catalogue, history: History): readonly Finding[] {
  const findings = lockFindings(history)
  for (const type of new Set(history.lock.map((entry) => entry.type))) {
    if (!catalogue.has(type)) {
      findings.push(error(type, 0, 'was published and is gone: definitions stay, deprecate it instead'))
    }
  }
  for (const event of catalogue.values()) {
    const line = lineOf(event.type, history, findings)
    findings.push(...newestFindings(event, line), ...changeFindings(event, line))
  }
  return findings
}

/** The lock against the files: none edited, none lost, none that slipped in. */
function lockFindings({ lock, snapshots }: History): Finding[] {
  const findings: Finding[] = []
  const files = new Map(snapshots.map((snapshot) => [`${snapshot.type} ${String(snapshot.minor)}`, snapshot]))
  lock.forEach(({ id, type, minor, sha256 }, index) => {
    const name = `${type} ${String(minor)}`
    const file = files.get(name)
    files.delete(name)
    if (id !== index + 1)
      findings.push(error(type, minor, `has number ${String(id)} in the lock in place ${String(index + 1)}`))
    if (file === undefined) findings.push(error(type, minor, 'is in the lock, and there is no file, or a second entry'))
    else if (file.sha256 !== sha256) {
      findings.push(
        error(type, minor, 'was edited: a stored schema is never changed. Take the edit back and raise the minor'),
      )
    }
  })
  for (const { type, minor } of files.values())
    findings.push(error(type, minor, 'is a file that the lock does not know'))
  return findings
}

function lineOf(type: string, { lock, snapshots }: History, findings: Finding[]): Line {
  const entries = lock.filter((entry) => entry.type === type).sort((a, b) => a.minor - b.minor)
  const schemas = new Map<number, RecordType>()
  const texts = new Map<number, string>()
  for (const { minor, text } of snapshots.filter((snapshot) => snapshot.type === type)) {
    try {
      const json: unknown = JSON.parse(text)
      schemas.set(minor, readAvsc(json).root)
      texts.set(minor, JSON.stringify(json))
    } catch (problem) {
      findings.push(error(type, minor, `cannot be read: ${String(problem)}`))
    }
  }
  return { entries, schemas, texts }
}

/** The definition against the newest snapshot: equal, or the next minor. */
function newestFindings(event: PublicEvent, { entries, texts }: Line): readonly Finding[] {
  const { type, minor } = event
  const newest = entries.at(-1)
  if (newest === undefined) return [error(type, minor, minor === 0 ? NOT_STORED : 'is new and begins with minor 0')]
  if (minor === newest.minor + 1) return [error(type, minor, NOT_STORED)]
  const next = String(newest.minor + 1)
  if (minor !== newest.minor)
    return [error(type, minor, `has minor ${String(newest.minor)} stored: the next is ${next}`)]
  const stored = texts.get(minor)
  if (stored === JSON.stringify(avroSchema(event))) return []
  return [error(type, minor, `is not what is stored: raise its minor to ${next}, then run bin/waymark events snapshot`)]
}

/** The definition against every snapshot, not the last alone: consumers may be several minors behind, or ahead. */
function changeFindings(event: PublicEvent, { entries, schemas }: Line): readonly Finding[] {
  const { type, minor, root } = event
  const findings: Finding[] = []
  for (const [older, schema] of schemas) {
    const since = `since minor ${String(older)}`
    for (const problem of compatibilityProblems(schema, root))
      findings.push(error(type, minor, `breaks ${since}: ${problem}`))
    if (reordered(schema, root)) {
      findings.push({
        type,
        minor,
        severity: 'warning',
        problem: `has fields in another order ${since}: fatal where readers do not know the writer's schema`,
      })
    }
  }
  const personal = new Set(piiPaths(root))
  for (const { minor: older, key, topics, pii } of entries) {
    const since = `since minor ${String(older)}`
    if (key !== event.key) findings.push(error(type, minor, `has another key ${since}, which breaks the order: ${key}`))
    const lost = topics.filter((topic) => !event.topics.includes(topic))
    if (lost.length > 0) findings.push(error(type, minor, `left a topic ${since}: ${lost.join(', ')}`))
    const bare = pii.filter((path) => !personal.has(path))
    if (bare.length > 0) findings.push(error(type, minor, `no longer tags as personal ${since}: ${bare.join(', ')}`))
  }
  return findings
}

function error(type: string, minor: number, problem: string): Finding {
  return { type, minor, severity: 'error', problem }
}
