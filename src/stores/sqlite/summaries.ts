import { enrolmentId, compareKeys, type EnrolmentKey } from '../../domain/progress/key.ts'
import type { Occurrence } from '../../domain/outbox.ts'
import { summaryOccurrences } from '../../domain/progress/tell.ts'
import type { Enrolment } from '../../domain/progress/enrolment.ts'
import { holdsLeaf, type Structure } from '../../domain/progress/hierarchy.ts'
import type { Mode } from '../../domain/progress/mode.ts'
import { allStale, alsoStale, countedRows, ownsRows, type KnownEnrolments } from '../../domain/progress/shared-rows.ts'
import { hasProgress, summarise, type RawProgress, type Summary } from '../../domain/progress/summary.ts'
import type { Publication } from '../../ports/catalogue.ts'
import type { Carrying } from '../carrying/carrying.ts'
import type { LogEntry } from '../../ports/log.ts'
import { decodeSummary, encodeSummary, type StoredSummary, type SummaryFigures } from '../codec.ts'
import type { SqliteCatalogue } from './catalogue.ts'
import type { Statements } from './database.ts'
import type { Journal } from './journal.ts'
import type { SqliteLog } from './log.ts'
import type { RawRows } from './raw-rows.ts'
import { BY_KEY, BY_NUMBER, isSame, storedOf, type Stored } from './stored-summary.ts'

const STORE = `INSERT INTO summary (participation, publication, progress, required, status, leaves, details)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET publication = excluded.publication, progress = excluded.progress,
    required = excluded.required, status = excluded.status, leaves = excluded.leaves, details = excluded.details`

const OUTDATED = `SELECT user_id, context_id FROM participation LEFT JOIN summary USING (participation)
  WHERE collection_id = ? AND member = 1 AND publication IS NOT ? ORDER BY context_id, user_id`

/** A stored summary beside the one that its raw rows make. */
export interface Compared {
  readonly stored: (SummaryFigures & StoredSummary) | undefined
  /** The completion on record. */
  readonly completedAt: number | undefined
  /** Undefined where there is to be none. */
  readonly wanted: Summary | undefined
  readonly encoded: StoredSummary | undefined
  readonly structure: Structure
  /** Whether a worker has yet to come to it, or it is of an earlier publication. */
  readonly behind: boolean
}

/** What summaries are made of. */
export interface SummaryParts {
  readonly mode: Mode
  /** Undefined where nothing is carried over. */
  readonly carrying: Carrying | undefined
  readonly statements: Statements
  readonly journal: Journal
  readonly raw: RawRows
  readonly catalogue: SqliteCatalogue
  readonly log: SqliteLog
}

/**
 * Table `summary`, and which of its rows are behind the raw rows. A summary that is behind is computed from the raw
 * rows when it is read, so a reader never sees it lag (DESIGN decision 4).
 */
export class Summaries {
  readonly #statements: Statements
  readonly #raw: RawRows
  readonly #catalogue: SqliteCatalogue
  readonly #log: SqliteLog
  readonly #journal: Journal
  readonly #mode: Mode
  readonly #carrying: Carrying | undefined
  readonly #known: KnownEnrolments
  readonly #stale = new Map<string, EnrolmentKey>()

  constructor({ mode, carrying, statements, journal, raw, catalogue, log }: SummaryParts) {
    this.#mode = mode
    this.#carrying = carrying
    this.#known = {
      enrolmentsOf: (userId, collectionId) => raw.enrolmentsOf(userId, collectionId),
      holds: (collectionId, contentId) => {
        const published = catalogue.publicationNow(collectionId)
        return published !== undefined && holdsLeaf(published.structure, contentId)
      },
      carriedTo: carrying && ((occurrence) => carrying.alsoStale(occurrence)),
    }
    this.#journal = journal
    this.#statements = statements
    this.#raw = raw
    this.#catalogue = catalogue
    this.#log = log
  }

  get behind(): number {
    return this.#stale.size
  }

  /** A raw row of this enrolment changed in the transaction under way. */
  markStale(key: EnrolmentKey): void {
    const name = enrolmentId(key)
    if (this.#stale.has(name)) return
    this.#stale.set(name, key)
    this.#journal.note(() => this.#stale.delete(name))
  }

  /** Nothing is left of an enrolment: so nothing of it is behind. In the transaction of the removal. */
  forget(key: EnrolmentKey): void {
    const name = enrolmentId(key)
    if (this.#stale.delete(name)) this.#journal.note(() => this.#stale.set(name, key))
  }

  /** Whichever other enrolments count the row that an occurrence is about. */
  sharing(occurrence: Occurrence): readonly EnrolmentKey[] {
    return alsoStale(this.#mode, occurrence, this.#known)
  }

  /** Every enrolment whose summary these occurrences make stale, each once. */
  staleEnrolments(occurrences: Iterable<Occurrence>): readonly EnrolmentKey[] {
    return allStale(this.#mode, occurrences, this.#known)
  }

  /**
   * Stores what is behind of a collection that is about to be published anew: who is complete now stays complete, also
   * where a clock that went back would hide it from the new publication. Inside the transaction of the publication.
   * @param everyone also those whom the last publication concerns and the worker has not come to.
   */
  settle(collectionId: string, everyone: boolean): void {
    const behind = [...this.#stale.values()].filter((key) => key.collectionId === collectionId)
    for (const key of behind.sort(compareKeys)) this.recompute(key)
    if (!everyone) return
    const { publication = 0 } = this.#catalogue.publicationNow(collectionId) ?? {}
    for (const row of this.#statements.of(OUTDATED).all(collectionId, publication)) {
      this.recompute({ userId: String(row['user_id']), collectionId, contextId: String(row['context_id']) })
    }
  }

  /** What was logged but not yet recomputed when the process last ended. */
  markLogged(entries: readonly LogEntry[]): void {
    const occurrences = entries.map(({ occurrence }) => occurrence)
    for (const key of this.staleEnrolments(occurrences)) this.#stale.set(enrolmentId(key), key)
  }

  /** The enrolment and the summary of one key, each where there is one. */
  read(key: EnrolmentKey): { readonly enrolment: Enrolment | undefined; readonly summary: Summary | undefined } {
    const stored = storedOf(this.#statements.rows(BY_KEY).get(key.userId, key.collectionId, key.contextId))
    if (stored === undefined) return { enrolment: undefined, summary: undefined }
    const published = this.#catalogue.publicationNow(key.collectionId)
    return { enrolment: stored.enrolment, summary: published && this.#summary(key, stored, published) }
  }

  #summary(key: EnrolmentKey, stored: Stored, { structure, publication }: Publication): Summary | undefined {
    const { summary } = stored
    if (summary?.publication === publication && !this.#isStale(key) && this.#carrying?.isBehind(key) !== true) {
      return decodeSummary(summary, summary, structure, this.#completion(key, stored))
    }
    const raw = this.#progress(key, stored, structure)
    return this.#isDue(key, stored, raw) ? summarise(structure, publication, raw) : undefined
  }

  #isStale(key: EnrolmentKey): boolean {
    return this.#stale.size > 0 && this.#stale.has(enrolmentId(key))
  }

  /**
   * Recomputes one summary and stores it, inside the transaction of the caller.
   * @param tell what is done with what there is to tell of it: otherwise it is logged.
   */
  recompute(key: EnrolmentKey, tell = (occurrence: Occurrence): void => this.#log.append(occurrence)): void {
    this.forget(key)
    const published = this.#catalogue.publicationNow(key.collectionId)
    const stored = this.#stored(key)
    if (published === undefined || stored === undefined) return
    const raw = this.#progress(key, stored, published.structure)
    if (!this.#isDue(key, stored, raw)) return this.#drop(stored.participation)
    const summary = summarise(published.structure, published.publication, raw)
    const encoded = encodeSummary(summary, published.structure)
    // What is stored already need not cost a page.
    if (!isSame(stored.summary, summary, encoded)) this.#store(stored.participation, summary, encoded)
    this.#announce(key, raw.completedAt, stored, summary, tell)
  }

  /**
   * An enrolment was carried over. A summary stored while it was behind counts what was derived then: where the catalogue
   * changed in between, that came to nothing and nothing tells of it. Inside the transaction of the caller.
   */
  recheck(key: EnrolmentKey): void {
    const published = this.#catalogue.publicationNow(key.collectionId)
    // What is stale, or of an earlier publication, is recomputed in any case.
    if (this.#isStale(key) || this.#stored(key)?.summary?.publication !== published?.publication) return
    if (this.differs(key)) this.recompute(key)
  }

  /** Whether the stored summary is not what the raw rows say. */
  differs(key: EnrolmentKey): boolean {
    return this.compare(key) !== undefined
  }

  /** The stored summary beside the one that the raw rows make; undefined where they are the same. */
  compare(key: EnrolmentKey): Compared | undefined {
    const published = this.#catalogue.publicationNow(key.collectionId)
    const stored = this.#stored(key)
    if (published === undefined || stored === undefined) return undefined
    const { structure, publication } = published
    const raw = this.#progress(key, stored, structure)
    const wanted = this.#isDue(key, stored, raw) ? summarise(structure, publication, raw) : undefined
    const { summary } = stored
    if (wanted === undefined && summary === undefined) return undefined
    const completedAt = this.#completion(key, stored)
    const encoded = wanted && encodeSummary(wanted, structure)
    if (wanted && encoded && isSame(summary, wanted, encoded) && wanted.completedAt === completedAt) return undefined
    const late = summary !== undefined && summary.publication !== publication
    const behind = late || this.#isStale(key) || this.#carrying?.isBehind(key) === true
    return { stored: summary, completedAt, wanted, encoded, structure, behind }
  }

  /** Takes a stored summary away, inside the transaction of the caller: whoever reads it has it computed. */
  drop(key: EnrolmentKey): void {
    const number = this.#raw.participation(key)
    if (number !== undefined) this.#drop(number)
  }

  #announce(
    key: EnrolmentKey,
    before: number | undefined,
    { participation, summary }: Stored,
    after: Summary,
    tell: (occurrence: Occurrence) => void,
  ): void {
    const { completedAt } = after
    if (completedAt !== undefined && completedAt !== before) this.#raw.mergeCompletion(participation, completedAt)
    for (const occurrence of summaryOccurrences(key, summary, after, before)) tell(occurrence)
  }

  #progress(key: EnrolmentKey, stored: Stored, structure: Structure): RawProgress {
    const completedAt = this.#completion(key, stored)
    if (this.#carrying !== undefined) return { ...this.#carrying.counted(key), completedAt }
    const { participation, attempted } = stored
    const rows = ownsRows(this.#mode, key)
      ? this.#raw.progress(participation, attempted)
      : countedRows(this.#mode, key, structure, this.#raw)
    return { ...rows, completedAt }
  }

  /** The completion on record that counts. */
  #completion(key: EnrolmentKey, { completedAt }: Stored): number | undefined {
    return this.#carrying === undefined ? completedAt : this.#carrying.completion(key)
  }

  /** Whether a learner has a summary there at all: by enrolment, or by rows that lie there. */
  #isDue(key: EnrolmentKey, { enrolment }: Stored, raw: RawProgress): boolean {
    return enrolment !== undefined || (ownsRows(this.#mode, key) && hasProgress(raw))
  }

  #stored(key: EnrolmentKey): Stored | undefined {
    const number = this.#raw.participation(key)
    return number === undefined ? undefined : storedOf(this.#statements.rows(BY_NUMBER).get(number))
  }

  #drop(participation: number): void {
    this.#statements.of('DELETE FROM summary WHERE participation = ?').run(participation)
  }

  #store(participation: number, summary: Summary, { leaves, details }: StoredSummary): void {
    const { publication, progress, required, status } = summary
    this.#statements.of(STORE).run(participation, publication, progress, required, status, leaves, details)
  }
}
