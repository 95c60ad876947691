import { decodeJwt, errors, jwtVerify, SignJWT, type JWK, type JWTPayload } from 'jose'
import { LRUCache } from 'lru-cache'
import { isId } from '../domain/id.ts'
import { WaymarkError } from '../domain/errors.ts'
import type { Clock } from '../ports/clock.ts'
import { ROLES, type Principal, type Role } from './access.ts'
import { ALGORITHMS, OWN_ISSUER, type Issuer } from './token-keys.ts'

export interface TokenOptions {
  readonly issuers: readonly Issuer[]
  readonly audience: string
  readonly clockSkewMs: number
  readonly cacheMax: number
  readonly clock: Clock
}

/** A token that was checked. `expired`: everything else about it is right. */
export interface CheckedToken {
  readonly principal: Principal
  readonly expired: boolean
}

export interface TokenChecker {
  /** @throws WaymarkError TOKEN_INVALID, TOKEN_NOT_YET_VALID */
  check(token: string): Promise<CheckedToken>
}

/** Longest token that is looked at. */
const TOKEN_CHARACTERS_MAX = 8192

/** A signed token. Decoders forgive spaces and padding: then one token could be spelt in any number of ways and fill the cache. */
const TOKEN_FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/

interface Cached {
  readonly principal: Principal
  readonly notBefore: number
}

/**
 * Checks tokens: signature under the key's own algorithm, issuer, audience, `exp`, `nbf`, `crit`, `sub` and role. What
 * was checked is kept, bounded in number and never beyond `exp`: a check costs several times a whole request.
 */
export function tokenChecker(options: TokenOptions): TokenChecker {
  const { clock, clockSkewMs } = options
  const cache = new LRUCache<string, Cached>({ max: options.cacheMax })
  const issuers = new Map<string, Issuer[]>()
  for (const issuer of options.issuers) issuers.set(issuer.issuer, [...(issuers.get(issuer.issuer) ?? []), issuer])

  const verify = async (token: string): Promise<{ payload: JWTPayload; expired: boolean }> => {
    let failure: unknown = new Error('unknown issuer')
    for (const issuer of issuers.get(issuerOf(token)) ?? []) {
      try {
        const { payload } = await jwtVerify(token, issuer.find, {
          algorithms: [...ALGORITHMS],
          issuer: issuer.issuer,
          audience: options.audience,
          clockTolerance: clockSkewMs / 1000,
          currentDate: new Date(clock.nowMs()),
          requiredClaims: ['sub', 'exp'],
        })
        return { payload, expired: false }
      } catch (error) {
        // jose checks the signature, issuer and audience before it finds a token expired.
        if (error instanceof errors.JWTExpired) return { payload: error.payload, expired: true }
        failure = error
      }
    }
    throw refusal(failure)
  }

  return {
    check: async (token) => {
      const cached = cache.get(token)
      const now = clock.nowMs()
      if (
        cached !== undefined &&
        now < cached.principal.expiresAt + clockSkewMs &&
        now >= cached.notBefore - clockSkewMs
      ) {
        return { principal: cached.principal, expired: false }
      }
      cache.delete(token)
      if (token.length > TOKEN_CHARACTERS_MAX || !TOKEN_FORM.test(token)) throw new WaymarkError('TOKEN_INVALID')
      const { payload, expired } = await verify(token)
      const principal = principalOf(payload)
      if (!expired) cache.set(token, { principal, notBefore: (payload.nbf ?? 0) * 1000 })
      return { principal, expired }
    },
  }
}

function issuerOf(token: string): string {
  try {
    const { iss } = decodeJwt(token)
    return typeof iss === 'string' ? iss : ''
  } catch (error) {
    throw new WaymarkError('TOKEN_INVALID', { cause: error })
  }
}

function refusal(error: unknown): WaymarkError {
  if (error instanceof WaymarkError) return error
  // A claim of the wrong type fails too, with another reason: no clock will ever make it right.
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf' && error.reason === 'check_failed') {
    return new WaymarkError('TOKEN_NOT_YET_VALID', { cause: error })
  }
  return new WaymarkError('TOKEN_INVALID', { cause: error })
}

function principalOf(payload: JWTPayload): Principal {
  const { sub, exp, role = 'learner', collections = [] } = payload
  const fits =
    typeof sub === 'string' &&
    isId(sub) &&
    typeof exp === 'number' &&
    isRole(role) &&
    Array.isArray(collections) &&
    collections.every((id) => typeof id === 'string')
  if (!fits) throw new WaymarkError('TOKEN_INVALID')
  return { userId: sub, role, collections: new Set(collections), expiresAt: exp * 1000 }
}

function isRole(role: unknown): role is Role {
  return ROLES.some((known) => known === role)
}

export interface TokenRequest {
  readonly userId: string
  readonly role: Role
  readonly collections: readonly string[]
  readonly lifetimeMs: number
  readonly audience: string
}

/** Makes a token with the installation's own key. */
export async function signToken(own: JWK, request: TokenRequest, nowMs: number): Promise<string> {
  const claims =
    request.role === 'instructor' ? { role: request.role, collections: request.collections } : { role: request.role }
  const issuedAt = Math.floor(nowMs / 1000)
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', ...(own.kid === undefined ? {} : { kid: own.kid }) })
    .setSubject(request.userId)
    .setIssuer(OWN_ISSUER)
    .setAudience(request.audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.ceil(request.lifetimeMs / 1000))
    .sign(Buffer.from(own.k ?? '', 'base64url'))
}
