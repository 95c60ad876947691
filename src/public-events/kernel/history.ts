/**
 * The history of schemas: every minor of every type that was ever published, append-only. What is stored is what others
 * hold; a break that is hidden by editing it (upstream did so four times) is found by the hashes of the lock.
 */
import { avroSchema } from './avro-schema.ts'
import type { PublicEvent } from './public-event.ts'
import { isScalar, type DataType, type RecordType } from './shape.ts'

/** What the lock says of one snapshot. Besides the hash it holds what a schema does not say and consumers rely on. */
export interface LockEntry {
  /** Number that frames carry where there is no registry: grows by one, never used again. */
  readonly id: number
  readonly type: string
  readonly minor: number
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string
  readonly key: string
  readonly topics: readonly string[]
  /** Paths of personal data. */
  readonly pii: readonly string[]
}

/** A stored file. */
export interface Snapshot {
  readonly type: string
  readonly minor: number
  readonly text: string
  readonly sha256: string
}

export interface History {
  readonly lock: readonly LockEntry[]
  readonly snapshots: readonly Snapshot[]
}

export interface Finding {
  readonly type: string
  readonly minor: number
  /** A warning does not fail the check. */
  readonly severity: 'error' | 'warning'
  readonly problem: string
}

/** The text of a stored schema. */
export function schemaText(event: Pick<PublicEvent, 'type' | 'root'>): string {
  return `${JSON.stringify(avroSchema(event), undefined, 2)}\n`
}

/** Dotted paths of everything that is tagged as personal data. */
export function piiPaths(root: RecordType): readonly string[] {
  const paths: string[] = []
  const visit = (type: DataType, path: string): void => {
    if (isScalar(type)) return
    if (type.kind === 'list') return visit(type.items, `${path}[]`)
    if (type.kind === 'map') return visit(type.values, `${path}{}`)
    for (const [key, field] of Object.entries(type.fields)) {
      const inner = path === '' ? key : `${path}.${key}`
      if (field.pii !== undefined) paths.push(inner)
      visit(field.type, inner)
    }
  }
  visit(root, '')
  return paths
}
