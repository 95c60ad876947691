/** One row of an export, whatever its form: columns by their names, each read as the type it is meant to have. */
import { readCqlBoolean, readCqlInstant, readCqlNumber } from '../../codec/cql-scalar.ts'
import {
  CqlError,
  isList,
  isMap,
  readCqlValue,
  type CqlList,
  type CqlMap,
  type CqlValue,
} from '../../codec/cql-value.ts'
import { isId } from '../../domain/id.ts'

/** Why a row is refused: `column` is the one at fault, in the row's own terms. */
export class RowFault extends Error {
  readonly column: string
  constructor(column: string, reason: string) {
    super(reason)
    this.name = 'RowFault'
    this.column = column
  }
}

/** No learning platform has data from before this; a clock that says so has lost its battery. */
const EARLIEST_MS = Date.UTC(2000, 0, 1)

/**
 * Where several columns are named, they are the names that generations of the schema gave to one thing, newest first;
 * the first that holds something counts. All throw RowFault.
 */
export class ExportRow {
  readonly #cells: ReadonlyMap<string, CqlValue>

  constructor(cells: ReadonlyMap<string, CqlValue>) {
    this.#cells = cells
  }

  /** Undefined where no such column holds anything: cqlsh writes an empty text and null alike. */
  text(...columns: readonly string[]): string | undefined {
    return this.#found(columns)?.text
  }

  /** An id. Two columns that are both there must agree. */
  id(...columns: readonly string[]): string {
    const found = this.#found(columns)
    if (found === undefined) throw new RowFault(columns[0] ?? '', `${columns.join(' or ')} is missing`)
    if (!isId(found.text)) throw new RowFault(found.column, 'an id must have 1 to 256 characters')
    const other = columns.find((column) => (this.#scalar(column) ?? found.text) !== found.text)
    if (other !== undefined) throw new RowFault(other, `${other} and ${found.column} differ`)
    return found.text
  }

  number(...columns: readonly string[]): number | undefined {
    return this.#read(columns, readCqlNumber, 'is no number')
  }

  integer(...columns: readonly string[]): number | undefined {
    const found = this.#found(columns)
    const number = this.number(...columns)
    if (found === undefined || number === undefined || Number.isSafeInteger(number)) return number
    throw new RowFault(found.column, `${found.column} is no whole number`)
  }

  boolean(...columns: readonly string[]): boolean | undefined {
    return this.#read(columns, readCqlBoolean, 'is neither True nor False')
  }

  /** A moment that has been, UTC milliseconds. */
  past(nowMs: number, ...columns: readonly string[]): number | undefined {
    const at = this.#read(columns, readCqlInstant, 'is no time with an offset from UTC')
    if (at === undefined) return undefined
    const column = this.#found(columns)?.column ?? ''
    if (at > nowMs) throw new RowFault(column, `${column} lies in the future`)
    if (at < EARLIEST_MS) throw new RowFault(column, `${column} lies before the year 2000`)
    return at
  }

  map(column: string): CqlMap {
    const value = this.#collection(column)
    if (value === null) return new Map()
    if (!isMap(value)) throw new RowFault(column, `${column} is no map`)
    return value
  }

  list(column: string): CqlList {
    const value = this.#collection(column)
    // Of an empty set nothing shows that it is no map.
    if (value === null || (isMap(value) && value.size === 0)) return []
    if (!isList(value)) throw new RowFault(column, `${column} is no list`)
    return value
  }

  #collection(column: string): CqlValue {
    const cell = this.#cells.get(column) ?? null
    if (typeof cell !== 'string') return cell
    try {
      return readCqlValue(cell)
    } catch (error) {
      if (!(error instanceof CqlError)) throw error
      throw new RowFault(column, `${column} cannot be read: ${error.message}`)
    }
  }

  #read<T>(columns: readonly string[], read: (text: string) => T | undefined, otherwise: string): T | undefined {
    const found = this.#found(columns)
    if (found === undefined) return undefined
    const value = read(found.text)
    if (value === undefined) throw new RowFault(found.column, `${found.column} ${otherwise}`)
    return value
  }

  #found(columns: readonly string[]): { readonly column: string; readonly text: string } | undefined {
    for (const column of columns) {
      const text = this.#scalar(column)
      if (text !== undefined) return { column, text }
    }
    return undefined
  }

  #scalar(column: string): string | undefined {
    const cell = this.#cells.get(column) ?? null
    if (cell === null || cell === '') return undefined
    if (typeof cell !== 'string') throw new RowFault(column, `${column} must be a single value`)
    return cell
  }
}
