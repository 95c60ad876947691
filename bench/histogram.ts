/**
 * Times in buckets that grow with the value, so that each is known to three digits: 1024 buckets up to 1024 us, then 512
 * for every doubling.
 */
const LINEAR = 1024
const HALF = LINEAR / 2
const DOUBLINGS_MAX = 22

export class Histogram {
  readonly #counts = new Uint32Array(LINEAR + DOUBLINGS_MAX * HALF)
  #count = 0
  #max = 0

  get count(): number {
    return this.#count
  }

  /** Adds one time in milliseconds. */
  add(milliseconds: number): void {
    const micros = Math.max(0, Math.round(milliseconds * 1000))
    const bucket = Math.min(bucketOf(micros), this.#counts.length - 1)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count += 1
    if (milliseconds > this.#max) this.#max = milliseconds
  }

  /** The time in milliseconds that a share of all (0 to 1) does not exceed; 0 where nothing was added. */
  quantile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.#count))
    let seen = 0
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count
      if (count > 0 && seen >= wanted) return Math.min(upperOf(bucket) / 1000, this.#max)
    }
    return this.#max
  }
}

function bucketOf(micros: number): number {
  if (micros < LINEAR) return micros
  const shift = Math.floor(Math.log2(micros)) - 9
  return LINEAR + (shift - 1) * HALF + (Math.floor(micros / 2 ** shift) - HALF)
}

/** The greatest time in microseconds that falls into a bucket. */
function upperOf(bucket: number): number {
  if (bucket < LINEAR) return bucket
  const shift = Math.floor((bucket - LINEAR) / HALF) + 1
  const step = ((bucket - LINEAR) % HALF) + HALF
  return (step + 1) * 2 ** shift - 1
}
