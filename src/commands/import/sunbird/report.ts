/** What an import found, told as it comes: however much it is, no more of it is held in memory than a row. */
import type { EnrolmentKey } from '../../../domain/progress/key.ts'
import { jsonRows } from '../../json-rows.ts'
import type { ClaimDifference } from '../../../transformers/sunbird-export/compare.ts'
import type { RowRemark } from './refused-file.ts'

/** An enrolment, or a unit in one, of which the export says something else than what is recomputed. */
export interface ComparedRow extends EnrolmentKey {
  readonly table: 'user_enrolments' | 'user_activity_agg'
  /** Undefined: the collection itself. The same as the collection where it is not known whose unit it is. */
  readonly unitId?: string | undefined
  readonly differences: readonly ClaimDifference[]
}

export interface Report {
  remark(remark: RowRemark): void
  compared(row: ComparedRow): void
  /** @param figures what stands in the JSON; @param text what is said instead. */
  end(figures: Readonly<Record<string, unknown>>, text: string): void
}

/** @param write where it goes, stdout. */
export function openReport(
  json: boolean,
  write: (text: string) => unknown = (text) => process.stdout.write(text),
): Report {
  if (!json) {
    return {
      remark: (remark) => write(`${remarkText(remark)}\n`),
      compared: (row) => write(`${comparedText(row)}\n`),
      end: (_figures, text) => write(`${text}\n`),
    }
  }
  const { add, end } = jsonRows('{"rows":[', write)
  return {
    remark: add,
    compared: (row) => {
      add({ kind: 'differs', ...row })
    },
    end,
  }
}

/** `user_enrolments.csv:4 completedon: why`, with what became of the row. */
export function remarkText({ kind, file, line, column, reason }: RowRemark): string {
  return `${kind} ${file}:${String(line)} ${column === null ? '' : `${column}: `}${reason}`
}

export function comparedText({ userId, collectionId, contextId, unitId, table, differences }: ComparedRow): string {
  const unit = unitId === collectionId ? `unit ${unitId}` : `unit ${String(unitId)} of ${collectionId}`
  const where = unitId === undefined ? collectionId : unit
  const told = differences.map(
    ({ field, claimed, recomputed, right, why }) =>
      `${field}${valuesText(claimed, recomputed)}: ${RIGHT[right]}, ${why}`,
  )
  return `differs ${userId} in ${where} / ${contextId} (${table}): ${told.join('; ')}`
}

const RIGHT: Readonly<Record<ClaimDifference['right'], string>> = {
  recomputed: 'what is here is right',
  claimed: 'what is there is right',
  unknown: 'which is right cannot be said',
}

/** Nothing, where there is nothing to compare. */
function valuesText(claimed: number | string | null, recomputed: number | string | null): string {
  if (claimed === null && recomputed === null) return ''
  return ` is ${valueText(claimed)} there and ${valueText(recomputed)} here`
}

function valueText(value: number | string | null): string {
  return value === null ? 'nothing' : String(value)
}
