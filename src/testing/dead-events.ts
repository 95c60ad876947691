import type { EventMetadata } from '../public-events/kernel/metadata.ts'
import { metadataOf } from '../workers/publish/made-event.ts'
import type { BusParts } from './bus-parts.ts'

/** An event that a group failed on as often as it may. */
export interface DeadEvent {
  /** Undefined where it cannot be read. */
  readonly payload: unknown
  readonly metadata: EventMetadata
  readonly key: string
  readonly tries: number
  /** Error and stack of the last failure. */
  readonly reason: string
}

/** The dead letters of a group, by position. @throws TypeError where there is no such group */
export async function readDeadLetters(parts: BusParts, group: string): Promise<readonly DeadEvent[]> {
  const { deliveries, events } = parts.store
  if ((await deliveries.find(group)) === undefined) throw new TypeError(`there is no group named ${group}`)
  const held = await deliveries.held(group, Number.MAX_SAFE_INTEGER)
  const dead: DeadEvent[] = []
  for (const { seq, key, state, tries, reason = '' } of held) {
    const event = state === 'dead' ? await events.get(seq) : undefined
    const definition = event === undefined ? undefined : parts.catalogue.get(event.type)
    if (event === undefined || definition === undefined) continue
    const payload = outcome(() => parts.reader.read(definition, event))
    dead.push({ payload, metadata: metadataOf(event, parts.sender), key, tries, reason })
  }
  return dead
}

function outcome(work: () => unknown): unknown {
  try {
    return work()
  } catch {
    return undefined
  }
}
