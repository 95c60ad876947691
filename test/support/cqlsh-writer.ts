/** Writes cells as `cqlsh COPY TO` does, to hold the reader to what a writer of the same form means. */
import type { Backslashes } from '../../src/codec/cqlsh-csv.ts'
import type { CqlValue } from '../../src/codec/cql-value.ts'
import { isList, isMap } from '../../src/codec/cql-value.ts'

const CONTROL = /[\p{Cc}\u00A0]/gu
const NAMED: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

/** A text as cqlsh shows it: what Python's `repr` makes of control characters. */
function shown(text: string): string {
  const code = (control: string): string => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`
  return text.replaceAll('\\', '\\\\').replaceAll(CONTROL, (control) => NAMED[control] ?? code(control))
}

/** One cell as Python's csv module writes it: quoted where it holds a comma or a line end, quotes behind a backslash. */
function cell(text: string, backslashes: Backslashes): string {
  const doubled = backslashes === 'twice' ? text.replaceAll('\\', '\\\\') : text
  const escaped = doubled.replaceAll('"', String.raw`\"`)
  return /[,\r\n]/.test(text) ? `"${escaped}"` : escaped
}

/** A row of texts with its line end. */
export function cqlshRow(texts: readonly string[], backslashes: Backslashes = 'once'): string {
  return `${texts.map((text) => cell(shown(text), backslashes)).join(',')}\r\n`
}

/** A collection in a cell, before control characters are shown. Scalars are texts, in quotes. */
export function cqlLiteral(value: CqlValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (isList(value)) return `[${value.map(cqlLiteral).join(', ')}]`
  if (isMap(value)) {
    return `{${[...value].map(([key, item]) => `${cqlLiteral(key)}: ${cqlLiteral(item)}`).join(', ')}}`
  }
  return ''
}
