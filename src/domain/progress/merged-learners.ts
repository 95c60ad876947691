/**
 * Two accounts that turn out to be one learner: what one of them did becomes the other's. Facts merge as they always do
 * (decision 0003), so all that is to be decided is under which key, and which id, each of them is recorded there. Times
 * are UTC milliseconds.
 */
import { compareText } from '../id.ts'
import type { Attempt } from './attempt.ts'
import { joinIds, viewId, type EnrolmentKey, type ViewKey } from './key.ts'
import type { KeyedAttempt, LearnerFacts } from './learner-facts.ts'

/** What a merge brought. */
export interface MergeCounts {
  readonly enrolments: number
  readonly views: number
  readonly attempts: number
  /** Those of the attempts that got another id, because the learner has another attempt of theirs. */
  readonly renamedAttempts: number
}

export const NOTHING_MERGED: MergeCounts = { enrolments: 0, views: 0, attempts: 0, renamedAttempts: 0 }

/** The trace of a merge: what is left of the account that it ended. */
export interface Merge extends MergeCounts {
  readonly fromUserId: string
  readonly intoUserId: string
  readonly mergedAt: number
  /** Who had it done: the user of a token, or `operator`. */
  readonly by: string
}

/** The attempt that a learner has in a row under an id, where there is one. */
export type KnownAttempt = (key: ViewKey, attemptId: string) => Attempt | undefined

/** Another id for an attempt: it follows from the former one alone, and no two attempts come to the same. */
export type RenameAttempt = (attemptId: string) => string

/** Facts of one learner as those of another, and how many of them there are. */
export interface TakenOver {
  readonly facts: LearnerFacts
  readonly counts: MergeCounts
}

/**
 * The facts of one learner as another learner's own, to be recorded beside what that learner has: all merge there, and
 * none is lost. An attempt whose id the other learner has given to a different one in the same row gets another id; the
 * same attempt of both is one.
 */
export function takeOver(from: LearnerFacts, userId: string, known: KnownAttempt, rename: RenameAttempt): TakenOver {
  const own = <K extends EnrolmentKey>(key: K): K => ({ ...key, userId })
  const attempts = namedAttempts(
    from.attempts.map(({ key, attempt }) => ({ key: own(key), attempt })),
    known,
    rename,
  )
  const facts: LearnerFacts = {
    userId,
    views: from.views.map(({ key, row }) => ({ key: own(key), row })),
    attempts: attempts.map(({ key, attempt }) => ({ key, attempt })),
    enrolments: from.enrolments.map(({ key, enrolment }) => ({ key: own(key), enrolment })),
    completions: from.completions.map(({ key, completedAt }) => ({ key: own(key), completedAt })),
    migrated: from.migrated.map(({ key, migrated }) => ({
      key: own(key),
      migrated: { ...migrated, from: own(migrated.from) },
    })),
  }
  const counts = {
    enrolments: facts.enrolments.length,
    views: facts.views.length,
    attempts: facts.attempts.length,
    renamedAttempts: attempts.filter(({ renamed }) => renamed).length,
  }
  return { facts, counts }
}

/** Attempts under ids that are free in their rows, or that of the same attempt. */
function namedAttempts(
  attempts: readonly KeyedAttempt[],
  known: KnownAttempt,
  rename: RenameAttempt,
): readonly (KeyedAttempt & { readonly renamed: boolean })[] {
  const given = new Map<string, Attempt>()
  // By their ids: so an attempt finds the same ids taken, whenever it is asked for again.
  const ordered = attempts.toSorted((a, b) => compareText(a.attempt.attemptId, b.attempt.attemptId))
  return ordered.map(({ key, attempt }) => {
    let attemptId = attempt.attemptId
    for (;;) {
      const holder = given.get(viewId(key) + joinIds(attemptId)) ?? known(key, attemptId)
      if (holder === undefined || isSameAttempt(holder, attempt)) break
      attemptId = rename(attemptId)
    }
    const renamed = attemptId !== attempt.attemptId
    const named = renamed ? { ...attempt, attemptId } : attempt
    given.set(viewId(key) + joinIds(attemptId), named)
    return { key, attempt: named, renamed }
  })
}

/** Whether two attempts hold the same answers, handed in at the same time. */
function isSameAttempt(a: Attempt, b: Attempt): boolean {
  return a.submittedAt === b.submittedAt && a.answers === b.answers && a.score === b.score && a.maxScore === b.maxScore
}
