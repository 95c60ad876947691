/** One POST to an address of somebody else's choice. */
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { AddressRefused, type Guard } from './guard.ts'

export interface Posted {
  readonly status: number
  /** As it came. */
  readonly retryAfter: string | undefined
}

/** No answer came: the message says why, without addresses and without anything that was sent. */
export class Unanswered extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unanswered'
  }
}

/** Answers are read so far, so that the other side can end in order, and thrown away. */
const ANSWER_BYTES_MAX = 16_384

/** Calls addresses that the guard lets through. It follows no redirection and uses no proxy. */
export class Poster {
  readonly #guard: Guard
  readonly #timeoutMs: number
  // Agents of our own: the global ones may take a proxy from the environment. A connection for each call, so that each
  // is looked at; sessions of TLS are resumed.
  readonly #agent = new Agent({ keepAlive: false })
  readonly #plainAgent = new PlainAgent({ keepAlive: false })

  constructor(guard: Guard, timeoutMs: number) {
    this.#guard = guard
    this.#timeoutMs = timeoutMs
  }

  /**
   * Sends a body and answers what came back.
   * @param signal ends it at once
   * @throws Unanswered; AddressRefused; whatever reason the signal was given
   */
  async post(
    address: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Posted> {
    const url = this.#guard.url(address)
    const late = AbortSignal.timeout(this.#timeoutMs)
    try {
      const answer = await this.#send(url, headers, body, AbortSignal.any([signal, late]))
      return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof AddressRefused) throw error
      if (late.aborted) throw new Unanswered(`no answer within ${String(this.#timeoutMs / 1000)} s`)
      throw new Unanswered(`no answer (${codeOf(error)})`)
    }
  }

  #send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { lookup } = this.#guard
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup,
      signal,
    }
    return new Promise((resolve, reject) => {
      const call =
        url.protocol === 'https:'
          ? request(url, { ...options, agent: this.#agent, rejectUnauthorized: true })
          : plainRequest(url, { ...options, agent: this.#plainAgent })
      // Also after the answer began: what its rest does is of no account.
      call.on('error', reject)
      call.on('response', (answer) => {
        drain(answer)
        resolve(answer)
      })
      call.end(body)
    })
  }
}

function drain(answer: IncomingMessage): void {
  let read = 0
  answer.on('error', () => undefined)
  answer.on('data', (chunk: Buffer) => {
    read += chunk.length
    if (read > ANSWER_BYTES_MAX) answer.destroy()
  })
}

/** What the system calls a failure: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'it failed'
}
