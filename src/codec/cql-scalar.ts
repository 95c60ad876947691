/** Scalars of Cassandra from their text. Undefined: the text is none. */

/** `1`, `0.33`, `1e-05`. No NaN and no infinities: no score and no count is one. */
export function readCqlNumber(text: string): number | undefined {
  if (!/^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

/** `True`, `False`, in any case. */
export function readCqlBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:[.:,](\d{1,9}))?)? ?(Z|[+-]\d{2}(?::?\d{2})?)$/

/**
 * A moment, UTC milliseconds: `2021-06-23 05:37:40.575000+0000` as cqlsh writes it, with seconds alone, with
 * `:575` as the text columns of Sunbird have it, with `T` or `Z`, or milliseconds since 1970 (what cqlsh writes where a
 * date has no form). A text without an offset is none: nobody can tell in which zone it was written.
 */
export function readCqlInstant(text: string): number | undefined {
  if (/^-?\d{1,15}$/.test(text)) return Number(text)
  const [, day, minutes, seconds = '00', fraction = '0', offset = ''] = INSTANT.exec(text) ?? []
  if (day === undefined || minutes === undefined) return undefined
  const at = `${day}T${minutes}:${seconds}.${fraction}${offset}`
  try {
    return Temporal.Instant.from(at).epochMilliseconds
  } catch {
    // No such day or hour.
    return undefined
  }
}
