/** Whose tokens are taken: this installation's own key, and JWKS of other issuers. */
import { createRemoteJWKSet, errors, importJWK, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { ConfigError } from '../config.ts'
import { WaymarkError } from '../domain/errors.ts'

/** The issuer (`iss`) of tokens made with the installation's own key. */
export const OWN_ISSUER = 'waymark'

type Key = CryptoKey | Uint8Array

/** The keys of one issuer. */
export interface Issuer {
  readonly issuer: string
  readonly find: (header: JWTHeaderParameters) => Promise<Key>
}

/** The algorithms that are taken; each key serves exactly one of them. */
export const ALGORITHMS = ['HS256', 'RS256', 'EdDSA'] as const

/** In the data folder. */
export const OWN_KEY_FILE = 'token-key.json'

/**
 * The installation's own key, made at the first start (mode 0600). Two processes that start at once end with one key:
 * the file appears complete or not at all.
 */
export function ownKey(folder: string): JWK {
  const path = join(folder, OWN_KEY_FILE)
  if (!existsSync(path)) {
    const key = { kty: 'oct', alg: 'HS256', kid: randomUUID(), k: randomBytes(32).toString('base64url') }
    const draft = `${path}.${randomUUID()}`
    writeFileSync(draft, JSON.stringify(key), { mode: 0o600, flag: 'wx', flush: true })
    try {
      linkSync(draft, path)
    } catch (error) {
      if (!existsSync(path)) throw error
    } finally {
      rmSync(draft)
    }
  }
  const key = readJson(path)
  if (typeof key !== 'object' || key === null || !('k' in key) || typeof key.k !== 'string') {
    throw new ConfigError(`${path} is not a token key: remove it to have a new one made (tokens made with it end)`)
  }
  return key as JWK
}

/** JSON in a file; undefined where it is none. A parser's own message would quote the key. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** A key for another purpose, derived from the installation's own. */
export function deriveKey(own: JWK, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(own.k ?? '', 'base64url'), '', `waymark:${purpose}`, 32))
}

/**
 * Opens what WAYMARK_TOKEN_KEYS lists.
 * @throws ConfigError where a file cannot be read or holds a key of another kind.
 */
export async function openIssuers(entries: readonly string[], own: JWK): Promise<readonly Issuer[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (entry === 'own') return localIssuer(OWN_ISSUER, [own])
      const { issuer, location } = splitEntry(entry)
      if (/^https?:\/\//.test(location)) return remoteIssuer(issuer, location)
      return localIssuer(issuer, readJwks(location))
    }),
  )
}

/** `ISSUER=LOCATION`, or a location alone: then its tokens must name this installation's issuer. */
function splitEntry(entry: string): { issuer: string; location: string } {
  const match = /^([^=]+)=(.+)$/.exec(entry)
  const [, issuer, location] = match ?? []
  return issuer === undefined || location === undefined ? { issuer: OWN_ISSUER, location: entry } : { issuer, location }
}

function readJwks(path: string): readonly JWK[] {
  const read = readJson(path.replace(/^file:\/\//, ''))
  const keys = typeof read === 'object' && read !== null && 'keys' in read ? read.keys : [read]
  if (Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key === 'object' && key !== null)) {
    return keys as JWK[]
  }
  throw new ConfigError(
    `WAYMARK_TOKEN_KEYS: ${path} is not a file of keys. A JWKS is wanted. Example: {"keys":[{"kty":"OKP","crv":"Ed25519",…}]}`,
  )
}

/** Keys at hand. The algorithm is pinned by the key, never taken from the token alone. */
async function localIssuer(issuer: string, jwks: readonly JWK[]): Promise<Issuer> {
  const keys = await Promise.all(jwks.map(openKey))
  return {
    issuer,
    find: async (header) => {
      const fitting = keys.filter(
        (key) => key.alg === header.alg && (header.kid === undefined || key.kid === header.kid),
      )
      const [found] = fitting
      if (found === undefined || fitting.length > 1) throw new Error('no key fits the token')
      return Promise.resolve(found.key)
    },
  }
}

/** Least sizes: a shorter secret can be guessed, and shorter RSA keys fit no token (RFC 7518, 3.2 and 3.3). */
const SECRET_BYTES_MIN = 32
const RSA_BITS_MIN = 2048

interface OpenKey {
  readonly kid: string | undefined
  readonly alg: (typeof ALGORITHMS)[number]
  readonly key: Key
}

/** @throws ConfigError for whatever could never check a token: better at the start than as a refusal of every request. */
async function openKey(jwk: JWK): Promise<OpenKey> {
  const alg = algorithmOf(jwk)
  let key: Key
  try {
    key = (await importJWK(jwk, alg)) as Key
  } catch {
    // Not even the library's own message: whatever it quotes would be of the key.
    throw new ConfigError(`WAYMARK_TOKEN_KEYS: a key for ${alg} cannot be read; its parameters are those of RFC 7518`)
  }
  const weak =
    key instanceof Uint8Array
      ? key.length < SECRET_BYTES_MIN
      : 'modulusLength' in key.algorithm && Number(key.algorithm.modulusLength) < RSA_BITS_MIN
  if (weak) {
    throw new ConfigError(
      `WAYMARK_TOKEN_KEYS: a key for ${alg} is too short; HS256 needs ${String(SECRET_BYTES_MIN)} bytes, RS256 ${String(RSA_BITS_MIN)} bits`,
    )
  }
  if (!(key instanceof Uint8Array) && key.type === 'private')
    throw new ConfigError(`WAYMARK_TOKEN_KEYS: a key for ${alg} is a private one; list its public half`)
  return { kid: jwk.kid, alg, key }
}

function remoteIssuer(issuer: string, url: string): Issuer {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000 })
  return {
    issuer,
    find: async (header) => {
      // A published set holds public keys; a shared secret in it would be no secret.
      if (header.alg === 'HS256') throw new Error('no key fits the token')
      try {
        return await keys(header)
      } catch (error) {
        // That the keys cannot be had says nothing of the token: who sent it must not throw it away.
        if (isUnreachable(error)) throw new WaymarkError('ISSUER_UNREACHABLE', { cause: error, retryAfterSeconds: 5 })
        throw error
      }
    },
  }
}

/** Whether a set of keys could not be fetched or read; jose uses its base class for an answer other than 200. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error instanceof TypeError)
    return true
  return error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC'
}

function algorithmOf(jwk: unknown): (typeof ALGORITHMS)[number] {
  const { kty, alg: named } = (typeof jwk === 'object' && jwk !== null ? jwk : {}) as JWK
  const byType = { oct: 'HS256', RSA: 'RS256', OKP: 'EdDSA' } as const
  const alg = Object.hasOwn(byType, kty ?? '') ? byType[kty as keyof typeof byType] : undefined
  const said = named === 'Ed25519' ? 'EdDSA' : named
  if (alg === undefined || (said !== undefined && said !== alg)) {
    throw new ConfigError(
      `WAYMARK_TOKEN_KEYS: a key of type ${kty ?? '?'} for ${named ?? 'no algorithm'} is not taken; use ${ALGORITHMS.join(', ')}`,
    )
  }
  return alg
}
