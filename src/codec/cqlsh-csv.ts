/**
 * CSV as `cqlsh COPY TO` writes it. cqlsh itself shows a text with `\\` for a backslash and `\n`, `\x7f` and the like for
 * control characters, and puts `\` before each quote. Whether it then doubles every backslash once more depends on the
 * Python that ran it (from 3.10 on it does), and a file does not say so by itself.
 */
import { CsvRecord } from './csv-record.ts'
import { LineSplitter, type TextLine } from './text-lines.ts'

/** How often backslashes were doubled: `once` by cqlsh on Python before 3.10, `twice` from then on. */
export type Backslashes = 'once' | 'twice'

export interface CqlshCsvOptions {
  readonly backslashes: Backslashes
  /** Most bytes of one row. */
  readonly rowBytesMax: number
}

/** A row of a file, or why it cannot be read. `line` is that on which it begins, counted from 1. */
export type CsvRow =
  { readonly line: number; readonly cells: readonly string[] } | { readonly line: number; readonly fault: string }

/** Reads rows as bytes come in. Damage costs the row it stands in: reading goes on with the line after that row's first. */
export async function* readCqlshCsv(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: CqlshCsvOptions,
): AsyncGenerator<CsvRow> {
  const splitter = new LineSplitter(options.rowBytesMax)
  const rows = new CsvRows(options)
  for await (const chunk of chunks) yield* rows.take(splitter.push(chunk))
  yield* rows.take(splitter.end())
  yield* rows.end()
}

type GoodLine = Extract<TextLine, { text: string }>

class CsvRows {
  readonly #options: CqlshCsvOptions
  /** The lines of the record that is being read. */
  #open: GoodLine[] = []
  #size = 0
  #record = new CsvRecord()
  /** Lines to be read, the next one last. */
  #todo: TextLine[] = []

  constructor(options: CqlshCsvOptions) {
    this.#options = options
  }

  *take(lines: readonly TextLine[]): Generator<CsvRow> {
    this.#todo = lines.toReversed()
    for (let line = this.#todo.pop(); line !== undefined; line = this.#todo.pop()) {
      const row = 'fault' in line ? this.#faulty(line) : this.#read(line)
      if (row !== undefined) yield row
    }
  }

  *end(): Generator<CsvRow> {
    while (this.#open.length > 0) {
      const refused = this.#giveUp('the file ends within a quoted value')
      if (refused !== undefined) yield refused
      yield* this.take(this.#todo.toReversed())
    }
  }

  #faulty(line: Extract<TextLine, { fault: string }>): CsvRow | undefined {
    if (this.#open.length === 0) return { line: line.number, fault: line.fault }
    this.#todo.push(line)
    return this.#giveUp('a quote is not closed')
  }

  #read(line: GoodLine): CsvRow | undefined {
    this.#open.push(line)
    this.#size += line.text.length + 1
    const fed = this.#record.feed(line.text)
    if (fed === 'OPEN') {
      if (this.#size <= this.#options.rowBytesMax) return undefined
      return this.#giveUp(`a quote is not closed within ${String(this.#options.rowBytesMax)} bytes`)
    }
    if (fed !== 'ENDED') return this.#giveUp(fed.fault)
    const first = this.#open[0]?.number ?? line.number
    const { cells } = this.#record
    this.#reset()
    if (cells.length === 1 && cells[0] === '') return undefined
    if (!line.ended) {
      return { line: first, fault: 'the file ends within this row; if the row is whole, add a line end' }
    }
    return { line: first, cells: cells.map((cell) => this.#plain(cell)) }
  }

  /** Refuses the row by its first line. The lines after it are read anew: they may be rows of their own. */
  #giveUp(fault: string): CsvRow | undefined {
    const [first, ...rest] = this.#open
    this.#reset()
    if (first === undefined) return undefined
    for (const line of rest.toReversed()) this.#todo.push(line)
    return { line: first.number, fault }
  }

  #reset(): void {
    this.#open = []
    this.#size = 0
    this.#record = new CsvRecord()
  }

  #plain(cell: string): string {
    if (!cell.includes('\\')) return cell
    return showControls(this.#options.backslashes === 'twice' ? cell.replaceAll(/\\(.)/gsu, '$1') : cell)
  }
}

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** Undoes what cqlsh does to backslashes and control characters; before anything else a backslash stands for nothing. */
function showControls(text: string): string {
  return text.replaceAll(/\\(?:x([0-9a-fA-F]{2})|(.))/gsu, (_, hex?: string, other?: string) =>
    hex === undefined ? (CONTROLS[other ?? ''] ?? other ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
