import { joinAttempts, type Attempt } from '../../domain/progress/attempt.ts'
import type { Enrolment } from '../../domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import type { Migrated, Moved } from '../../domain/progress/provenance.ts'
import type { ViewRow } from '../../domain/progress/view.ts'
import type { CopyRow, CopyTable, FactTables, MoveTable } from '../carrying/tables.ts'
import { TupleMap } from './ordered-map.ts'

/** What learners did, as maps. */
export class MemoryFacts implements FactTables {
  readonly viewRows = new TupleMap<ViewRow>()
  readonly attemptRows = new TupleMap<Attempt>()
  readonly enrolments = new TupleMap<Enrolment>()
  readonly completions = new TupleMap<number>()
  /** Filled only where the facts are those of a store that changed its mode. */
  readonly migrations = new TupleMap<readonly Migrated[]>()

  view(key: ViewKey): ViewRow | undefined {
    return this.viewRows.get(...idsOf(key), key.contentId)
  }

  views(key: EnrolmentKey): ReadonlyMap<string, ViewRow> {
    return new Map(this.viewRows.under(...idsOf(key)).map(({ ids, value }) => [ids[3] ?? '', value]))
  }

  attempts(key: EnrolmentKey, contentId?: string): ReadonlyMap<string, readonly Attempt[]> {
    const attempts = new Map<string, Attempt[]>()
    const content = contentId === undefined ? [] : [contentId]
    for (const { ids, value } of this.attemptRows.under(...idsOf(key), ...content)) {
      const id = ids[3] ?? ''
      attempts.set(id, [...(attempts.get(id) ?? []), value])
    }
    return attempts
  }

  mergeAttempt(key: ViewKey, attempt: Attempt): void {
    const ids = [...idsOf(key), key.contentId, attempt.attemptId]
    const before = this.attemptRows.get(...ids)
    this.attemptRows.set(ids, before === undefined ? attempt : joinAttempts(before, attempt))
  }

  enrolment(key: EnrolmentKey): Enrolment | undefined {
    return this.enrolments.get(...idsOf(key))
  }

  /** Enrolments of a learner, ended ones included: all, or those in one collection. */
  enrolmentsOf(userId: string, collectionId?: string): readonly EnrolmentKey[] {
    const found = this.enrolments.under(userId, ...(collectionId === undefined ? [] : [collectionId]))
    return found.map(({ ids }) => keyOf(ids))
  }

  completion(key: EnrolmentKey): number | undefined {
    return this.completions.get(...idsOf(key))
  }

  participationsOf(userId: string, collectionId?: string): readonly EnrolmentKey[] {
    const prefix = collectionId === undefined ? [userId] : [userId, collectionId]
    const keys = new TupleMap<EnrolmentKey>()
    for (const table of [this.viewRows, this.attemptRows, this.enrolments]) {
      for (const { ids } of table.under(...prefix)) keys.set(ids.slice(0, 3), keyOf(ids))
    }
    return keys.under().map(({ value }) => value)
  }

  migrated(key: ViewKey): readonly Migrated[] {
    return this.migrations.get(...idsOf(key), key.contentId) ?? []
  }

  /** Removes the rows of an enrolment; an organic view of the same name belongs to none. */
  removeRows(key: EnrolmentKey): { readonly views: number; readonly attempts: number } {
    this.completions.delete(...idsOf(key))
    return { views: this.viewRows.deleteWhere(insideOf(key)), attempts: this.attemptRows.deleteWhere(insideOf(key)) }
  }
}

/** What was copied, and how far enrolments were carried over. */
export class MemoryCopies implements CopyTable {
  readonly #byContent = new TupleMap<CopyRow>()
  /** The same rows by the place that they lie in. */
  readonly #byPlace = new TupleMap<CopyRow>()
  readonly #revisions = new TupleMap<number>()

  rowsOf(userId: string, contentId: string): readonly CopyRow[] {
    return this.#byContent.under(userId, contentId).map(({ value }) => value)
  }

  rowsUnder(key: EnrolmentKey): readonly CopyRow[] {
    return this.#byPlace.under(...idsOf(key)).map(({ value }) => value)
  }

  at(key: ViewKey): CopyRow | undefined {
    return this.#byPlace.get(...idsOf(key), key.contentId)
  }

  put(row: CopyRow): void {
    const { userId, contentId, collectionId, contextId } = row.key
    this.#byContent.set([userId, contentId, collectionId, contextId], row)
    this.#byPlace.set([...idsOf(row.key), contentId], row)
  }

  remove(key: EnrolmentKey, kept?: string): void {
    for (const { key: row } of this.rowsUnder(key)) {
      if (row.contentId === kept) continue
      this.#byContent.delete(row.userId, row.contentId, row.collectionId, row.contextId)
      this.#byPlace.delete(...idsOf(row), row.contentId)
    }
    this.#revisions.delete(...idsOf(key))
  }

  revision(key: EnrolmentKey): number | undefined {
    return this.#revisions.get(...idsOf(key))
  }

  /** None: here enrolments are carried over at once. */
  uncarried(): readonly EnrolmentKey[] {
    return []
  }

  setRevision(key: EnrolmentKey, revision: number | undefined): void {
    if (revision === undefined) this.#revisions.delete(...idsOf(key))
    else this.#revisions.set(idsOf(key), revision)
  }
}

export class MemoryMoves implements MoveTable {
  readonly #moves = new TupleMap<Moved>()

  of(userId: string, collectionId: string): ReadonlyMap<string, Moved> {
    return new Map(this.#moves.under(userId, collectionId).map(({ ids, value }) => [ids[2] ?? '', value]))
  }

  set(key: EnrolmentKey, moved: Moved | undefined): void {
    if (moved === undefined) this.#moves.delete(...idsOf(key))
    else this.#moves.set(idsOf(key), moved)
  }
}

export function idsOf(key: EnrolmentKey): readonly string[] {
  return [key.userId, key.collectionId, key.contextId]
}

function keyOf([userId = '', collectionId = '', contextId = '']: readonly string[]): EnrolmentKey {
  return { userId, collectionId, contextId }
}

/** Rows of an enrolment: an organic view of the same name belongs to none. */
function insideOf(key: EnrolmentKey): (ids: readonly string[]) => boolean {
  return ([userId, collectionId, contextId, contentId]) =>
    userId === key.userId &&
    collectionId === key.collectionId &&
    contextId === key.contextId &&
    contentId !== collectionId
}
