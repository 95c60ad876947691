import { isUtf8 } from 'node:buffer'
import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { ConfigError } from '../config.ts'
import { isId } from '../domain/id.ts'
import { WaymarkError } from '../domain/errors.ts'
import type { Principal } from './access.ts'
import type { CheckedToken, TokenChecker } from './tokens.ts'

/** Headers by which a gateway in front tells who is asking; from anyone else they are a forgery. */
const IDENTITY_HEADER = 'x-authenticated-userid'
const TOKEN_HEADER = 'x-authenticated-user-token'

/** Whether a request says who sent it, in whatever way. */
export function namesSomeone({ headers }: FastifyRequest): boolean {
  return 'authorization' in headers || TOKEN_HEADER in headers || IDENTITY_HEADER in headers
}

export type Authenticate = (request: FastifyRequest) => Promise<CheckedToken>

/** Says who sent a request: by one token in one header, or by the identity header of a configured proxy. */
export function authenticator(tokens: TokenChecker, trustedProxies: readonly string[]): Authenticate {
  const proxies = addressList(trustedProxies)
  return async (request) => {
    const token = tokenOf(request)
    const identity = request.headers[IDENTITY_HEADER]
    if (identity === undefined) {
      if (token === undefined) throw new WaymarkError('UNAUTHENTICATED')
      return tokens.check(token)
    }
    const address = request.socket.remoteAddress ?? ''
    if (!proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
      throw new WaymarkError('IDENTITY_HEADER_REFUSED')
    if (token !== undefined) throw new WaymarkError('TWO_IDENTITIES')
    // Node joins repeated headers into one value, in which a client's own would hide behind the proxy's.
    if (repeats(request.raw.rawHeaders)) throw new WaymarkError('TWO_IDENTITIES')
    const userId = headerText(String(identity))
    if (userId === undefined || !isId(userId)) throw new WaymarkError('TOKEN_INVALID')
    return { principal: proxied(userId), expired: false }
  }
}

/** A header's text: proxies send ids as UTF-8, and Node gives every byte as one character. */
function headerText(value: string): string | undefined {
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8(bytes) ? bytes.toString() : undefined
}

/** A proxy vouches for learners only: higher roles need a signed token. */
function proxied(userId: string): Principal {
  return { userId, role: 'learner', collections: new Set(), expiresAt: Number.MAX_SAFE_INTEGER }
}

function tokenOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers
  const own = request.headers[TOKEN_HEADER]
  if (authorization === undefined && own === undefined) return undefined
  // Node keeps the first of several Authorization headers: count them where it cannot hide any.
  if (repeats(request.raw.rawHeaders)) throw new WaymarkError('TWO_IDENTITIES')
  const bearer = authorization === undefined ? undefined : bearerOf(authorization)
  if (bearer !== undefined && own !== undefined && bearer !== own) throw new WaymarkError('TWO_IDENTITIES')
  const token = bearer ?? own
  return Array.isArray(token) ? token.join() : token
}

function bearerOf(authorization: string): string {
  const match = /^bearer +([\w.~+/=-]+)$/i.exec(authorization)
  if (match?.[1] === undefined) throw new WaymarkError('TOKEN_INVALID')
  return match[1]
}

function repeats(rawHeaders: readonly string[]): boolean {
  let authorizations = 0
  let tokens = 0
  let identities = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    // Only names of these lengths can match, which spares lowering every name.
    if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations += 1
    else if (name.length === TOKEN_HEADER.length && name.toLowerCase() === TOKEN_HEADER) tokens += 1
    else if (name.length === IDENTITY_HEADER.length && name.toLowerCase() === IDENTITY_HEADER) identities += 1
  }
  return authorizations > 1 || tokens > 1 || identities > 1
}

/** @throws ConfigError where an entry is neither an address nor a range. */
export function addressList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', prefix, ...rest] = entry.split('/')
    const family = isIP(address)
    const bits = family === 6 ? 128 : 32
    const prefixed = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits && rest.length === 0)
    if (family === 0 || !prefixed) {
      throw new ConfigError(
        `WAYMARK_TRUSTED_PROXIES: ${entry} is neither an address nor a range. Example: 10.0.0.5,10.1.0.0/16`,
      )
    }
    const type = family === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, type)
    else list.addSubnet(address, Number(prefix), type)
  }
  return list
}
