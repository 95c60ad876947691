/** One row as one line of JSON, exactly: the fields in their order, each number and each text as it was. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'

/** A field of a line, and the column that it is of. */
export interface Field {
  readonly name: string
  readonly column: string
  /** Text is never taken apart, also where it holds JSON: so it comes back as it was. Bytes are base64. */
  readonly type: 'text' | 'integer' | 'real' | 'bytes'
  /** Whether it may be null. */
  readonly optional: boolean
}

/** A line does not hold a row of its kind. Says why in words that quote nothing of it: it may be private. */
export class LineFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'LineFault'
  }
}

/** Legal in JSON, but some programs take them for line ends. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g

/** Writes rows, given as values in the order of the fields. No line end is added. */
export function lineWriter(fields: readonly Field[]): (row: readonly SQLOutputValue[]) => string {
  const before = fields.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  return (row) => `${before.map((text, index) => text + valueText(row[index] ?? null)).join('')}}`
}

function valueText(value: SQLOutputValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value).replace(LINE_ENDS, escaped)
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'))
  // JSON has no word for infinity, but whoever reads a number that large gets it.
  if (value === Infinity) return '1e999'
  return value === -Infinity ? '-1e999' : String(value)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * Reads what `lineWriter` wrote.
 * @throws LineFault
 */
export function lineReader(fields: readonly Field[]): (line: string) => SQLInputValue[] {
  const names = new Set(fields.map(({ name }) => name))
  return (line) => {
    const given = readObject(line)
    const unknown = Object.keys(given).find((name) => !names.has(name))
    if (unknown !== undefined) throw new LineFault('it has a field that this kind has not')
    return fields.map((field) => {
      if (!Object.hasOwn(given, field.name)) throw new LineFault(`field ${field.name} is missing`)
      return readValue(field, given[field.name])
    })
  }
}

function readObject(line: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new LineFault('it is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LineFault('it is no JSON object')
  return value as Readonly<Record<string, unknown>>
}

const FORMS: Readonly<Record<Field['type'], string>> = {
  text: 'text without halves of characters',
  integer: 'a whole number',
  real: 'a number',
  bytes: 'base64',
}

function readValue({ name, type, optional }: Field, value: unknown): SQLInputValue {
  if (value === null && optional) return null
  if (typeof value === 'number' && (type === 'real' || (type === 'integer' && Number.isSafeInteger(value))))
    return value
  if (typeof value === 'string') {
    // SQLite keeps UTF-8, in which half a surrogate pair would become another character.
    if (type === 'text' && value.isWellFormed()) return value
    if (type === 'bytes') {
      const bytes = Buffer.from(value, 'base64')
      if (bytes.toString('base64') === value) return bytes
    }
  }
  throw new LineFault(`field ${name} must be ${FORMS[type]}${optional ? ' or null' : ''}`)
}
