/** Why a figure of today's system is not the one that is recomputed, and which of the two is right. */

/** Raw rows are what happened, so what follows from them is right; where they are missing nobody can say. */
export type Right = 'recomputed' | 'claimed' | 'unknown'

export const REASONS = {
  COLLECTION_NOT_PUBLISHED: ['unknown', 'the hierarchy of the collection was not imported: nothing can be recomputed'],
  NO_SUMMARY: ['unknown', 'neither the enrolment nor any row of progress was imported: see the refused rows'],
  NOT_A_LEAF: ['recomputed', 'the content is no leaf of the published collection, so it does not count'],
  NO_ROW: ['unknown', 'no imported row says so: it was archived, lost or refused'],
  ROW_SAYS_LESS: ['recomputed', "the content's own row says less"],
  BEHIND: ['recomputed', 'the rows say so, and the aggregate was never brought up to them'],
  BEGUN: ['recomputed', 'it is in progress from the first content that was begun, and not only once one is complete'],
  CONTENTS_DIFFER: ['recomputed', 'it follows from contents whose status differs'],
  CONTENTS_UNCERTAIN: ['unknown', 'it follows from contents of which no imported row tells'],
  OPTIONAL_COUNTED: ['recomputed', 'optional contents were counted'],
  OTHERS_COUNTED: ['recomputed', 'contents were counted that are no leaves of the published collection'],
  COUNT_WRONG: ['recomputed', 'the count is not that of the contents which are complete'],
  NO_LONGER_COMPLETE: ['unknown', 'it was complete once and the row does not say when, so that could not be kept'],
  EARLIER: ['recomputed', 'the last required content was complete by then; the job that noted it came later'],
  NOT_A_UNIT: ['recomputed', 'the published collection has no such unit'],
  NO_ATTEMPT: ['unknown', 'no imported attempt has it: it was archived, lost or refused'],
  SCORE_LOST: ['recomputed', 'there are attempts, and the aggregate has lost their score'],
  OTHER_POLICY: ['recomputed', 'the collection counts another attempt than the best one'],
  NO_SUCH_SCORE: ['recomputed', 'by its answers no attempt has this score'],
  OTHER_ATTEMPT: ['recomputed', 'the maximum is that of another attempt than the one that counts'],
} as const satisfies Readonly<Record<string, readonly [Right, string]>>

export type ClaimReason = keyof typeof REASONS

/** One figure that differs. */
export interface ClaimDifference {
  /** `status`, `completedCount`, `completedAt`, `contents[ID]`, `scores[ID].score`, … */
  readonly field: string
  /** Null: it says nothing. */
  readonly claimed: number | string | null
  readonly recomputed: number | string | null
  readonly reason: ClaimReason
  readonly right: Right
  /** The reason in words. */
  readonly why: string
}

export function difference(
  field: string,
  claimed: number | string | null,
  recomputed: number | string | null,
  reason: ClaimReason,
): ClaimDifference {
  const [right, why] = REASONS[reason]
  return { field, claimed, recomputed, reason, right, why }
}
