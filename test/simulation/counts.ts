/** How often histories carried progress over: a simulation in which that never happens proves nothing of it. */

export interface Counts {
  /** Completions copied into a row, or another than before. */
  readonly copies: number
  /** Contexts left for another. */
  readonly moves: number
  /** Writes to a context that was left. */
  readonly redirected: number
  /** Enrolments that a loss of power kept from being carried over. */
  readonly afterCrash: number
  /** Reads that were compared with the model, or open. */
  readonly reads: number
  /** Reads whose answer was open, and so not compared with the model. */
  readonly openReads: number
}

export const NO_COUNTS: Counts = { copies: 0, moves: 0, redirected: 0, afterCrash: 0, reads: 0, openReads: 0 }

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    copies: a.copies + b.copies,
    moves: a.moves + b.moves,
    redirected: a.redirected + b.redirected,
    afterCrash: a.afterCrash + b.afterCrash,
    reads: a.reads + b.reads,
    openReads: a.openReads + b.openReads,
  }
}

/** One line for a person to read. */
export function countsText({ copies, moves, redirected, afterCrash, reads, openReads }: Counts): string {
  return [
    `${String(copies)} copies made`,
    `${String(moves)} moves made`,
    `${String(redirected)} writes redirected`,
    `${String(afterCrash)} enrolments carried over after a loss of power`,
    `${String(reads)} reads compared but ${String(openReads)} whose answer was open`,
  ].join(', ')
}
