/** What counts elsewhere than where it was done: the model's own ledger of copies and moves. */
import type { Model } from './model.ts'
import { CarriedCopies } from './carried-copies.ts'
import { CarriedMoves } from './carried-moves.ts'
import type { Copied } from '../../src/domain/progress/provenance.ts'

/** How often something was carried, to show that histories are about it. */
export interface CarriedCounts {
  /** Completions copied into a row, or another than before. */
  copies: number
  /** Contexts left for another. */
  moves: number
  /** Writes to a context that was left. */
  redirected: number
}

/** Rows are named `user|collection|context|content`, places `user|collection|context`. */
export interface Carried {
  readonly counts: CarriedCounts
  /** The row at which a write counts. */
  place(row: string): string
  /** The rows whose facts are shown at one. */
  shownAt(row: string): readonly string[]
  /** The rows whose attempts are. */
  attemptsAt(row: string): readonly string[]
  copied(row: string): Copied | undefined
  /** Where a row was left for, by context; undefined: it was not. */
  leftFor(row: string): string | undefined
  /** The learner's own facts of a row were others before. */
  viewed(row: string, before: Times, after: Times): void
  enrolled(name: string): void
  /** What decides is another now: of a collection, of one context of it, or everywhere. */
  decidedAnew(where: { readonly collectionId?: string; readonly contextId?: string }): void
  /** An enrolment is about to be removed. Answers the places whose rows go; without that of the enrolment: it goes alone. */
  leaving(name: string): readonly string[]
  /** It was removed. */
  removed(name: string): void
  /** Everything of a learner was removed. */
  left(userId: string): void
  /** Every worker has caught up. */
  atRest(): void
  /** Whether what was carried at a place depends on when a worker came by. */
  inDoubt(name: string): boolean
  /** Whether a write that must find something shown may find it or not. */
  maySwallow(row: string): boolean
  /** Whether a status that was shown there may fall: a known limit, or because a move is taken back. */
  mayFall(name: string): boolean
  /** What a learner did is itself open from now on. */
  doubt(userId: string): void
  /** Places where something was taken away by design since the last call. */
  takenAway(): readonly string[]
}

export interface Times {
  readonly startedAt: number | null
  readonly completedAt: number | null
}

/** Where nothing is carried over. */
class Nothing implements Carried {
  readonly counts = { copies: 0, moves: 0, redirected: 0 }
  place = (row: string): string => row
  shownAt = (row: string): readonly string[] => [row]
  attemptsAt = (row: string): readonly string[] => [row]
  copied = (): undefined => undefined
  leftFor = (): undefined => undefined
  viewed = (): void => undefined
  enrolled = (): void => undefined
  decidedAnew = (): void => undefined
  leaving = (name: string): readonly string[] => [name]
  removed = (): void => undefined
  maySwallow = (): boolean => false
  mayFall = (): boolean => false
  doubt = (): void => undefined
  left = (): void => undefined
  atRest = (): void => undefined
  inDoubt = (): boolean => false
  takenAway = (): readonly string[] => []
}

export function carriedIn(model: Model): Carried {
  switch (model.mode) {
    case 'copy-content':
    case 'copy-collection':
      return new CarriedCopies(model)
    case 'move':
      return new CarriedMoves(model)
    case 'strict':
    case 'content':
    case 'collection':
      return new Nothing()
  }
}
