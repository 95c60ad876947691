/** What is known of one content and one learner, in the terms of the domain. */
import type { ContentHistory, ContentRow, CopyTarget } from '../../domain/progress/copying.ts'
import { enrolmentId, viewId, type EnrolmentKey, type ViewKey } from '../../domain/progress/key.ts'
import { isOrganic, type Mode } from '../../domain/progress/mode.ts'
import { NO_PROVENANCE, shownTimes, type Copied, type Provenance } from '../../domain/progress/provenance.ts'
import { rulesInForce, type Rule } from '../../domain/progress/rule.ts'
import { viewStatus, type ViewTimes } from '../../domain/progress/view.ts'
import type { ContentAccount, KeyedRow } from '../../ports/progress-store.ts'
import type { CatalogueNow, FactTables } from './tables.ts'

/** How progress counts in this instance, and what is known. */
export interface School {
  readonly mode: Mode
  /** Calendar months of rules are counted in it, IANA name. */
  readonly timeZone: string
  readonly facts: FactTables
  readonly catalogue: CatalogueNow
}

/** A row with the copy in it, where there is one. */
export interface RowWithCopy {
  readonly key: ViewKey
  readonly copied: Copied | null
}

/** The rules that hold in a context. */
export function rulesOf(catalogue: CatalogueNow, { collectionId, contextId }: EnrolmentKey): readonly Rule[] {
  const { known, defaults } = catalogue.rulesNow()
  return rulesInForce(catalogue.contextNow(collectionId, contextId)?.rules ?? null, defaults, known)
}

/** Whether a content is a leaf of a collection as published last. */
export function isLeaf(catalogue: CatalogueNow, collectionId: string, contentId: string): boolean {
  return catalogue.publicationNow(collectionId)?.structure.ancestors.has(contentId) === true
}

/**
 * Enrolments as what may be copied to, each looked up once: a course has many leaves, and most of what bears on them is the
 * same. For the length of one call, in which no enrolment, context or rule changes.
 */
export class Targets {
  readonly #school: School
  readonly #known = new Map<string, CopyTarget | undefined>()

  constructor(school: School) {
    this.#school = school
  }

  /** Undefined where the learner never enrolled. */
  of({ userId, collectionId, contextId }: EnrolmentKey): CopyTarget | undefined {
    const name = enrolmentId({ userId, collectionId, contextId })
    if (this.#known.has(name)) return this.#known.get(name)
    const target = this.#lookUp({ userId, collectionId, contextId })
    this.#known.set(name, target)
    return target
  }

  #lookUp(key: EnrolmentKey): CopyTarget | undefined {
    const { facts, catalogue } = this.#school
    const enrolment = facts.enrolment(key)
    if (enrolment === undefined) return undefined
    const context = catalogue.contextNow(key.collectionId, key.contextId)
    return { key, enrolment, context, rules: rulesOf(catalogue, key) }
  }
}

/**
 * All that bears on one content of one learner.
 * @param rows every row of the content.
 * @param places keys that may be enrolments; those that are, in collections with that leaf, are what may be copied to.
 */
export function historyOf(
  { mode, timeZone, facts, catalogue }: School,
  contentId: string,
  rows: readonly RowWithCopy[],
  places: readonly EnrolmentKey[],
  targets: Targets,
): ContentHistory {
  const contextOf = ({ collectionId, contextId }: EnrolmentKey): ReturnType<CatalogueNow['contextNow']> =>
    catalogue.contextNow(collectionId, contextId)
  return {
    mode,
    timeZone,
    contentId,
    rows: rows.map(({ key, copied }): ContentRow => {
      const context = isOrganic(key) ? undefined : contextOf(key)
      return { key, times: facts.view(key), copied, context }
    }),
    targets: places.flatMap((place): readonly CopyTarget[] => {
      const { collectionId } = place
      if (collectionId === contentId || !isLeaf(catalogue, collectionId, contentId)) return []
      const target = targets.of(place)
      return target === undefined ? [] : [target]
    }),
  }
}

/** The keys of all rows of a content that a learner viewed, wherever they lie. */
export function viewedRows({ facts }: School, userId: string, contentId: string): readonly ViewKey[] {
  return facts
    .participationsOf(userId)
    .map((place) => ({ ...place, contentId }))
    .filter((key) => facts.view(key) !== undefined)
}

/** @param times those that count in the row. @param made what is known of how it came to be, beside the learner's facts. */
export function accountOf(
  { facts }: School,
  key: ViewKey,
  times: ViewTimes | undefined,
  made: Partial<Provenance>,
): KeyedRow {
  const own = facts.view(key)
  const provenance = { ...NO_PROVENANCE, ...made, viewed: own !== undefined, migrated: facts.migrated(key) }
  // What a tombstone held it still holds: it is only not shown.
  const status = viewStatus(shownTimes(times, { ...provenance, movedTo: null }))
  return { key, times, own, status, provenance }
}

/** Where nothing is carried over, rows are as the learner made them. */
export function plainAccount(school: School, userId: string, contentId: string): ContentAccount {
  const rows = viewedRows(school, userId, contentId)
  const history = historyOf(
    school,
    contentId,
    rows.map((key) => ({ key, copied: null })),
    school.facts.participationsOf(userId),
    new Targets(school),
  )
  return { rows: rows.map((key) => accountOf(school, key, school.facts.view(key), {})), history }
}

/** Keys of view rows, each once. */
export function distinct(keys: readonly ViewKey[]): readonly ViewKey[] {
  return [...new Map(keys.map((key) => [viewId(key), key])).values()]
}
