import type { Catalogue } from './catalogue.ts'
import { checkHistory, NOT_STORED } from './history-check.ts'
import { piiPaths, schemaText, type Finding, type History, type LockEntry } from './history.ts'
import type { PublicEvent } from './public-event.ts'

/** A snapshot to be stored, with its lock entry but for the hash. */
export interface NewSnapshot {
  readonly entry: Omit<LockEntry, 'sha256'>
  readonly text: string
}

/**
 * What is to be stored for the catalogue: the first minor of a new type, the next of a changed one. Nothing that is
 * stored is ever written again.
 * @returns also why nothing can be stored, where anything is wrong besides that it is not stored
 */
export function nextSnapshots(
  catalogue: Catalogue,
  history: History,
): { readonly snapshots: readonly NewSnapshot[]; readonly findings: readonly Finding[] } {
  const findings = checkHistory(catalogue, history).filter(({ problem }) => problem !== NOT_STORED)
  if (findings.some(({ severity }) => severity === 'error')) return { snapshots: [], findings }
  const stored = new Set(history.lock.map(({ type, minor }) => `${type} ${String(minor)}`))
  const missing = [...catalogue.values()].filter(({ type, minor }) => !stored.has(`${type} ${String(minor)}`))
  const last = Math.max(0, ...history.lock.map(({ id }) => id))
  return { findings, snapshots: missing.map((event, index) => snapshotOf(event, last + 1 + index)) }
}

function snapshotOf(event: PublicEvent, id: number): NewSnapshot {
  const { type, minor, key, topics } = event
  return { entry: { id, type, minor, key, topics, pii: piiPaths(event.root) }, text: schemaText(event) }
}
