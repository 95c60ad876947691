/** Signatures of deliveries, as Standard Webhooks has them (https://www.standardwebhooks.com, version 1). */
import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
/** Standard Webhooks wants 24 to 64. */
const SECRET_BYTES = 32

/** A new secret, as receivers' libraries take it: `whsec_` and base64. */
export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

/** What a delivery carries beside its body, so that its receiver can tell who sent it, when, and whether it came before. */
export interface SignedHeaders {
  readonly 'webhook-id': string
  /** Seconds since 1970: when it was sent, which differs between tries. */
  readonly 'webhook-timestamp': string
  /** One signature for each secret, with spaces in between. */
  readonly 'webhook-signature': string
}

/** The headers of a delivery. @param secrets those that are valid now, the newest first */
export function signedHeaders(id: string, nowMs: number, body: string, secrets: readonly string[]): SignedHeaders {
  const timestamp = String(Math.floor(nowMs / 1000))
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => sign(secret, `${id}.${timestamp}.${body}`)).join(' '),
  }
}

function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
}
