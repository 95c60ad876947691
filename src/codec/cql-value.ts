/**
 * Values of Cassandra as cqlsh writes them into one cell, and the same from JSON. A scalar stays text: its type is known
 * to the column that is read, not to the text.
 */

/** Null, a scalar's text, a list (also a set or a tuple), or a map (also a user type). */
export type CqlValue = null | string | CqlList | CqlMap
export type CqlList = readonly CqlValue[]
export type CqlMap = ReadonlyMap<string, CqlValue>

/** A text that is no value: `at` counts characters from 0. */
export class CqlError extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(`${message} (character ${String(at + 1)})`)
    this.name = 'CqlError'
    this.at = at
  }
}

const DEPTH_MAX = 32

export function isList(value: CqlValue): value is CqlList {
  return Array.isArray(value)
}

export function isMap(value: CqlValue): value is CqlMap {
  return value instanceof Map
}

/**
 * Reads a collection or user type: `{'a': 1, 'b': 2}`, `['x', 'y']`, `[{id: 'q1', score: 0.33, title: }]`. Nothing and
 * `null` are null; a quote within a text is `''`.
 * @throws CqlError
 */
export function readCqlValue(text: string): CqlValue {
  const reader = new CqlReader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

/**
 * The same value from JSON: numbers and booleans become their text.
 * @throws CqlError where it is nested too deep
 */
export function cqlFromJson(json: unknown, depth = 0): CqlValue {
  if (depth > DEPTH_MAX) throw new CqlError('the value is nested too deep', 0)
  if (json === null || json === undefined) return null
  if (typeof json === 'string') return json
  if (Array.isArray(json)) return json.map((item) => cqlFromJson(item, depth + 1))
  if (typeof json === 'object') {
    return new Map(Object.entries(json).map(([key, item]) => [key, cqlFromJson(item, depth + 1)]))
  }
  return String(json)
}

class CqlReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** @param stops the characters that end a word */
  value(depth: number, stops = ',]})'): CqlValue {
    if (depth > DEPTH_MAX) throw new CqlError('the value is nested too deep', this.#at)
    this.#skipSpace()
    const open = this.#text[this.#at]
    if (open === "'") return this.#quoted()
    if (open === '[') return this.#list(depth, ']')
    if (open === '(') return this.#list(depth, ')')
    if (open === '{') return this.#braces(depth)
    return this.#word(stops)
  }

  end(): void {
    this.#skipSpace()
    if (this.#at < this.#text.length) throw new CqlError('text follows the value', this.#at)
  }

  #skipSpace(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\n') this.#at += 1
  }

  #quoted(): string {
    const from = this.#at
    let text = ''
    for (;;) {
      const end = this.#text.indexOf("'", this.#at + 1)
      if (end === -1) throw new CqlError('a text is not closed', from)
      text += this.#text.slice(this.#at + 1, end)
      this.#at = end + 1
      if (this.#text[this.#at] !== "'") return text
      text += "'"
    }
  }

  #word(stops: string): string | null {
    const from = this.#at
    while (this.#at < this.#text.length && !stops.includes(this.#text.charAt(this.#at))) this.#at += 1
    const word = this.#text.slice(from, this.#at).trim()
    if (/['"[{(]/.test(word)) throw new CqlError('a text is wrongly quoted', from)
    return word === '' || word === 'null' ? null : word
  }

  #list(depth: number, close: string): CqlList {
    const items: CqlValue[] = []
    this.#at += 1
    if (this.#closes(close)) return items
    do items.push(this.value(depth + 1))
    while (this.#goesOn(close))
    return items
  }

  /** A map, a user type, or a set: which one, its first entry shows. */
  #braces(depth: number): CqlMap | CqlList {
    const entries = new Map<string, CqlValue>()
    this.#at += 1
    if (this.#closes('}')) return entries
    const first = this.value(depth + 1, ':,}')
    this.#skipSpace()
    if (this.#text[this.#at] !== ':') {
      const items = [first]
      while (this.#goesOn('}')) items.push(this.value(depth + 1))
      return items
    }
    let key = first
    for (;;) {
      this.#entry(entries, key, depth)
      if (!this.#goesOn('}')) return entries
      key = this.value(depth + 1, ':,}')
      this.#skipSpace()
    }
  }

  #entry(entries: Map<string, CqlValue>, key: CqlValue, depth: number): void {
    if (typeof key !== 'string') throw new CqlError('a key must be a text', this.#at)
    if (this.#text[this.#at] !== ':') throw new CqlError('a colon must follow a key', this.#at)
    if (entries.has(key)) throw new CqlError('a key stands twice', this.#at)
    this.#at += 1
    entries.set(key, this.value(depth + 1))
  }

  #closes(close: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== close) return false
    this.#at += 1
    return true
  }

  /** Whether another item follows. */
  #goesOn(close: string): boolean {
    if (this.#closes(close)) return false
    if (this.#text[this.#at] !== ',') throw new CqlError(`a comma or ${close} must follow`, this.#at)
    this.#at += 1
    return true
  }
}
