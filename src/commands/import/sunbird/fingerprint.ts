import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import type { ExportFile } from './files.ts'
import type { ReadingOptions } from './open-file.ts'

const HEAD_BYTES = 65_536

/** Names a set of files and the way in which they are read: it is another one where any of them is. */
export function fingerprint(files: readonly ExportFile[], { backslashes, nullText }: ReadingOptions): string {
  const hash = createHash('sha256').update(JSON.stringify([backslashes, nullText]))
  for (const { name, size, path } of files) hash.update(JSON.stringify([name, size])).update(headOf(path))
  return hash.digest('hex')
}

function headOf(path: string): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES)
  const descriptor = openSync(path, 'r')
  try {
    return head.subarray(0, readSync(descriptor, head))
  } finally {
    closeSync(descriptor)
  }
}
