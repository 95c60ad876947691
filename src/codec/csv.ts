import { stringify, type Stringifier } from 'csv-stringify'

/**
 * A stream of CSV (RFC 4180): rows in, text out. Cells that a spreadsheet would run as a formula are defused (CWE-1236).
 */
export function csvStream(columns: readonly string[]): Stringifier {
  return stringify({
    header: true,
    columns: [...columns],
    escape_formulas: true,
    record_delimiter: 'windows',
    // By itself it quotes only a whole CRLF; spreadsheets end a line, and so a cell, at either half.
    quoted_match: /[\r\n]/,
    cast: { date: (value) => value.toISOString() },
  })
}
