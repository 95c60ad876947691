/**
 * Copies and moves as stored: JSON text, fields named as in the types, checked when it is read back, since an
 * explanation built on a damaged row would be a guess.
 */
import { isId } from '../id.ts'
import type { Copied, Moved } from './provenance.ts'

/** Reads a stored copy; undefined where the text is none. Fields beyond the known are left alone. */
export function readCopied(text: string): Copied | undefined {
  // Every field that is read has just been checked.
  return readChecked(text, isCopied) as Copied | undefined
}

/** Likewise a stored move. */
export function readMoved(text: string): Moved | undefined {
  return readChecked(text, isMoved) as Moved | undefined
}

function readChecked(text: string, check: Check): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return check(value) ? value : undefined
  } catch {
    // The caller says which row cannot be read; the parser's own message names only a position.
    return undefined
  }
}

type Check = (value: unknown) => boolean

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
const isCopied = shape({ ...because, from: isKey, at: isTime, startedAt: isTime, completedAt: isTime })
