import { LineSplitter, type TextLine } from './text-lines.ts'

/** One line's value, or why it cannot be read. */
export type JsonRow =
  { readonly line: number; readonly value: unknown } | { readonly line: number; readonly fault: string }

/** Reads one JSON value from each line; empty lines are left out. A broken line is a fault of that line alone. */
export async function* readJsonLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<JsonRow> {
  const splitter = new LineSplitter(lineBytesMax)
  for await (const chunk of chunks) yield* rowsOf(splitter.push(chunk))
  yield* rowsOf(splitter.end())
}

type GoodLine = Extract<TextLine, { text: string }>

function* rowsOf(lines: readonly TextLine[]): Generator<JsonRow> {
  for (const line of lines) {
    if ('fault' in line) yield { line: line.number, fault: line.fault }
    else if (line.text.trim() !== '') yield read(line)
  }
}

function read({ number, text, ended }: GoodLine): JsonRow {
  try {
    return { line: number, value: JSON.parse(text) as unknown }
  } catch {
    // Why is not said: the parser's words quote the line, which may be private.
    return { line: number, fault: ended ? 'the line is not JSON' : 'the file ends within this line' }
  }
}
