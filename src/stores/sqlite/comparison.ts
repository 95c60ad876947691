import {
  FIELDS_MAX,
  fieldDifferences,
  type FieldDifference,
  type SummaryDifference,
  type TellingFigures,
} from '../../domain/progress/summary-difference.ts'
import type { Summary } from '../../domain/progress/summary.ts'
import type { EnrolmentKey } from '../../domain/progress/key.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type { RepairPlace, SummaryComparison } from '../../ports/repair.ts'
import { decodeSummary } from '../codec.ts'
import type { Statements } from './database.ts'
import type { EnrolmentPages } from './enrolment-pages.ts'
import type { Compared, Summaries } from './summaries.ts'
import type { Writer } from './writer.ts'

/** Summaries of the embedded store, stored against recomputed. Notes stand in table `meta`. */
export class SqliteComparison implements SummaryComparison {
  readonly #statements: Statements
  readonly #writer: Writer
  readonly #summaries: Summaries
  readonly #pages: EnrolmentPages

  constructor(statements: Statements, writer: Writer, summaries: Summaries, pages: EnrolmentPages) {
    this.#statements = statements
    this.#writer = writer
    this.#summaries = summaries
    this.#pages = pages
  }

  async list(place: RepairPlace | undefined, page: PageRequest): Promise<Page<EnrolmentKey>> {
    return Promise.resolve(
      place === undefined
        ? this.#pages.summarised(page)
        : this.#pages.participantsIn(place.collectionId, place.contextId, page),
    )
  }

  async count(place: RepairPlace | undefined): Promise<number> {
    return Promise.resolve(
      place === undefined
        ? this.#pages.countSummarised()
        : this.#pages.countParticipantsIn(place.collectionId, place.contextId),
    )
  }

  differences(keys: readonly EnrolmentKey[]): Promise<readonly SummaryDifference[]> {
    return Promise.resolve(
      keys.flatMap((key) => {
        const compared = this.#summaries.compare(key)
        return compared === undefined ? [] : [differenceOf(key, compared)]
      }),
    )
  }

  noted(name: string): Promise<string | undefined> {
    const row = this.#statements.of('SELECT value FROM meta WHERE name = ?').get(name)
    return Promise.resolve(row === undefined ? undefined : String(row['value']))
  }

  async note(name: string, text: string | undefined): Promise<void> {
    // What is noted nowhere need not be taken away.
    if (text === undefined && (await this.noted(name)) === undefined) return
    await this.#writer.submit(() => {
      if (text === undefined) this.#statements.of('DELETE FROM meta WHERE name = ?').run(name)
      else this.#statements.of(NOTE).run(name, text)
    }, 'own')
  }
}

const NOTE = 'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'

function differenceOf(key: EnrolmentKey, compared: Compared): SummaryDifference {
  const { stored, wanted, completedAt, behind } = compared
  const fields = stored === undefined || wanted === undefined ? [] : fieldsOf(compared, wanted)
  return {
    key,
    kind: stored === undefined ? 'missing' : wanted === undefined ? 'left-over' : 'wrong',
    behind,
    stored: stored && figures({ ...stored, completedAt }),
    recomputed: wanted && figures(wanted),
    fields: fields.slice(0, FIELDS_MAX),
    more: Math.max(0, fields.length - FIELDS_MAX),
  }
}

function figures({ progress, required, status, completedAt }: TellingFigures): TellingFigures {
  return { progress, required, status, completedAt }
}

function fieldsOf({ stored, structure, encoded, completedAt }: Compared, wanted: Summary): readonly FieldDifference[] {
  if (stored === undefined) return []
  const { publication, progress, required, status, leaves, details } = stored
  // Contents and units of another publication are others: their figures cannot be laid side by side.
  const likewise =
    publication === wanted.publication
      ? { leaves, details }
      : { leaves: encoded?.leaves ?? '', details: encoded?.details ?? null }
  let read: Summary
  try {
    read = decodeSummary({ publication, progress, required, status }, likewise, structure, completedAt)
  } catch {
    return [{ field: 'details', stored: details, recomputed: encoded?.details ?? null }]
  }
  const fields = fieldDifferences(read, wanted)
  // Whatever is read as the same may be written otherwise, where it was not written by us.
  return fields.length > 0 ? fields : [{ field: 'leaves', stored: leaves, recomputed: encoded?.leaves ?? null }]
}
