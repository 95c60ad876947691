import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { SQLInputValue } from 'node:sqlite'
import { LineSplitter, type TextLine } from '../../../codec/text-lines.ts'
import type { Kind } from './kind.ts'
import { LineFault, lineReader } from './line.ts'
import { BrokenExport, type ExportedKind } from './manifest.ts'

/** One line of an export, read. */
export interface ExportedRow {
  readonly line: number
  readonly values: SQLInputValue[]
}

const CHUNK_BYTES = 1 << 20

/** The longest line that is read: what a client may send is far shorter. More than this is a file without its line ends. */
const LINE_BYTES_MAX = 1 << 28

/**
 * Reads one file of an export, line by line, and holds it to the manifest in the end.
 * @throws BrokenExport
 */
export function* readKind(folder: string, kind: Kind, wanted: ExportedKind): Generator<ExportedRow> {
  const path = join(folder, kind.file)
  if (!existsSync(path)) throw new BrokenExport(kind.file, 'it is missing')
  const [read, hash, splitter] = [lineReader(kind.lineFields), createHash('sha256'), new LineSplitter(LINE_BYTES_MAX)]
  let [count, bytes] = [0, 0]
  const rowOf = (line: TextLine): ExportedRow => {
    if ('fault' in line) throw new BrokenExport(kind.file, line.fault, line.number)
    if (!line.ended) throw new BrokenExport(kind.file, 'the file ends within this line', line.number)
    count += 1
    try {
      return { line: line.number, values: read(line.text) }
    } catch (error) {
      throw error instanceof LineFault ? new BrokenExport(kind.file, error.message, line.number) : error
    }
  }
  for (const chunk of chunksOf(path)) {
    hash.update(chunk)
    bytes += chunk.length
    for (const line of splitter.push(chunk)) yield rowOf(line)
  }
  for (const line of splitter.end()) yield rowOf(line)
  const found = { count, bytes, sha256: hash.digest('hex') }
  for (const field of ['count', 'bytes', 'sha256'] as const) {
    if (found[field] === wanted[field]) continue
    throw new BrokenExport(
      kind.file,
      `${TOLD[field]} ${String(found[field])}, ${String(wanted[field])} in the manifest`,
    )
  }
}

const TOLD = { count: 'its lines are', bytes: 'its bytes are', sha256: 'it was changed: its sha256 is' }

function* chunksOf(path: string): Generator<Uint8Array> {
  const fd = openSync(path, 'r')
  try {
    const buffer = new Uint8Array(CHUNK_BYTES)
    for (;;) {
      const length = readSync(fd, buffer)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(fd)
  }
}
