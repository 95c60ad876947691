import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'

/** A row that was refused, or a remark on one that was not. */
export interface RowRemark {
  readonly kind: 'refused' | 'noted'
  readonly file: string
  readonly line: number
  /** Null where the row could not be read at all. */
  readonly column: string | null
  readonly reason: string
}

/** Keeps remarks as JSON lines. It is cut to the length that was noted when an import goes on, so that none stands twice. */
export class RefusedFile {
  readonly path: string
  readonly #descriptor: number
  #bytes: number

  /** @param bytes of what it holds already that stay. */
  constructor(path: string, bytes: number) {
    this.path = path
    this.#descriptor = openSync(path, bytes === 0 ? 'w' : 'a')
    // It may have been taken away, or another one be named now.
    this.#bytes = Math.min(bytes, fstatSync(this.#descriptor).size)
    ftruncateSync(this.#descriptor, this.#bytes)
  }

  get bytes(): number {
    return this.#bytes
  }

  write(remarks: readonly RowRemark[]): void {
    const text = remarks.map((remark) => `${JSON.stringify(remark)}\n`).join('')
    if (text !== '') this.#bytes += writeSync(this.#descriptor, text)
  }

  /** What was written is on the disk: then a note may count on it. */
  sync(): void {
    fsyncSync(this.#descriptor)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
