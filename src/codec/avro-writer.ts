/**
 * The values of Avro's binary encoding (Avro 1.12, "Binary Encoding"):
 *
 *   long, count, length   zigzag, then 7 bits in each byte, lowest first; the high bit says that more follow
 *   boolean               one byte, 0 or 1
 *   double                8 bytes, IEEE 754, little-endian
 *   string, bytes         length in bytes, then the bytes; text is UTF-8
 */

const SMALL = 2 ** 30
/** Most bytes of a 64-bit number at 7 bits each. */
const LONG_BYTES_MAX = 10

/** Appends values to bytes that grow. */
export class AvroWriter {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0

  boolean(value: boolean): void {
    this.#room(1)
    this.#bytes[this.#length++] = value ? 1 : 0
  }

  /** @param value whole, within ±(2^53 - 1) */
  long(value: number): void {
    this.#room(LONG_BYTES_MAX)
    if (value >= -SMALL && value < SMALL) {
      let rest = (value << 1) ^ (value >> 31)
      for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80
      this.#bytes[this.#length++] = rest
      return
    }
    const whole = BigInt(value)
    let rest = whole < 0n ? -2n * whole - 1n : 2n * whole
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.#length++] = Number(rest)
  }

  double(value: number): void {
    this.#room(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  string(text: string): void {
    const length = Buffer.byteLength(text)
    this.long(length)
    this.#room(length)
    this.#length += this.#bytes.write(text, this.#length)
  }

  bytes(bytes: Uint8Array): void {
    this.long(bytes.length)
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** What was written: bytes that nobody else holds. */
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, this.#length))
  }

  #room(bytes: number): void {
    const wanted = this.#length + bytes
    if (wanted <= this.#bytes.length) return
    this.#bytes = Buffer.concat([this.#bytes], Math.max(wanted, this.#bytes.length * 2))
  }
}
