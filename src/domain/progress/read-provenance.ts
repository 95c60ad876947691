/**
 * Provenance as stored: JSON text, fields named as in the types, checked when it is read back, since
 * an explanation built on a damaged row would be a guess.
 */
import { isId } from '../id.ts'
import { ALL_MODES } from './mode.ts'
import { joinProvenance, NO_PROVENANCE, type Provenance } from './provenance.ts'

/** The text to store. Equal provenance gives equal text. */
export function writeProvenance(provenance: Provenance): string {
  // Merging with nothing puts lists in their order.
  return JSON.stringify(joinProvenance(NO_PROVENANCE, provenance), sortedFields)
}

/** Reads stored text; undefined where it is no provenance. Fields beyond the known are left alone. */
export function readProvenance(text: string): Provenance | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The caller says which row cannot be read; the parser's own message names only a position.
    return undefined
  }
  // Every field that is read has just been checked.
  return isProvenance(value) ? (value as Provenance) : undefined
}

type Check = (value: unknown) => boolean

function sortedFields(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const isTime: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value)
const isFlag: Check = (value) => typeof value === 'boolean'
const isText: Check = (value) => typeof value === 'string'
const isIdText: Check = (value) => typeof value === 'string' && isId(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const found = new Map<string, unknown>(Object.entries(value))
    return Object.entries(fields).every(([name, check]) => check(found.get(name)))
  }

const FINDINGS: readonly Check[] = [
  shape({
    kind: oneOf('completed-within'),
    holds: isFlag,
    duration: isText,
    completedAt: orNull(isTime),
    after: isTime,
    at: isTime,
  }),
  shape({
    kind: oneOf('completed-during'),
    holds: isFlag,
    completedAt: orNull(isTime),
    inContext: isFlag,
    startsAt: orNull(isTime),
    endsAt: orNull(isTime),
  }),
  shape({
    kind: oneOf('source-context'),
    holds: isFlag,
    status: oneOf('upcoming', 'ongoing', 'ended', 'none'),
    at: isTime,
  }),
  shape({ kind: oneOf('always'), holds: oneOf(true) }),
]
const isFinding: Check = (value) => FINDINGS.some((check) => check(value))
const because = { ruleId: isIdText, findings: listOf(isFinding) }
const isKey = shape({ userId: isIdText, collectionId: isIdText, contextId: isIdText, contentId: isIdText })
const isMoved = shape({ ...because, fromContextId: isIdText, toContextId: isIdText, at: isTime })
const isProvenance = shape({
  viewed: isFlag,
  enrolledAt: orNull(isTime),
  copied: orNull(shape({ ...because, from: isKey, at: isTime, startedAt: isTime, completedAt: isTime })),
  movedTo: orNull(isMoved),
  movedFrom: listOf(isMoved),
  migrated: listOf(shape({ from: isKey, fromMode: oneOf(...ALL_MODES), at: isTime })),
})
