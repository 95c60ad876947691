/** One line of a file. `ended` is false for a last line without a line end: the file may have been cut off there. */
export type TextLine =
  | { readonly number: number; readonly text: string; readonly ended: boolean }
  | { readonly number: number; readonly fault: string }

const NEWLINE = 0x0a
// What looks like a byte-order mark is part of the text, but for the first line.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Splits bytes into lines, as they come. Lines end at LF; a CR before it stays, for it may be part of a value. A line
 * that is too long or no UTF-8 is a fault of that line alone; no more than `bytesMax` of a line is ever held.
 */
export class LineSplitter {
  readonly #bytesMax: number
  #number = 1
  #pieces: Uint8Array[] = []
  #held = 0
  #tooLong = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The lines that end in this chunk. */
  push(chunk: Uint8Array): TextLine[] {
    const lines: TextLine[] = []
    let from = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from)
      if (end === -1) break
      this.#hold(chunk.subarray(from, end))
      lines.push(this.#line(true))
      from = end + 1
    }
    // A copy: whoever reads a file may use its buffer again.
    this.#hold(chunk.slice(from))
    return lines
  }

  /** The last line, where the bytes did not end with a line end. */
  end(): TextLine[] {
    return this.#held === 0 && !this.#tooLong ? [] : [this.#line(false)]
  }

  #hold(piece: Uint8Array): void {
    if (piece.length === 0 || this.#tooLong) return
    this.#held += piece.length
    this.#tooLong = this.#held > this.#bytesMax
    if (this.#tooLong) this.#pieces = []
    else this.#pieces.push(piece)
  }

  #line(ended: boolean): TextLine {
    const number = this.#number
    const [first] = this.#pieces
    const bytes = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces)
    const tooLong = this.#tooLong
    this.#number += 1
    this.#pieces = []
    this.#held = 0
    this.#tooLong = false
    if (tooLong) return { number, fault: `the line is longer than ${String(this.#bytesMax)} bytes` }
    try {
      const text = UTF8.decode(bytes)
      return { number, text: number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text, ended }
    } catch {
      // The decoder says no more than that.
      return { number, fault: 'the line is not UTF-8' }
    }
  }
}
