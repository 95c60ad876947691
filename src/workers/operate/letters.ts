/** Dead letters as operators see them: those of groups and those of workers alike. */
import { WaymarkError } from '../../domain/errors.ts'
import type { Held } from '../../ports/deliveries.ts'
import type { DeadLetter } from '../../ports/log.ts'
import type { Letter, LetterHead, LetterPlace } from '../../ports/operations.ts'
import type { Store } from '../../ports/store.ts'
import { tellEntry, tellEvent, type TellingParts } from './tell-event.ts'

type Stores = Pick<Store, 'log' | 'events' | 'deliveries'>

/** One page of all dead letters, by group and position. */
export async function lettersAfter(
  store: Stores,
  group: string | undefined,
  after: LetterPlace | undefined,
  limit: number,
): Promise<readonly LetterHead[]> {
  const seq = after?.position ?? 0
  const ofWorkers = await store.log.deadLetters({
    consumer: group,
    after: after && { consumer: after.group, seq },
    limit,
  })
  const ofGroups = await store.deliveries.dead({ group, after: after && { group: after.group, seq }, limit })
  const heads = [
    ...ofWorkers.map(headOfEntry),
    ...(await Promise.all(ofGroups.map((held) => headOfHeld(store, held.group, held)))),
  ]
  return heads.sort(byPlace).slice(0, limit)
}

function byPlace(a: LetterPlace, b: LetterPlace): number {
  if (a.group === b.group) return a.position - b.position
  return a.group < b.group ? -1 : 1
}

/**
 * One dead letter, or an event that a group holds up.
 * @throws WaymarkError DEAD_LETTER_NOT_FOUND
 */
export async function letterAt(
  store: Stores,
  { group, position }: LetterPlace,
  parts: TellingParts,
  personal: boolean,
): Promise<Letter> {
  const parked = await store.log.deadLetter(group, position)
  if (parked !== undefined) {
    const content = { told: undefined, entry: undefined, ...tellEntry(parked.entry, parts, personal) }
    return { ...headOfEntry(parked), topic: undefined, ...content }
  }
  const held = await heldAt(store, { group, position })
  if (held === undefined) throw new WaymarkError('DEAD_LETTER_NOT_FOUND')
  const event = await store.events.get(position)
  const told = event && tellEvent(event, parts, personal)
  return { ...(await headOfHeld(store, group, held)), topic: event?.topic, told, entry: undefined }
}

/** What a group holds up at a position. */
export async function heldAt(
  { deliveries }: Pick<Store, 'deliveries'>,
  { group, position }: LetterPlace,
): Promise<Held | undefined> {
  const [held] = await deliveries.held(group, 1, position - 1)
  return held?.seq === position ? held : undefined
}

function headOfEntry({ consumer, entry: { seq, at, occurrence }, reason }: DeadLetter): LetterHead {
  return {
    group: consumer,
    position: seq,
    state: 'dead',
    type: occurrence.type === 'emitted' ? occurrence.event : occurrence.type,
    loggedAtMs: at,
    failedAtMs: undefined,
    retryAtMs: undefined,
    tries: undefined,
    reason,
  }
}

async function headOfHeld({ events }: Pick<Store, 'events'>, group: string, held: Held): Promise<LetterHead> {
  const event = await events.get(held.seq)
  return {
    group,
    position: held.seq,
    state: held.state,
    type: event?.type,
    loggedAtMs: event?.at,
    failedAtMs: held.failedAtMs,
    retryAtMs: held.state === 'waiting' ? held.retryAtMs : undefined,
    tries: held.tries,
    reason: held.reason,
  }
}
