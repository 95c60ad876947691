/** Longest reason that is kept, in characters. */
const REASON_MAX = 8_192
/** So many causes of causes are told. */
const CAUSES_MAX = 8

/** Why something failed, for those who have to mend it: error, stack and causes. Whatever was thrown, this throws nothing. */
export function reasonOf(error: unknown): string {
  const told: string[] = []
  for (let cause = error; cause !== undefined && told.length < CAUSES_MAX; cause = causeOf(cause)) {
    told.push(textOf(cause))
  }
  return told.join('\ncaused by ').slice(0, REASON_MAX)
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function textOf(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error)
  } catch {
    return 'something was thrown that cannot be told'
  }
}
