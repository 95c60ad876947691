/** Bytes that nobody can change: a typed array cannot be frozen, and what a public event says is said for good. */
export class Bytes {
  readonly #bytes: Uint8Array

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    Object.freeze(this)
  }

  /** A copy of these bytes: what the giver does with its own afterwards changes nothing here. */
  static of(bytes: Uint8Array): Bytes {
    return new Bytes(Uint8Array.from(bytes))
  }

  /** @throws SyntaxError where the text is not base64 */
  static fromBase64(text: string): Bytes {
    return new Bytes(Uint8Array.fromBase64(text))
  }

  get length(): number {
    return this.#bytes.length
  }

  copy(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  toBase64(): string {
    return this.#bytes.toBase64()
  }

  toJSON(): string {
    return this.toBase64()
  }
}
