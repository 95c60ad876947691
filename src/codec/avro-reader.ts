/** Takes values from Avro's binary encoding; its layout stands in avro-writer.ts. */

/** Bytes that are not what their schema says: `path` is the field, as far as it is known. */
export class AvroError extends Error {
  readonly problem: string
  readonly path: readonly string[]

  constructor(problem: string, path: readonly string[] = []) {
    super(path.length === 0 ? problem : `${path.join('.')}: ${problem}`)
    this.name = 'AvroError'
    this.problem = problem
    this.path = path
  }

  within(key: string): AvroError {
    return new AvroError(this.problem, [key, ...this.path])
  }
}

// What looks like a byte-order mark is part of the text.
const UTF8_IN = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Takes values from bytes. Whatever they claim, no more is made than they hold. */
export class AvroReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  boolean(): boolean {
    const byte = this.#next()
    if (byte > 1) throw this.#wrong('a boolean is 0 or 1')
    return byte === 1
  }

  /** @throws AvroError also for a number that JavaScript cannot hold exactly: a wrong one would be worse than none */
  long(): number {
    const first = this.#bytes[this.#at]
    if (first !== undefined && first < 0x80) {
      this.#at += 1
      return (first >>> 1) ^ -(first & 1)
    }
    const value = this.#wide()
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
      throw this.#wrong('a number is beyond ±(2^53 - 1)')
    }
    return Number(value)
  }

  double(): number {
    const at = this.skip(8)
    return this.#bytes.readDoubleLE(at)
  }

  string(): string {
    const length = this.long()
    const at = this.skip(length)
    // Most text is ids, which need no decoder.
    if (this.#isAscii(at, at + length)) return this.#bytes.toString('latin1', at, at + length)
    try {
      return UTF8_IN.decode(this.#bytes.subarray(at, at + length))
    } catch {
      throw this.#wrong('text is not UTF-8')
    }
  }

  /** A view of the bytes that were given. */
  bytes(): Uint8Array {
    const length = this.long()
    const at = this.skip(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** How many items a block holds; a negative count is followed by the block's size, which is not needed. */
  count(): number {
    let count = this.long()
    if (count < 0) {
      count = -count
      this.long()
    }
    // Every item takes a byte at least, so that a few bytes cannot claim to hold millions.
    if (count > this.#bytes.length - this.#at) throw this.#wrong('a block claims more items than there are bytes')
    return count
  }

  /** Whether the branch of a union with null is the other one. */
  present(): boolean {
    const branch = this.long()
    if (branch !== 0 && branch !== 1) throw this.#wrong('a union has no such branch')
    return branch === 1
  }

  /** Passes over a number of any size. */
  skipLong(): void {
    this.#wide()
  }

  /** Passes over bytes; returns where they begin. */
  skip(length: number): number {
    const at = this.#at
    if (length < 0 || length > this.#bytes.length - at) throw this.#wrong('the bytes end too early')
    this.#at += length
    return at
  }

  end(): void {
    if (this.#at < this.#bytes.length) throw this.#wrong('there are more bytes than the schema says')
  }

  #isAscii(from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if ((this.#bytes[at] ?? 0) > 0x7f) return false
    return true
  }

  #next(): number {
    return this.#bytes[this.skip(1)] ?? 0
  }

  #wide(): bigint {
    let small = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#next()
      small |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt((small >>> 1) ^ -(small & 1))
    }
    let wide = BigInt(small)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#next()
      wide |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, (wide >> 1n) ^ -(wide & 1n))
    }
    throw this.#wrong('a number is longer than 64 bits')
  }

  #wrong(problem: string): AvroError {
    return new AvroError(`${problem} (byte ${String(this.#at)})`)
  }
}
