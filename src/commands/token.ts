import { mkdirSync } from 'node:fs'
import { ConfigError, type Config } from '../config.ts'
import { isId } from '../domain/id.ts'
import type { Role } from '../http/access.ts'
import { ownKey } from '../http/token-keys.ts'
import { signToken } from '../http/tokens.ts'

export interface TokenOptions {
  readonly user: string
  readonly role: Role
  readonly collection?: readonly string[]
  /** How long it is good for, milliseconds. */
  readonly expires: number
}

/**
 * Makes a token with the installation's key; makes the key where there is none yet.
 * @throws ConfigError where this installation would not take the token.
 */
export async function printToken(config: Config, options: TokenOptions): Promise<string> {
  if (!isId(options.user))
    throw new ConfigError('--user: an id is 1 to 256 characters without NUL. Example: --user asha')
  if (!config.TOKEN_KEYS.includes('own')) {
    throw new ConfigError("WAYMARK_TOKEN_KEYS does not list 'own': this installation would not take its own tokens")
  }
  const { collection = [] } = options
  if (collection.length > 0 && options.role !== 'instructor') {
    throw new ConfigError('--collection goes with --role instructor')
  }
  mkdirSync(config.DATA, { recursive: true, mode: 0o700 })
  const request = {
    userId: options.user,
    role: options.role,
    collections: collection,
    lifetimeMs: options.expires,
    audience: config.TOKEN_AUDIENCE,
  }
  return signToken(ownKey(config.DATA), request, Date.now())
}
