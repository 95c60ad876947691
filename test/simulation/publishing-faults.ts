/** What the log of events must hold at rest, and what must have come of it. */
import { WAYMARK_EVENTS } from '../../src/public-events/catalogue/all.ts'
import { progressEvents } from '../../src/workers/publish/progress-events.ts'
import { driven } from './checks.ts'
import { COUNTED, GROUP } from './publishing.ts'
import type { Server } from './server.ts'

const TOPICS = [...new Set([...WAYMARK_EVENTS.values()].flatMap(({ topics }) => topics))]
const ALL = 1_000_000

/** Every committed occurrence is published once, in its order, and handled once; nothing is held up. */
export async function publishingFaults(server: Server): Promise<readonly string[]> {
  const { log, events, deliveries, transact } = server.store
  const told = (await log.read(0, ALL)).flatMap((entry) => progressEvents(entry))
  const published = await events.read(0, ALL, TOPICS)
  const faults: string[] = []
  const [wanted, found] = [told.map(({ id }) => id), published.map(({ id }) => id)]
  const apart = wanted.findIndex((id, index) => id !== found[index])
  if (apart >= 0 || found.length !== wanted.length) {
    faults.push(
      `at rest ${String(found.length)} events are published of ${String(wanted.length)}, apart from position ${String(apart)}`,
    )
  }
  const { position = 0, waiting = 0, dead = 0 } = (await deliveries.find(GROUP)) ?? {}
  if (waiting + dead > 0) faults.push(`${String(waiting)} events wait, ${String(dead)} are dead`)
  const ids = new Set(published.filter(({ type }) => COUNTED.includes(type)).map(({ id }) => id))
  const last = published.findLast(({ type }) => COUNTED.includes(type))?.seq ?? 0
  if (position < last) faults.push(`the group stands at ${String(position)} of ${String(last)}`)
  const counts = await driven(
    server,
    transact((tx) => [...ids].map((id) => tx.kept(`${GROUP}/${id}`))),
  )
  const wrong = counts.filter((count) => count !== 1)
  if (wrong.length > 0)
    faults.push(`${String(wrong.length)} of ${String(ids.size)} events were not handled once: ${wrong.join()}`)
  return faults
}
