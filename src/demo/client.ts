/** Requests to a running server, as any client would send them. */

export interface Server {
  /** `http://HOST:PORT` */
  readonly url: string
  /** Bearer token of a service. */
  readonly token: string
}

export interface Answer {
  readonly status: number
  /** `result` of the envelope. */
  readonly result: unknown
  /** `CODE: sentence` of a refusal. */
  readonly fault: string
}

/** A busy server asks to wait; after so many tries it is a failure. */
const TRIES_MAX = 8

/**
 * Sends one request and gives back its answer, whatever it is; waits and tries again where the server is busy (503).
 * @throws Error where no server answers
 */
export async function send(server: Server, method: string, path: string, request?: unknown): Promise<Answer> {
  const url = server.url + path
  const content: Record<string, string> = request === undefined ? {} : { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${server.token}`, ...content }
  const body = request === undefined ? null : JSON.stringify({ request })
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(url, { method, headers, body }).catch((error: unknown) => {
      throw new Error(`no server answers at ${server.url}`, { cause: error })
    })
    if (response.status === 503 && tries < TRIES_MAX) {
      await response.body?.cancel()
      await pause(Number(response.headers.get('retry-after') ?? 1))
      continue
    }
    return readAnswer(response.status, await response.text())
  }
}

/**
 * Sends one request that must succeed, and gives back `result`.
 * @throws Error that names the request and the refusal
 */
export async function must(server: Server, method: string, path: string, request?: unknown): Promise<unknown> {
  const { status, result, fault } = await send(server, method, path, request)
  if (status < 300) return result
  throw new Error(`${method} ${path} was refused: ${String(status)} ${fault}`)
}

/** Runs `work` over a list, so many at a time. */
export async function each<T>(list: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = list.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** The answer of Waymark in what came over HTTP. */
export function readAnswer(status: number, text: string): Answer {
  try {
    // The envelope of every route; what else answers is caught below.
    const { result, params } = JSON.parse(text) as { result: unknown; params: { err?: string; errmsg?: string } }
    return { status, result, fault: `${params.err ?? ''}: ${params.errmsg ?? ''}` }
  } catch {
    return { status, result: undefined, fault: `no answer of Waymark: ${text.slice(0, 100)}` }
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, (Number.isFinite(seconds) ? seconds : 1) * 1000)
  })
}
