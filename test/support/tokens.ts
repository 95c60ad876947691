/** Tokens that no honest issuer makes: any header and claims, signed with any secret by hand. */
import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownKey } from '../../src/http/token-keys.ts'
import type { TestApp } from './app.ts'
import { refusal } from './hostile.ts'

export type Claims = Readonly<Record<string, unknown>>

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** HMAC-SHA256 over any header, whatever algorithm it names; without a secret, no signature. */
export function forge(header: unknown, claims: unknown, secret: Uint8Array | undefined): string {
  const signed = `${encode(header)}.${encode(claims)}`
  const signature = secret === undefined ? '' : createHmac('sha256', secret).update(signed).digest('base64url')
  return `${signed}.${signature}`
}

/** The installation's own secret. */
export function ownSecret(app: TestApp): Uint8Array {
  return Buffer.from(ownKey(app.folder).k ?? '', 'base64url')
}

/** Claims that are right, an hour from the simulated now. */
export function rightClaims(app: TestApp): Claims {
  return { iss: 'waymark', aud: 'waymark', sub: 'rahul', exp: Math.floor(app.clock.nowMs() / 1000) + 3600 }
}

/** Signed with the installation's own key; a claim that is undefined is left out. */
export function ownToken(app: TestApp, claims: Claims = {}, header: Claims = {}): string {
  return forge({ alg: 'HS256', ...header }, { ...rightClaims(app), ...claims }, ownSecret(app))
}

/** How a token fares where it reads its own learner's summaries: `OK`, or the code of the refusal. */
export async function fares(app: TestApp, token: string, header = 'x-authenticated-user-token'): Promise<string> {
  const came = await app.raw({ method: 'GET', url: '/v1/summary/list/rahul', headers: { [header]: token } })
  return came.status === 200 ? 'OK' : refusal(came)
}

/** Writes a JWKS beside the data of a test and gives back its path. */
export function writeKeys(folder: string, keys: readonly unknown[]): string {
  const path = join(folder, 'keys.json')
  writeFileSync(path, JSON.stringify({ keys }))
  return path
}
