import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { goingWith, type Going } from '../../domain/progress/shared-rows.ts'
import type { Removed } from '../../ports/progress-store.ts'
import type { Carrying } from '../carrying/carrying.ts'
import { idsOf, type MemoryFacts } from './facts.ts'

/** What removing works with. */
export interface RemovalParts {
  readonly mode: Mode
  readonly facts: MemoryFacts
  /** Undefined where nothing is carried over. */
  readonly carrying: Carrying | undefined
  /** Takes the summary of the enrolment away. */
  forget(): void
  recompute(key: EnrolmentKey): void
  append(occurrence: Occurrence): void
}

/** Removes an enrolment. Where rows count in several, they go with the last of them (decisions 0013 and 0014). */
export function removeEnrolment(key: EnrolmentKey, parts: RemovalParts): Removed {
  const { facts, carrying } = parts
  const leaving = carrying?.leaving(key)
  for (const occurrence of leaving?.occurrences ?? []) parts.append(occurrence)
  const going = goingOf(key, parts)
  if (leaving?.own === 'enrolment' || going === 'enrolment') {
    const enrolments = facts.enrolments.delete(...idsOf(key))
    if (enrolments > 0) parts.recompute(key)
    return { enrolments, views: 0, attempts: 0 }
  }
  const also = leaving?.rowsOf ?? (going === 'own-and-shared' ? [{ ...key, contextId: key.collectionId }] : [])
  parts.forget()
  const rows = [key, ...also].map((one) => facts.removeRows(one))
  const enrolments = facts.enrolments.delete(...idsOf(key))
  for (const occurrence of carrying?.left(key, leaving?.contents ?? []) ?? []) parts.append(occurrence)
  for (const other of [...also, ...(leaving?.changed ?? [])]) parts.recompute(other)
  return {
    enrolments,
    views: sum(rows.map(({ views }) => views)),
    attempts: sum(rows.map(({ attempts }) => attempts)),
  }
}

function goingOf(key: EnrolmentKey, { mode, facts }: RemovalParts): Going {
  const enrolled = facts.enrolmentsOf(key.userId, key.collectionId).map(({ contextId }) => contextId)
  const elsewhere = enrolled.some((contextId) => contextId !== key.contextId)
  return goingWith(mode, key, enrolled.includes(key.contextId), elsewhere)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
