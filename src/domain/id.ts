/** Longest id, in characters (DESIGN decision 7). Part of the contract, not a setting. */
export const ID_CHARACTERS_MAX = 256

/**
 * Whether a text may be an id: 1 to 256 characters of any script, well-formed Unicode, no NUL. `:`, `__proto__`,
 * spaces and right-to-left text are all legal: ids are opaque.
 */
export function isId(text: string): boolean {
  if (text.length === 0 || text.length > ID_CHARACTERS_MAX * 2) return false
  if (text.length > ID_CHARACTERS_MAX && characters(text) > ID_CHARACTERS_MAX) return false
  return text.isWellFormed() && !text.includes('\0')
}

/** Unicode characters of a text: a surrogate pair is one. */
function characters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/**
 * Order of two texts by Unicode code point, which is also the order of their UTF-8 bytes: the same in JavaScript, SQLite
 * and Cassandra, unlike a locale's order or that of UTF-16 units.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above U+FFFF, so they sort after the units U+E000 to U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
