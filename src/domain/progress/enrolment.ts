/**
 * Enrolments: a set of facts that merge (reliability invariant 19). Whether a learner is active is derived: the last of
 * enrol and unenrol by time.
 */
import type { Context } from './context.ts'
import { contextStatus } from './context.ts'

/** Times are UTC milliseconds. */
export interface Enrolment {
  /** First enrolment ever: what clients show as `enrolledDate`. */
  readonly firstEnrolledAt: number
  /** Latest enrolment. */
  readonly enrolledAt: number
  /** Latest unenrolment; null if there never was one. */
  readonly unenrolledAt: number | null
}

/** Whether the enrolment is in force: at equal times enrolling wins. */
export function isActive(enrolment: Enrolment): boolean {
  return enrolment.unenrolledAt === null || enrolment.enrolledAt >= enrolment.unenrolledAt
}

/** Whether two enrolments hold the same facts; undefined is one that was never made. */
export function sameEnrolment(a: Enrolment | undefined, b: Enrolment): boolean {
  return a?.firstEnrolledAt === b.firstEnrolledAt && a.enrolledAt === b.enrolledAt && a.unenrolledAt === b.unenrolledAt
}

/** Merges two sets of enrolment facts. Associative, commutative, idempotent. */
export function joinEnrolments(a: Enrolment, b: Enrolment): Enrolment {
  const unenrolledAt =
    a.unenrolledAt === null
      ? b.unenrolledAt
      : b.unenrolledAt === null
        ? a.unenrolledAt
        : Math.max(a.unenrolledAt, b.unenrolledAt)
  return {
    firstEnrolledAt: Math.min(a.firstEnrolledAt, b.firstEnrolledAt),
    enrolledAt: Math.max(a.enrolledAt, b.enrolledAt),
    unenrolledAt,
  }
}

/**
 * Enrols at a time; an enrolment in force keeps its dates, so that enrolling twice is enrolling once.
 * @param timed whether the client said when: then an unenrolment after that time stands. A live act comes after all that
 * is known, also where the clock stood still or went back.
 */
export function enrolAt(before: Enrolment | undefined, at: number, timed: boolean): Enrolment {
  if (before === undefined) return { firstEnrolledAt: at, enrolledAt: at, unenrolledAt: null }
  if (isActive(before)) return { ...before, firstEnrolledAt: Math.min(before.firstEnrolledAt, at) }
  const enrolledAt = timed ? at : Math.max(at, before.unenrolledAt ?? at)
  return joinEnrolments(before, { firstEnrolledAt: at, enrolledAt, unenrolledAt: null })
}

/** What enrolling did. An enrolment of which was told late may have been ended since. */
export function enrolOutcome(
  before: Enrolment | undefined,
  after: Enrolment,
): 'ENROLLED' | 'ALREADY_ENROLLED' | 'ALREADY_UNENROLLED' {
  if (!isActive(after)) return 'ALREADY_UNENROLLED'
  return before !== undefined && isActive(before) ? 'ALREADY_ENROLLED' : 'ENROLLED'
}

/** Unenrols at a time. A clock that stood still must not leave the learner enrolled: the later of the two counts. */
export function unenrolAt(before: Enrolment, at: number): Enrolment {
  if (!isActive(before)) return before
  return { ...before, unenrolledAt: Math.max(at, before.enrolledAt + 1) }
}

/** Why a context takes no enrolment at a time; undefined where it does. Codes as in domain/errors.ts. */
export function enrolmentRefusal(context: Context, at: number): 'CONTEXT_ENDED' | 'ENROLMENT_CLOSED' | undefined {
  if (contextStatus(context, at) === 'ended') return 'CONTEXT_ENDED'
  if (context.enrolmentEndsAt !== null && at > context.enrolmentEndsAt) return 'ENROLMENT_CLOSED'
  return undefined
}
