const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const CR = 0x0d

/** What a line did to the record it belongs to: it may end it, leave a quoted value open, or break it. */
export type Fed = 'ENDED' | 'OPEN' | { readonly fault: string }

/**
 * One record of CSV, fed line by line: values apart by commas, quoted or not. Inside quotes a quote is `\"` or `""`; a
 * line end belongs to the value. Backslashes and what follows them stay as they are: what they mean is for the caller
 * to say. It is strict: what no writer writes is a fault, so that a damaged row is not read as another one.
 */
export class CsvRecord {
  readonly cells: string[] = []
  #cell = ''
  #state: 'before' | 'plain' | 'quoted' | 'closed' = 'before'

  feed(line: string): Fed {
    let from = 0
    for (let at = 0; at < line.length; at += 1) {
      const unit = line.charCodeAt(at)
      if (this.#state === 'before') {
        from = unit === QUOTE ? at + 1 : at
        this.#state = unit === QUOTE ? 'quoted' : 'plain'
        if (unit === QUOTE) continue
      }
      if (this.#state === 'closed') {
        if (unit === COMMA) this.#endCell()
        else if (unit !== CR || at + 1 < line.length) return { fault: 'text follows a closing quote' }
      } else if (unit === BACKSLASH) {
        at += 1
        if (at === line.length) return { fault: 'a line ends with a single backslash' }
      } else if (unit === QUOTE) {
        if (this.#state === 'plain') return { fault: 'a quote stands in a value that is not quoted' }
        this.#cell += line.slice(from, at)
        if (line.charCodeAt(at + 1) === QUOTE) {
          // Of the two, the second is the value's.
          at += 1
          from = at
        } else this.#state = 'closed'
      } else if (unit === COMMA && this.#state === 'plain') {
        this.#cell += line.slice(from, at)
        this.#endCell()
      }
    }
    return this.#endLine(line, from)
  }

  #endLine(line: string, from: number): Fed {
    if (this.#state === 'quoted') {
      this.#cell += `${line.slice(from)}\n`
      return 'OPEN'
    }
    if (this.#state === 'plain') this.#cell += line.slice(from, line.endsWith('\r') ? -1 : undefined)
    this.#endCell()
    return 'ENDED'
  }

  #endCell(): void {
    this.cells.push(this.#cell)
    this.#cell = ''
    this.#state = 'before'
  }
}
