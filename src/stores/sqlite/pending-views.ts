import type { ViewRow } from '../../domain/progress/view.ts'

/** Numbers kept of each row, in this order; NaN stands for null. */
const PARTICIPATION = 0
const CONTENT = 1
const STARTED_AT = 2
const COMPLETED_AT = 3
const LAST_ACCESS_AT = 4
const PROGRESS = 5
const TIMESPENT = 6
const DETAILS_AT = 7
const FIELDS = 8

/** Flags of a row. */
const WHOLE = 1
const DROPPED = 2

const NOWHERE = -1
/** Values of one digit of the sort. */
const RADIX = 2048

/**
 * View rows that wait to be folded into their table, by participation and content. Plain numbers in flat arrays: a
 * hundred thousand objects would make the garbage collector stop the server for longer than a commit takes.
 */
export class PendingViews {
  #capacity: number
  #count = 0
  #numbers: Float64Array
  #flags: Uint8Array
  /** The next row of the same participation. */
  #next: Int32Array
  /** Hash table with open addressing: 0 is free, otherwise the row's index plus one. */
  #slots: Int32Array
  readonly #first = new Map<number, number>()
  readonly #details = new Map<number, string>()

  /** @param rows that it is made for: memory is taken as they come, and growing beyond them costs some milliseconds. */
  constructor(rows: number) {
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.max(2, rows)))
    this.#numbers = new Float64Array(this.#capacity * FIELDS)
    this.#flags = new Uint8Array(this.#capacity)
    this.#next = new Int32Array(this.#capacity)
    this.#slots = new Int32Array(this.#capacity * 2)
  }

  /** Rows, including dropped ones. */
  get size(): number {
    return this.#count
  }

  /** The index of a row, -1 where there is none. */
  find(participation: number, content: number): number {
    const index = this.#lookup(participation, content)
    return index === NOWHERE || this.#isDropped(index) ? NOWHERE : index
  }

  row(index: number): ViewRow {
    return {
      startedAt: this.#nullable(index, STARTED_AT),
      completedAt: this.#nullable(index, COMPLETED_AT),
      lastAccessAt: this.#number(index, LAST_ACCESS_AT),
      progress: this.#number(index, PROGRESS),
      timespentSeconds: this.#number(index, TIMESPENT),
      details: this.#details.get(index) ?? null,
      detailsAt: this.#nullable(index, DETAILS_AT),
    }
  }

  /** Whether the row holds what the table holds too; otherwise the two have yet to be merged. */
  isWhole(index: number): boolean {
    return ((this.#flags[index] ?? 0) & WHOLE) !== 0
  }

  participation(index: number): number {
    return this.#number(index, PARTICIPATION)
  }

  content(index: number): number {
    return this.#number(index, CONTENT)
  }

  /** Sets a row; answers how to take that back, which must be done in reverse order. */
  put(participation: number, content: number, row: ViewRow, whole: boolean): () => void {
    const known = this.#lookup(participation, content)
    if (known === NOWHERE) {
      const index = this.#insert(participation, content)
      this.#set(index, row, whole ? WHOLE : 0)
      return () => {
        this.#removeLast()
      }
    }
    const before = this.row(known)
    const flags = this.#flags[known] ?? 0
    this.#set(known, row, whole ? WHOLE : 0)
    return () => {
      this.#set(known, before, flags)
    }
  }

  /** The indexes of all rows of a participation. */
  of(participation: number): readonly number[] {
    const indexes: number[] = []
    let index = this.#first.get(participation) ?? NOWHERE
    while (index !== NOWHERE) {
      if (!this.#isDropped(index)) indexes.push(index)
      index = this.#next[index] ?? NOWHERE
    }
    return indexes
  }

  /** Forgets a row; answers how to take that back. */
  drop(index: number): () => void {
    const flags = this.#flags[index] ?? 0
    this.#flags[index] = flags | DROPPED
    return () => {
      this.#flags[index] = flags
    }
  }

  /** The indexes of all rows by participation and content, which is the order of the table. */
  inOrder(): Int32Array {
    let order: Int32Array = Int32Array.from({ length: this.#count }, (_, index) => index)
    // The lesser key first: each pass keeps the order of the one before.
    for (const field of [CONTENT, PARTICIPATION]) {
      const [least, greatest] = this.#range(field)
      for (let unit = 1; unit <= greatest - least; unit *= RADIX) order = this.#sortedBy(order, field, least, unit)
    }
    return order
  }

  #range(field: number): readonly [least: number, greatest: number] {
    let [least, greatest] = [Number.POSITIVE_INFINITY, 0]
    for (let index = 0; index < this.#count; index += 1) {
      const number = this.#number(index, field)
      if (number < least) least = number
      if (number > greatest) greatest = number
    }
    return [least, greatest]
  }

  /** One pass of a radix sort, a hundred thousand rows in a millisecond: by one digit of the distance from the least. */
  #sortedBy(order: Int32Array, field: number, least: number, unit: number): Int32Array {
    const digit = (index: number): number => Math.floor((this.#number(index, field) - least) / unit) % RADIX
    const ends = new Int32Array(RADIX + 1)
    for (const index of order) {
      const after = digit(index) + 1
      ends[after] = (ends[after] ?? 0) + 1
    }
    for (let place = 1; place <= RADIX; place += 1) ends[place] = (ends[place] ?? 0) + (ends[place - 1] ?? 0)
    const sorted = new Int32Array(order.length)
    for (const index of order) {
      const place = digit(index)
      const position = ends[place] ?? 0
      sorted[position] = index
      ends[place] = position + 1
    }
    return sorted
  }

  /** Empty again; what was allocated is kept. */
  clear(): void {
    this.#count = 0
    this.#slots.fill(0)
    this.#first.clear()
    this.#details.clear()
  }

  isDropped(index: number): boolean {
    return this.#isDropped(index)
  }

  #isDropped(index: number): boolean {
    return ((this.#flags[index] ?? 0) & DROPPED) !== 0
  }

  #number(index: number, field: number): number {
    return this.#numbers[index * FIELDS + field] ?? Number.NaN
  }

  #nullable(index: number, field: number): number | null {
    const value = this.#number(index, field)
    return Number.isNaN(value) ? null : value
  }

  #set(index: number, row: ViewRow, flags: number): void {
    const at = index * FIELDS
    this.#numbers[at + STARTED_AT] = row.startedAt ?? Number.NaN
    this.#numbers[at + COMPLETED_AT] = row.completedAt ?? Number.NaN
    this.#numbers[at + LAST_ACCESS_AT] = row.lastAccessAt
    this.#numbers[at + PROGRESS] = row.progress
    this.#numbers[at + TIMESPENT] = row.timespentSeconds
    this.#numbers[at + DETAILS_AT] = row.detailsAt ?? Number.NaN
    this.#flags[index] = flags
    if (row.details !== null) this.#details.set(index, row.details)
    else if (this.#details.size > 0) this.#details.delete(index)
  }

  #insert(participation: number, content: number): number {
    if (this.#count === this.#capacity) this.#grow()
    const index = this.#count
    this.#count += 1
    this.#numbers[index * FIELDS + PARTICIPATION] = participation
    this.#numbers[index * FIELDS + CONTENT] = content
    this.#next[index] = this.#first.get(participation) ?? NOWHERE
    this.#first.set(participation, index)
    this.#slots[this.#slot(participation, content)] = index + 1
    return index
  }

  /**
   * Takes back the newest row. Rows entered the hash table in the order of their indexes, so no older row was placed
   * behind this one, and its slot can simply be freed.
   */
  #removeLast(): void {
    const index = this.#count - 1
    const participation = this.#number(index, PARTICIPATION)
    this.#slots[this.#slot(participation, this.#number(index, CONTENT))] = 0
    const next = this.#next[index] ?? NOWHERE
    if (next === NOWHERE) this.#first.delete(participation)
    else this.#first.set(participation, next)
    this.#details.delete(index)
    this.#count = index
  }

  #lookup(participation: number, content: number): number {
    return (this.#slots[this.#slot(participation, content)] ?? 0) - 1
  }

  /** The slot of a row, or the free one that it would take. */
  #slot(participation: number, content: number): number {
    const mask = this.#slots.length - 1
    let slot = (Math.imul(participation, 0x9e3779b1) ^ Math.imul(content, 0x85ebca6b)) >>> 0
    slot = (slot ^ (slot >>> 15)) & mask
    for (;;) {
      const index = (this.#slots[slot] ?? 0) - 1
      if (index === NOWHERE) return slot
      if (this.#number(index, PARTICIPATION) === participation && this.#number(index, CONTENT) === content) return slot
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    this.#capacity *= 2
    this.#numbers = enlarged(this.#numbers, new Float64Array(this.#capacity * FIELDS))
    this.#flags = enlarged(this.#flags, new Uint8Array(this.#capacity))
    this.#next = enlarged(this.#next, new Int32Array(this.#capacity))
    this.#slots = new Int32Array(this.#capacity * 2)
    for (let index = 0; index < this.#count; index += 1) {
      this.#slots[this.#slot(this.#number(index, PARTICIPATION), this.#number(index, CONTENT))] = index + 1
    }
  }
}

function enlarged<T extends Float64Array | Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
