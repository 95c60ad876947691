/**
 * A small school, made up: 200 learners, three collections, five months. Pure: the same seed and end give the same data,
 * so it can be loaded again, and a test can work out apart from the server what must come of it.
 */
import { COURSE, leavesOf, SCIENCE, TEXTBOOK } from './collections.ts'
import { journey, pickPace, type Draft } from './journey.ts'
import { learnerIds } from './names.ts'
import { seeded, type Random } from './random.ts'
import type { Content, DemoContext, DemoEnrolment, Item, School } from './types.ts'

const DAY_MS = 86_400_000
const LEARNERS = 200
const PERIOD_MS = 150 * DAY_MS
/** How long before the period the contexts begin. */
const LEAD_MS = 7 * DAY_MS

const SHARE_TWICE = 0.05
const SHARE_LATE = 0.06

/** A context and the share of learners who enrol in it. Two collections have a `batch-a`: ids need not differ. */
interface Place {
  readonly content: Content
  readonly contextId: string
  readonly kind: DemoContext['kind']
  readonly name: string
  readonly share: number
}

const PLACES: readonly Place[] = [
  { content: SCIENCE, contextId: 'batch-a', kind: 'batch', name: 'Class 6A', share: 0.65 },
  { content: SCIENCE, contextId: 'district', kind: 'program-batch', name: 'District science programme', share: 0.25 },
  { content: COURSE, contextId: 'batch-a', kind: 'batch', name: 'Teachers of class 6', share: 0.5 },
  { content: TEXTBOOK, contextId: 'readers', kind: 'batch', name: 'Evening readers', share: 0.35 },
  { content: TEXTBOOK, contextId: 'reading', kind: 'program', name: 'State reading programme', share: 0.3 },
]

/** The context whose dates tell, on a server that was loaded before, when its school's period ends. */
export const ANCHOR = { collectionId: SCIENCE.identifier, contextId: 'batch-a' } as const

/** The end of the period of a school whose contexts start at `startDate` (RFC 3339); undefined where that is no time. */
export function periodEnd(startDate: string): number | undefined {
  const start = Date.parse(startDate)
  return Number.isNaN(start) ? undefined : start + LEAD_MS + PERIOD_MS
}

/**
 * Makes the school.
 * @param seed any whole number
 * @param untilMs end of the period, UTC milliseconds
 * @param batchItemsMax most items in one batch
 */
export function makeSchool(seed: number, untilMs: number, batchItemsMax = 1000): School {
  const random = seeded(seed)
  const learners = learnerIds(random, LEARNERS)
  const enrolments = enrol(random, learners, untilMs - PERIOD_MS)
  const drafts = enrolments.flatMap((enrolment) => {
    const leaves = leavesOf(contentOf(enrolment.collectionId))
    return journey(random, enrolment, leaves, pickPace(random), untilMs)
  })
  return {
    seed,
    untilMs,
    learners,
    collections: [SCIENCE, COURSE, TEXTBOOK],
    contexts: PLACES.map((place) => contextAt(place, untilMs)),
    enrolments,
    batches: inBatches(arrival(random, drafts), batchItemsMax),
  }
}

function contextAt({ content, contextId, kind, name }: Place, untilMs: number): DemoContext {
  return {
    collectionId: content.identifier,
    contextId,
    kind,
    name,
    startDate: new Date(untilMs - PERIOD_MS - LEAD_MS).toISOString(),
    endDate: new Date(untilMs + 60 * DAY_MS).toISOString(),
    enrollmentEndDate: new Date(untilMs + 30 * DAY_MS).toISOString(),
  }
}

/** Everyone is enrolled somewhere, within the first three weeks. */
function enrol(random: Random, learners: readonly string[], fromMs: number): readonly DemoEnrolment[] {
  return learners.flatMap((userId) => {
    const chosen = PLACES.filter((place) => random.chance(place.share))
    const places = chosen.length === 0 ? PLACES.slice(0, 1) : chosen
    return places.map(({ content, contextId }) => {
      const clientTime = fromMs + Math.floor(random.next() * 21 * DAY_MS)
      return { userId, collectionId: content.identifier, contextId, clientTime }
    })
  })
}

function contentOf(collectionId: string): Content {
  const place = PLACES.find(({ content }) => content.identifier === collectionId)
  if (place === undefined) throw new Error(`the demo has no collection ${collectionId}`)
  return place.content
}

/** The items as they reach the server: mostly in order of time, some late by up to a week, some a second time. */
function arrival(random: Random, drafts: readonly Draft[]): readonly Item[] {
  const arriving: { readonly item: Item; readonly at: number }[] = []
  for (const [index, draft] of drafts.entries()) {
    const item: Item = { ...draft, id: String(index + 1) }
    const late = random.chance(SHARE_LATE) ? Math.floor(random.next() * 7 * DAY_MS) : 0
    arriving.push({ item, at: item.clientTime + late })
    if (random.chance(SHARE_TWICE))
      arriving.push({ item, at: item.clientTime + Math.floor(random.next() * 14 * DAY_MS) })
  }
  return arriving.sort((a, b) => a.at - b.at).map(({ item }) => item)
}

function inBatches(items: readonly Item[], max: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / max) }, (_, index) =>
    items.slice(index * max, (index + 1) * max),
  )
}
