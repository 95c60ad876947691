/** An HTTP server that a webhook leads to: what it got, and what it answers. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Got {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export class Receiver {
  readonly #server = createServer((request, response) => {
    void (async () => {
      const got = { path: request.url ?? '', headers: request.headers, body: await text(request) }
      this.got.push(got)
      const reply = await this.reply(got, this.got.length)
      if (reply === 'silence') return
      response.writeHead(reply.status, reply.headers).end(reply.body ?? '')
    })()
  })
  readonly got: Got[] = []
  /** What it answers to each, and to which one that is, from 1; it never answers `silence`. */
  reply: (got: Got, count: number) => Reply | 'silence' | Promise<Reply | 'silence'> = () => ({ status: 204 })
  port = 0

  static async open(): Promise<Receiver> {
    const receiver = new Receiver()
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    receiver.port = (receiver.#server.address() as AddressInfo).port
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}/hook`
  }

  /** The ids of the events that it got, in order. */
  get ids(): readonly string[] {
    return this.got.map(({ headers }) => String(headers['webhook-id']))
  }

  /** Waits until it got so many. */
  async until(count: number): Promise<void> {
    await eventually(
      () => this.got.length >= count,
      () => `got ${String(this.got.length)} of ${String(count)}`,
    )
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Waits until something holds, five seconds at most. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  told: () => string = () => 'never',
): Promise<void> {
  const end = Date.now() + 5_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(told())
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Whether a delivery was signed with a secret, as a receiver would find out; written apart from what signs. */
export function isSignedWith(secret: string, { headers, body }: Got): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const wanted = `v1,${createHmac('sha256', key).update(content).digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(wanted)
}
