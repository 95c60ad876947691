import type { Attempt } from '../../domain/progress/attempt.ts'
import type { Structure } from '../../domain/progress/hierarchy.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import { countedRows, ownsRows } from '../../domain/progress/shared-rows.ts'
import { hasProgress, summarise, type RawProgress, type Summary } from '../../domain/progress/summary.ts'
import type { ViewRow } from '../../domain/progress/view.ts'
import type { ContentAccount } from '../../ports/progress-store.ts'
import { plainAccount, type School } from '../carrying/account.ts'
import type { Carrying } from '../carrying/carrying.ts'
import type { MemoryFacts } from './facts.ts'

export interface ShownRows {
  readonly views: ReadonlyMap<string, ViewRow>
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>
}

/** What a mode shows of facts in memory. Every summary is computed when it is read. */
export class ShownProgress {
  readonly #school: School
  readonly #facts: MemoryFacts
  readonly #carrying: Carrying | undefined

  constructor(school: School & { readonly facts: MemoryFacts }, carrying: Carrying | undefined) {
    this.#school = school
    this.#facts = school.facts
    this.#carrying = carrying
  }

  /** The rows under one key as the mode shows them. */
  rows(key: EnrolmentKey): ShownRows {
    const rows = this.#carrying ?? this.#facts
    return { views: rows.views(key), attempts: rows.attempts(key) }
  }

  summary(key: EnrolmentKey): Summary | undefined {
    const published = this.#school.catalogue.publicationNow(key.collectionId)
    if (published === undefined) return undefined
    const raw = this.#counted(key, published.structure)
    const due = this.#facts.enrolment(key) !== undefined || (ownsRows(this.#school.mode, key) && hasProgress(raw))
    return due ? summarise(published.structure, published.publication, raw) : undefined
  }

  /** What counts in an enrolment, wherever its rows lie. */
  #counted(key: EnrolmentKey, structure: Structure): RawProgress {
    const rows = countedRows(this.#school.mode, key, structure, {
      rowsOf: (where) => this.rows(where),
      viewTimes: (row) => this.#facts.view(row),
      attemptsAt: (row) => this.#facts.attempts(row, row.contentId).get(row.contentId) ?? [],
    })
    return { ...rows, completedAt: this.completion(key) }
  }

  /** The completion on record that counts under a key. */
  completion(key: EnrolmentKey): number | undefined {
    return (this.#carrying ?? this.#facts).completion(key)
  }

  account(userId: string, contentId: string): ContentAccount {
    return this.#carrying?.account(userId, contentId) ?? plainAccount(this.#school, userId, contentId)
  }
}
