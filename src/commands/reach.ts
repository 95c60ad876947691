/** How commands reach an installation: through the server that runs, or by opening the folder themselves. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { readAnswer, send, type Answer } from '../demo/client.ts'
import { readAddress, removeAddress } from '../server-address.ts'
import { FolderInUse } from '../stores/sqlite/lock.ts'
import { StoreRefused } from '../stores/sqlite/store-refused.ts'
import { openWaymark, systemClock } from '../wire.ts'
import { printToken } from './token.ts'
import { WrongUse } from './wrong-use.ts'

/** An installation that answers requests; the same ones, whether a server runs or not. */
export interface Installation {
  /** Whether it runs in another process, and goes on running. */
  readonly running: boolean
  /** Sends a request as an admin, and gives back whatever the answer is. */
  ask(method: string, path: string, request?: unknown): Promise<Answer>
  stop(): Promise<void>
}

/** How long a token is good for, and how long it is used: some commands run for days. */
const TOKEN_MS = 3_600_000
const TOKEN_USED_MS = TOKEN_MS / 2

/**
 * Does something with the installation of a data folder, and lets go of it.
 * @param delivers the groups that are delivered to meanwhile where no server runs; a server delivers to its own
 * @throws FolderInUse where another process has the folder and its address is not known; StoreRefused where there is none
 */
export async function withInstallation<T>(
  config: Config,
  work: (installation: Installation) => Promise<T>,
  delivers: (group: string) => boolean = () => false,
): Promise<T> {
  const path = join(config.DATA, 'waymark.db')
  if (!existsSync(path)) {
    throw new StoreRefused(`there is no store ${path}: name the data folder of one in WAYMARK_DATA`)
  }
  const installation = await reach(config, await adminTokens(config), delivers)
  try {
    return await work(installation)
  } finally {
    await installation.stop()
  }
}

type Token = () => Promise<string>

/** @throws ConfigError where this installation would not take its own tokens */
async function adminTokens(config: Config): Promise<Token> {
  const make = (): Promise<string> => printToken(config, { user: 'operator', role: 'admin', expires: TOKEN_MS })
  let [token, madeAt] = [await make(), performance.now()]
  return async () => {
    if (performance.now() - madeAt > TOKEN_USED_MS) [token, madeAt] = [await make(), performance.now()]
    return token
  }
}

async function reach(config: Config, token: Token, delivers: (group: string) => boolean): Promise<Installation> {
  try {
    return await openHere(config, token, delivers)
  } catch (error) {
    const url = error instanceof FolderInUse ? readAddress(config.DATA) : undefined
    if (url === undefined) throw error
    return {
      running: true,
      ask: async (method, path, request) => send({ url, token: await token() }, method, path, request),
      stop: () => Promise.resolve(),
    }
  }
}

async function openHere(config: Config, token: Token, delivers: (group: string) => boolean): Promise<Installation> {
  const { app, stop } = await openWaymark(config, systemClock, undefined, undefined, delivers)
  // What a killed server left would mislead the next command.
  removeAddress(config.DATA)
  return {
    running: false,
    ask: async (method, path, request) => {
      const headers = { authorization: `Bearer ${await token()}` }
      const { statusCode, payload } = await app.inject({
        // The methods of routes are among those that can be injected.
        method: method as 'GET',
        url: path,
        ...(request === undefined
          ? { headers }
          : { headers: { ...headers, 'content-type': 'application/json' }, payload: JSON.stringify({ request }) }),
      })
      return readAnswer(statusCode, payload)
    },
    stop,
  }
}

/**
 * Asks for something that must succeed, and gives back its result.
 * @throws WrongUse where what was asked for cannot be meant; Error with the refusal
 */
export async function mustAsk<T>({ ask }: Installation, method: string, path: string, request?: unknown): Promise<T> {
  const { status, result, fault } = await ask(method, path, request)
  // The result of a route that is known here by its address.
  if (status < 300) return result as T
  throw status === 400 ? new WrongUse(fault) : new Error(fault)
}

/** A name as a part of an address. */
export function part(name: string): string {
  return encodeURIComponent(name)
}
