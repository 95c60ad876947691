/** Histories as plain data: everything that chance decides is in the steps, so that steps can be left out and kept. */
import { seeded, type Random } from '../../src/demo/random.ts'
import { CRASH_POINTS, type CrashPoint } from '../../src/ports/crash-points.ts'
import { ATTEMPTS, COLLECTIONS, CONTENTS, ENROLMENTS, OUTLINES, POLICIES, START, type Where } from './world.ts'
import type { AttemptPolicy } from '../../src/domain/progress/hierarchy.ts'

export interface ViewWrite {
  readonly op: 'start' | 'update' | 'end'
  /** Undefined: an organic view, in no collection. */
  readonly where: Where | undefined
  readonly userId: string
  readonly contentId: string
  readonly progress?: number
  readonly timespent?: number
  readonly page?: number
}

export interface AttemptWrite {
  readonly op: 'assess'
  readonly where: Where
  readonly userId: string
  readonly contentId: string
  readonly attemptId: string
  readonly score: number
  readonly at: number
}

/** One item of a batch, with the time that the client says. */
export type Item = (ViewWrite & { readonly at: number }) | AttemptWrite

/** A request that changes something. */
export type Write =
  | ViewWrite
  | AttemptWrite
  | { readonly op: 'batch'; readonly userId: string; readonly items: readonly Item[] }
  | { readonly op: 'enrol'; readonly where: Where; readonly at?: number }
  | { readonly op: 'unenrol' | 'remove'; readonly where: Where }
  | { readonly op: 'removeAll'; readonly userId: string }
  | { readonly op: 'publish'; readonly collectionId: string; readonly outline: number; readonly policy: AttemptPolicy }
  | { readonly op: 'context'; readonly collectionId: string; readonly ended: boolean }

/** What the network does to one delivery. Unless it is answered, the client sends again. */
export type Fate = 'answered' | 'request-lost' | 'answer-lost' | 'duplicated'

export type Step =
  /** A client sends: the request is under way, with what will happen to its deliveries; later ones are answered. */
  | { readonly do: 'send'; readonly write: Write; readonly fates: readonly Fate[] }
  /** The scheduler takes things that wait: a delivery, a commit, a turn of a worker. A pick counts modulo their number. */
  | { readonly do: 'turn'; readonly picks: readonly number[] }
  /** The machine loses power, now or at the next crash point. Of what is not synced, so much (0 to 1) reaches the disk. */
  | { readonly do: 'crash'; readonly at: CrashPoint | 'now'; readonly kept: number }
  | { readonly do: 'clock'; readonly milliseconds: number }
  /** A read, answered at once, by its number in the list of all reads. */
  | { readonly do: 'read'; readonly probe: number }
  /** Everything under way ends, and everything is compared. */
  | { readonly do: 'settle' }

const DAY = 86_400_000

/** The history of a seed. It begins with what a school begins with: collections, contexts, enrolments. */
export function historyOf(seed: number, length: number): readonly Step[] {
  const random = seeded(seed)
  const steps: Step[] = COLLECTIONS.flatMap((collectionId) => [
    send({ op: 'publish', collectionId, outline: random.int(0, 2), policy: random.pick(POLICIES) }),
    send({ op: 'context', collectionId, ended: false }),
  ])
  steps.push({ do: 'settle' })
  while (steps.length < length) steps.push(stepOf(random))
  return steps
}

function send(write: Write, fates: readonly Fate[] = []): Step {
  return { do: 'send', write, fates }
}

function stepOf(random: Random): Step {
  const chance = random.int(1, 100)
  if (chance <= 48) return send(writeOf(random), fatesOf(random))
  if (chance <= 82) {
    return { do: 'turn', picks: Array.from({ length: random.int(1, 8) }, () => random.int(0, 1 << 20)) }
  }
  if (chance <= 85) {
    return { do: 'crash', at: random.pick([...CRASH_POINTS, 'now']), kept: random.pick([0, 0.5, 1]) }
  }
  if (chance <= 91) return { do: 'clock', milliseconds: leap(random) }
  if (chance <= 99) return { do: 'read', probe: random.int(0, 1 << 20) }
  return { do: 'settle' }
}

/** Mostly moments; now and then days, or a small step back, as when the time is set right. */
function leap(random: Random): number {
  if (random.chance(0.05)) return random.int(1, 40) * DAY
  return random.chance(0.1) ? -random.int(1, 5_000) : random.int(1, 20_000)
}

function fatesOf(random: Random): readonly Fate[] {
  const fates: Fate[] = []
  while (random.chance(0.25)) fates.push(random.pick(['request-lost', 'answer-lost', 'duplicated']))
  return fates
}

function writeOf(random: Random): Write {
  const where = random.pick(ENROLMENTS)
  const { userId, collectionId } = where
  const chance = random.int(1, 100)
  if (chance <= 50) return viewOf(random, where)
  if (chance <= 68) {
    return { op: 'batch', userId, items: Array.from({ length: random.int(1, 5) }, () => itemOf(random, where)) }
  }
  if (chance <= 75) return attemptOf(random, where)
  if (chance <= 84) return random.chance(0.3) ? { op: 'enrol', where, at: timeOf(random) } : { op: 'enrol', where }
  if (chance <= 88) return { op: 'unenrol', where }
  if (chance <= 91) return { op: 'remove', where }
  if (chance <= 92) return { op: 'removeAll', userId }
  if (chance <= 98) {
    return { op: 'publish', collectionId, outline: random.int(0, OUTLINES.length - 1), policy: random.pick(POLICIES) }
  }
  return { op: 'context', collectionId, ended: random.chance(0.5) }
}

function viewOf(random: Random, where: Where): ViewWrite {
  const op = random.pick(['start', 'start', 'start', 'update', 'end', 'end'] as const)
  return {
    op,
    where: random.chance(0.05) ? undefined : where,
    userId: where.userId,
    contentId: random.pick(CONTENTS),
    ...(random.chance(0.4) ? { progress: random.int(0, 100) } : {}),
    ...(random.chance(0.2) ? { timespent: random.int(0, 500) } : {}),
    ...(random.chance(0.2) ? { page: random.int(1, 9) } : {}),
  }
}

function itemOf(random: Random, where: Where): Item {
  return random.chance(0.2) ? attemptOf(random, where) : { ...viewOf(random, where), at: timeOf(random) }
}

/** Scores repeat, times do not: which of two submissions at one time counts is a matter of their text. */
function attemptOf(random: Random, where: Where): AttemptWrite {
  const [contentId, attemptId] = [random.pick(CONTENTS), random.pick(ATTEMPTS)]
  const at = START - 10 * DAY + random.int(0, 5 * DAY)
  return { op: 'assess', where, userId: where.userId, contentId, attemptId, score: random.int(0, 3), at }
}

/** Of a device: mostly near, sometimes a day fast, now and then nonsense. */
function timeOf(random: Random): number {
  if (random.chance(0.03)) return random.pick([START + 3650 * DAY, Date.UTC(1970, 0, 1)])
  return START + random.int(-100, 200) * 1_000
}

/** One line for a person to read. */
export function describeStep(step: Step): string {
  return JSON.stringify(step)
}
