import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { WrongUse } from '../../wrong-use.ts'

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

  /**
   * @param bytes of what it holds already that stay.
   * @throws WrongUse where it cannot be written
   */
  constructor(path: string, bytes: number) {
    this.path = path
    this.#descriptor = opened(path, bytes === 0 ? 'w' : 'a')
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

function opened(path: string, how: 'w' | 'a'): number {
  try {
    return openSync(path, how)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'refused'
    throw new WrongUse(`${path} cannot be written (${code}): name a file for refused rows with --refused FILE`)
  }
}
