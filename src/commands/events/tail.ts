/** `waymark events tail`: prints events as they come. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../../config.ts'
import { mustAsk, part, withInstallation, type Installation } from '../reach.ts'

export interface TailOptions {
  readonly topic?: readonly string[]
  /** The first position that is printed; without it, what comes from now on. */
  readonly fromPosition?: number
  readonly personal?: boolean
  readonly json?: boolean
}

interface LogAnswer {
  readonly events: readonly {
    readonly position: number
    readonly topic: string
    readonly key: string
    readonly event: Readonly<Record<string, unknown>>
  }[]
  readonly next: number
  readonly last: number
}

const LOOK_MS = 250
const PAGE = 100

/** Prints until it is told to stop, or until nobody reads what it prints; without a server, what the log holds. */
export function tail(config: Config, options: TailOptions): Promise<void> {
  const stopping = new AbortController()
  const stop = (): void => {
    stopping.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  for (const event of ['error', 'close'] as const) process.stdout.once(event, stop)
  return withInstallation(config, (installation) => follow(installation, options, stopping.signal))
}

async function follow(installation: Installation, options: TailOptions, signal: AbortSignal): Promise<void> {
  const topics = (options.topic ?? []).map((topic) => `&topic=${part(topic)}`).join('')
  const personal = options.personal === true ? '&personal=true' : ''
  const read = (after: number): Promise<LogAnswer> => {
    const query = `limit=${String(PAGE)}&after=${String(after)}${topics}${personal}`
    return mustAsk<LogAnswer>(installation, 'GET', `/v1/events/log?${query}`)
  }
  const { fromPosition } = options
  let after = fromPosition === undefined ? (await read(Number.MAX_SAFE_INTEGER)).last : Math.max(0, fromPosition - 1)
  while (!signal.aborted) {
    const { events, next, last } = await read(after)
    for (const event of events) process.stdout.write(`${eventText(event, options.json === true)}\n`)
    after = next
    if (after < last) continue
    if (!installation.running) {
      process.stderr.write('waymark: no server runs, so nothing more will come\n')
      return
    }
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

function eventText({ key, event }: LogAnswer['events'][number], json: boolean): string {
  if (json) return JSON.stringify(event)
  return [event['id'], event['time'], event['type'], key].map(String).join('  ')
}
