/** Draws the history of a seed: the mode, the school, and what happens in it. */
import { seeded, type Random } from '../../src/demo/random.ts'
import { carriesOver, MODES, type Mode } from '../../src/domain/progress/mode.ts'
import { CRASH_POINTS, type CrashPoint } from '../../src/ports/crash-points.ts'
import type { AttemptWrite, ContextWrite, Fate, History, Item, Step, ViewWrite, Write } from './steps.ts'
import {
  ATTEMPTS,
  BATCH,
  COLLECTIONS,
  CONTENTS,
  contextsIn,
  enrolmentsIn,
  NAMED_RULES,
  OUTLINES,
  POLICIES,
  RULES,
  START,
  type Where,
} from './world.ts'

const DAY = 86_400_000

/** The mode of a seed: neighbouring seeds play all of them. */
export function modeOf(seed: number): Mode {
  return MODES[seed % MODES.length] ?? 'strict'
}

/**
 * The history of a seed. It begins with what a school begins with: collections, contexts, rules.
 * @param mode left out: that of the seed.
 */
export function historyOf(seed: number, length: number, mode: Mode = modeOf(seed), publishing = false): History {
  const points = CRASH_POINTS.filter((point) => publishing || !point.startsWith('consumer-'))
  return { mode, steps: new Draw(mode, seeded(seed), points).steps(length) }
}

class Draw {
  readonly #mode: Mode
  readonly #random: Random
  /** Where the power may be lost. */
  readonly #points: readonly CrashPoint[]
  readonly #places: readonly Where[]
  readonly #carries: boolean

  constructor(mode: Mode, random: Random, points: readonly CrashPoint[]) {
    this.#points = points
    this.#mode = mode
    this.#random = random
    this.#places = enrolmentsIn(mode)
    this.#carries = carriesOver(mode)
  }

  steps(length: number): readonly Step[] {
    const random = this.#random
    const steps: Step[] = this.#carries ? [send({ op: 'rule', rule: random.int(0, 1) })] : []
    for (const collectionId of COLLECTIONS) {
      steps.push(send({ op: 'publish', collectionId, outline: random.int(0, 2), policy: random.pick(POLICIES) }))
      steps.push(...this.#batches(collectionId).map((contextId) => send(this.#context(collectionId, contextId, false))))
    }
    steps.push({ do: 'settle' })
    while (steps.length < length) steps.push(...this.#next())
    return steps
  }

  #batches(collectionId: string): readonly string[] {
    return contextsIn(this.#mode, collectionId).filter((contextId) => contextId !== collectionId)
  }

  #next(): readonly Step[] {
    const random = this.#random
    const chance = random.int(1, 100)
    if (chance <= 48) {
      const write = this.#write()
      const step = send(write, this.#fates())
      // What the school decides anew before the last decision has reached everyone leaves open what was carried between.
      const decides = write.op === 'publish' || write.op === 'context' || write.op === 'rule'
      return this.#carries && decides && random.chance(0.8) ? [{ do: 'settle' }, step] : [step]
    }
    if (chance <= 82) {
      return [{ do: 'turn', picks: Array.from({ length: random.int(1, 8) }, () => random.int(0, 1 << 20)) }]
    }
    if (chance <= 85) {
      return [{ do: 'crash', at: random.pick([...this.#points, 'now']), kept: random.pick([0, 0.5, 1]) }]
    }
    if (chance <= 91) return [{ do: 'clock', milliseconds: this.#leap() }]
    if (chance <= 99) return [{ do: 'read', probe: random.int(0, 1 << 20) }]
    return [{ do: 'settle' }]
  }

  /** Mostly moments; now and then days, or a small step back, as when the time is set right. */
  #leap(): number {
    const random = this.#random
    if (random.chance(0.05)) return random.int(1, 40) * DAY
    return random.chance(0.1) ? -random.int(1, 5_000) : random.int(1, 20_000)
  }

  #fates(): readonly Fate[] {
    const fates: Fate[] = []
    while (this.#random.chance(0.25)) fates.push(this.#random.pick(['request-lost', 'answer-lost', 'duplicated']))
    return fates
  }

  #write(): Write {
    const random = this.#random
    const where = random.pick(this.#places)
    const { userId, collectionId } = where
    const chance = random.int(1, 100)
    if (chance <= 50) return this.#view(where)
    if (chance <= 68) {
      return { op: 'batch', userId, items: Array.from({ length: random.int(1, 5) }, () => this.#item(where)) }
    }
    if (chance <= 75) return this.#attempt(where)
    if (chance <= 84) return random.chance(0.3) ? { op: 'enrol', where, at: this.#time() } : { op: 'enrol', where }
    if (chance <= 88) return { op: 'unenrol', where }
    if (chance <= 91) return { op: 'remove', where }
    if (chance <= 92) return { op: 'removeAll', userId }
    if (chance <= 98) {
      // Where progress is carried over, schools decide less often: there must be something to be carried.
      if (this.#carries && random.chance(0.6)) return { op: 'enrol', where }
      if (this.#carries && random.chance(0.3)) return { op: 'rule', rule: random.int(0, RULES.length - 1) }
      const outline = random.int(0, OUTLINES.length - 1)
      return { op: 'publish', collectionId, outline, policy: random.pick(POLICIES) }
    }
    return this.#context(collectionId, random.pick(this.#batches(collectionId)), random.chance(0.5))
  }

  #context(collectionId: string, contextId: string, ended: boolean): ContextWrite {
    const random = this.#random
    const context: ContextWrite = { op: 'context', collectionId, ended }
    if (!this.#carries) return context
    const rules = random.pick(NAMED_RULES)
    const known = rules?.includes('other') === true && random.chance(0.9) ? ['main'] : rules
    const named = {
      ...context,
      ...(contextId === BATCH ? {} : { contextId }),
      ...(known === null ? {} : { rules: known }),
    }
    if (ended || random.chance(0.5)) return named
    return { ...named, dates: [START + random.int(-100, 20) * 1_000, START + random.int(20, 500) * 1_000] }
  }

  #view(where: Where): ViewWrite {
    const random = this.#random
    const op = random.pick(['start', 'start', 'start', 'update', 'end', 'end'] as const)
    return {
      op,
      where: random.chance(this.#carries ? 0.15 : 0.05) ? undefined : where,
      userId: where.userId,
      contentId: random.pick(CONTENTS),
      ...(random.chance(0.4) ? { progress: random.int(0, 100) } : {}),
      ...(random.chance(0.2) ? { timespent: random.int(0, 500) } : {}),
      ...(random.chance(0.2) ? { page: random.int(1, 9) } : {}),
    }
  }

  #item(where: Where): Item {
    return this.#random.chance(0.2) ? this.#attempt(where) : { ...this.#view(where), at: this.#time() }
  }

  /** Scores repeat, times do not: which of two submissions at one time counts is a matter of their text. */
  #attempt(where: Where): AttemptWrite {
    const random = this.#random
    const [contentId, attemptId] = [random.pick(CONTENTS), random.pick(ATTEMPTS)]
    const at = START - 10 * DAY + random.int(0, 5 * DAY)
    return { op: 'assess', where, userId: where.userId, contentId, attemptId, score: random.int(0, 3), at }
  }

  /** Of a device: mostly near, sometimes a day fast, now and then nonsense. */
  #time(): number {
    const random = this.#random
    if (random.chance(0.03)) return random.pick([START + 3650 * DAY, Date.UTC(1970, 0, 1)])
    return START + random.int(-100, 200) * 1_000
  }
}

function send(write: Write, fates: readonly Fate[] = []): Step {
  return { do: 'send', write, fates }
}
