import type { Backslashes } from './cqlsh-csv.ts'

const BACKSLASH = 0x5c
const QUOTE = 0x22
/** What follows a backslash where cqlsh shows a control character: `\n`, `\r`, `\t`, `\x7f`. */
const CONTROLS = new Set(Buffer.from('nrtx'))

/**
 * Tells from a file of cqlsh how often its backslashes were doubled; undefined where it holds none, so that it reads the
 * same both ways. `once` is certain. `twice` is not: a file whose every backslash belongs to a `\n` of JSON looks the same
 * either way; then it is read as newlines, which JSON refuses, so that a wrong guess shows.
 */
export async function tellBackslashes(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Backslashes | undefined> {
  let told: Backslashes | undefined
  let run = 0
  for await (const chunk of chunks) {
    for (let at = run > 0 ? 0 : next(chunk, 0); at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0
      if (byte === BACKSLASH) {
        run += 1
        continue
      }
      // The last one before a quote belongs to the quote.
      const own = byte === QUOTE && run % 2 === 1 ? run - 1 : run
      run = 0
      if (isOnce(own, byte)) return 'once'
      if (own > 0) told = 'twice'
      at = next(chunk, at) - 1
    }
  }
  return told
}

/**
 * Whether so many backslashes are never written where all were doubled twice: there a backslash is four, and two stand
 * only before what shows a control character.
 */
function isOnce(backslashes: number, following: number): boolean {
  return backslashes % 2 === 1 || (backslashes % 4 === 2 && !CONTROLS.has(following))
}

function next(chunk: Uint8Array, from: number): number {
  const at = chunk.indexOf(BACKSLASH, from)
  return at === -1 ? chunk.length : at
}
