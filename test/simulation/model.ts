/**
 * What a right server would know and answer, written apart from it: nothing of src/ is used but types, and what the domain
 * decides of copies and moves (carried-copies.ts, carried-moves.ts). Facts are kept as they came and read through from the
 * beginning each time. Slow and plain on purpose.
 */
import type { AttemptPolicy } from '../../src/domain/progress/hierarchy.ts'
import type { Mode } from '../../src/domain/progress/mode.ts'
import type { StoredRule } from '../../src/domain/progress/stored-rule.ts'
import { carriedIn, type Carried } from './carried.ts'
import {
  inside,
  isActive,
  nameOf,
  sameSet,
  splitRow,
  takenBy,
  timeRefusal,
  whereOf,
  type Enrolled,
  type Fact,
  type Known,
  type Published,
  type Submission,
} from './facts.ts'
import { leavesOf, requiredOf } from './outline.ts'
import { ownsRows, rowOf } from './rows.ts'
import { timesOf } from './school.ts'
import type { AttemptWrite, ContextWrite, Item, ViewWrite, Write } from './steps.ts'
import { BATCH, enrolmentsIn, OUTLINES, RULES, type Where } from './world.ts'

/** An outcome of which it is open what it is. */
export const OPEN = '?'

/** One part of a request: refused at the door, or a job whose outcome is known when it is committed. */
export interface Part {
  readonly op: Write['op']
  readonly refusal?: string
  /** What it takes away by design: whatever has a name that begins so. */
  readonly takes?: string
  /** @param now the time of the commit */
  readonly run: (now: number) => string
}

export class Model {
  /**
   * Collections that were published while the clock was set back. What was completed at a time that was then still to
   * come is a known limit of the product (kept/clock-set-back.json): of these, completions are not compared.
   */
  readonly doubted = new Set<string>()
  readonly mode: Mode
  readonly strict: boolean
  readonly carried: Carried
  /** Every enrolment that there can be. */
  readonly places: readonly Where[]
  #latest = 0
  /** Facts by enrolment and content. */
  readonly views = new Map<string, Fact[]>()
  /** Submissions by enrolment, content and attempt. */
  readonly attempts = new Map<string, Submission[]>()
  readonly enrolments = new Map<string, Enrolled>()
  /** The earliest completion that could ever be seen, by enrolment: it stays. */
  readonly completions = new Map<string, number>()
  readonly published = new Map<string, Published>()
  /** By collection and context. */
  readonly contexts = new Map<string, Known>()
  /** By id. */
  readonly rules = new Map<string, StoredRule>()

  /** @param strict compares also what is a known limit. */
  constructor(mode: Mode, strict = false) {
    this.mode = mode
    this.strict = strict
    this.places = enrolmentsIn(mode)
    this.carried = carriedIn(this)
  }

  /** What a request that arrives now comes to. Refusals at the door look at what is committed now. */
  plan(write: Write, now: number): readonly Part[] {
    this.#latest = Math.max(this.#latest, now)
    switch (write.op) {
      case 'batch':
        return write.items.map((item) => this.#item(item, now))
      case 'assess':
        return [this.#item(write, now)]
      case 'start':
      case 'update':
      case 'end':
        return [this.#view(write, now, false)]
      case 'enrol':
        return [this.#enrol(write.where, write.at, now)]
      case 'unenrol':
        return [{ op: write.op, run: () => this.#unenrol(write.where, now) }]
      case 'remove':
        return [{ op: write.op, takes: this.#takenWith(write.where), run: () => this.#removeOne(write.where) }]
      case 'removeAll':
        return [{ op: write.op, takes: `${write.userId}|`, run: () => this.#removeAll(write.userId) }]
      case 'publish':
        return [{ op: write.op, run: (at) => this.#publish(write.collectionId, write.outline, write.policy, at) }]
      case 'context':
        return [{ op: write.op, run: () => this.#context(write) }]
      case 'rule':
        return [{ op: write.op, run: () => this.#rule(write.rule) }]
    }
  }

  #item(item: Item, now: number): Part {
    const refusal = timeRefusal(item.at, now)
    if (refusal !== undefined) return { op: item.op, refusal, run: () => refusal }
    const at = Math.min(item.at, now)
    return item.op === 'assess' ? this.#attempt(item, at) : this.#view(item, at, true)
  }

  #view(write: ViewWrite, at: number, timed: boolean): Part {
    const { op, progress = 0, timespent = 0, page } = write
    const key = rowOf(this.mode, `${whereOf(write)}|${write.contentId}`)
    const run = (): string => {
      const open = this.carried.inDoubt(splitRow(key).name)
      const shown = this.carried.place(key)
      if (shown !== key) this.carried.counts.redirected += 1
      const before = this.statusOf(shown)
      if (op !== 'start' && before === 0 && !timed) return open ? this.#lose(key) : '404 VIEW_NOT_STARTED'
      if (op !== 'start' && !timed && open && this.carried.maySwallow(key)) return this.#lose(key)
      const known = this.views.get(key) ?? []
      this.views.set(key, [...known, { op, at, progress, timespent, page }])
      const after = this.statusOf(shown)
      this.carried.viewed(key, timesOf(known), timesOf(this.views.get(key) ?? []))
      if (open) return OPEN
      const text = outcomeOf(op, before, after)
      return `${text}${this.#elsewhere(key)}`
    }
    return { op, run }
  }

  /** Said where a write counts elsewhere than where it was reported. */
  #elsewhere(key: string): string {
    const [there, here] = [this.carried.place(key).split('|')[2], key.split('|')[2]]
    return there === here ? '' : ` in ${String(there)}`
  }

  #attempt(write: AttemptWrite, at: number): Part {
    const row = rowOf(this.mode, `${nameOf(write.where)}|${write.contentId}`)
    const key = `${row}|${write.attemptId}`
    const known = this.published.get(write.where.collectionId)?.known
    if (known !== undefined && !known.has(write.contentId)) {
      const refusal = '400 CONTENT_NOT_IN_COLLECTION'
      return { op: write.op, refusal, run: () => refusal }
    }
    const run = (): string => {
      const before = this.attempts.get(key) ?? []
      const newest = Math.max(...before.map((submission) => submission.at))
      this.attempts.set(key, [...before, { at, score: write.score }])
      if (this.carried.inDoubt(nameOf(write.where))) return OPEN
      const outcome = before.length === 0 ? 'RECORDED' : at > newest ? 'REPLACED' : 'STALE'
      return `200 ${outcome}${this.#elsewhere(row)}`
    }
    return { op: write.op, run }
  }

  #enrol(where: Where, said: number | undefined, now: number): Part {
    const refusal =
      (said === undefined ? undefined : timeRefusal(said, now)) ?? this.#closed(where, Math.min(said ?? now, now))
    const run = (): string => {
      const at = Math.min(said ?? now, now)
      const name = nameOf(where)
      const known = this.enrolments.get(name)
      const before = JSON.stringify(known)
      const outcome = this.#enrolAt(name, known, at, said !== undefined)
      if (JSON.stringify(this.enrolments.get(name)) !== before) this.carried.enrolled(name)
      return outcome
    }
    return refusal === undefined ? { op: 'enrol', run } : { op: 'enrol', refusal, run }
  }

  #enrolAt(name: string, known: Enrolled | undefined, at: number, timed: boolean): string {
    if (known === undefined) {
      this.enrolments.set(name, { first: at, at, left: undefined })
      return '200 ENROLLED'
    }
    const active = isActive(known)
    known.first = Math.min(known.first, at)
    if (active) return '200 ALREADY_ENROLLED'
    known.at = Math.max(known.at, timed ? at : Math.max(at, known.left ?? at))
    return isActive(known) ? '200 ENROLLED' : '200 ALREADY_UNENROLLED'
  }

  #closed({ userId, collectionId, contextId }: Where, at: number): string | undefined {
    if (!this.published.has(collectionId)) return '404 COLLECTION_NOT_FOUND'
    const known = this.enrolments.get(nameOf({ userId, collectionId, contextId }))
    if (contextId === collectionId || (known !== undefined && isActive(known))) return undefined
    const context = this.contexts.get(`${collectionId}|${contextId}`)
    if (context === undefined) return '404 CONTEXT_NOT_FOUND'
    const over = context.ended || (context.endsAt !== null && at > context.endsAt)
    return over ? '409 CONTEXT_ENDED' : undefined
  }

  #unenrol(where: Where, now: number): string {
    const known = this.enrolments.get(nameOf(where))
    if (known === undefined) return '404 ENROLMENT_NOT_FOUND'
    if (!isActive(known)) return '200 ALREADY_UNENROLLED'
    known.left = Math.max(now, known.at + 1)
    return '200 UNENROLLED'
  }

  /** Where rows count in several contexts of a collection, all of them may lose what one gives up. */
  #takenWith(where: Where): string {
    const shares = this.mode === 'collection' || this.mode === 'move'
    return shares ? `${where.userId}|${where.collectionId}|` : nameOf(where)
  }

  #removeOne(where: Where): string {
    const name = nameOf(where)
    if (this.mode === 'collection') return this.#removeSharing(where)
    const going = this.carried.leaving(name)
    this.enrolments.delete(name)
    for (const place of going) this.#removeRows((key) => inside(key, place))
    this.carried.removed(name)
    return '200'
  }

  /** Rows of a collection go with the last enrolment in it. */
  #removeSharing({ userId, collectionId, contextId }: Where): string {
    const own = `${userId}|${collectionId}|${contextId}`
    const shared = `${userId}|${collectionId}|${collectionId}`
    const enrolled = this.enrolments.delete(own)
    const last = ![...this.enrolments.keys()].some((name) => name.startsWith(`${userId}|${collectionId}|`))
    if (own !== shared || last) this.#removeRows((key) => inside(key, own))
    if (enrolled && last) this.#removeRows((key) => inside(key, shared))
    return '200'
  }

  #removeAll(userId: string): string {
    this.#removeRows((key) => takenBy(key, userId))
    for (const name of this.enrolments.keys()) if (name.startsWith(`${userId}|`)) this.enrolments.delete(name)
    this.carried.left(userId)
    return '200'
  }

  #removeRows(gone: (key: string) => boolean): void {
    for (const map of [this.views, this.attempts, this.completions]) {
      for (const key of map.keys()) if (gone(key)) map.delete(key)
    }
  }

  #publish(collectionId: string, index: number, policy: AttemptPolicy, now: number): string {
    const outline = OUTLINES[index] ?? []
    const before = this.published.get(collectionId)
    if (before?.outline === outline && before.policy === policy) return `200 ${String(before.number)} false`
    const required = requiredOf(outline)
    if (now < this.#latest && !this.strict) this.doubted.add(collectionId)
    const eras = [...(before?.eras ?? [])]
    const last = eras.at(-1)
    if (last === undefined || !sameSet(last.required, required)) {
      const since = last === undefined ? 0 : Math.max(now, last.since)
      if (last !== undefined) eras[eras.length - 1] = { ...last, until: since }
      eras.push({ required, since, until: Number.POSITIVE_INFINITY })
    }
    const known = new Set([...(before?.known ?? []), ...leavesOf(outline)])
    const number = (before?.number ?? 0) + 1
    this.published.set(collectionId, { number, outline, policy, eras, known })
    this.carried.decidedAnew({ collectionId })
    return `200 ${String(number)} true`
  }

  #context({ collectionId, contextId = BATCH, ended, dates, rules = null }: ContextWrite): string {
    if (rules?.some((id) => !this.rules.has(id)) === true) return '404 RULE_NOT_FOUND'
    const name = `${collectionId}|${contextId}`
    const before = this.contexts.get(name)
    const [startsAt, endsAt] = dates ?? [null, null]
    const after = { ended, startsAt, endsAt, rules }
    this.contexts.set(name, after)
    if (JSON.stringify(before) !== JSON.stringify(after)) this.carried.decidedAnew({ collectionId, contextId })
    return before === undefined ? '201' : '200'
  }

  #rule(index: number): string {
    const stored = RULES[index]
    if (stored === undefined) throw new Error(`there is no rule ${String(index)}`)
    const before = this.rules.get(stored.rule.id)
    this.rules.set(stored.rule.id, stored)
    if (before !== stored) this.carried.decidedAnew({})
    return before === undefined ? '201' : '200'
  }

  /** The row that answers for a content at a place. */
  rowAt(name: string, contentId: string): string {
    return rowOf(this.mode, `${name}|${contentId}`)
  }

  /** Whether there is a summary at a place without an enrolment, where there is progress. */
  ownsRows(name: string): boolean {
    return ownsRows(this.mode, name)
  }

  /** The facts that a row shows, beside what was copied into it. */
  factsAt(row: string): readonly Fact[] {
    return this.carried.shownAt(row).flatMap((from) => this.views.get(from) ?? [])
  }

  /** 0, 1 or 2, of a row as it is shown. */
  statusOf(row: string): number {
    if (this.carried.copied(row) !== undefined) return 2
    const facts = this.factsAt(row)
    if (!facts.some((fact) => fact.op === 'start')) return 0
    return facts.some((fact) => fact.op === 'end') ? 2 : 1
  }

  /** The attempts of one row count in another too. */
  mergeAttempts(from: string, to: string): void {
    for (const [key, submissions] of this.attempts) {
      // What is added on the way is of another row.
      if (!key.startsWith(`${from}|`)) continue
      const copy = `${to}${key.slice(from.length)}`
      this.attempts.set(copy, [...(this.attempts.get(copy) ?? []), ...submissions])
    }
  }

  /** What a write does here is open: so is all that the learner does. */
  #lose(key: string): string {
    this.carried.doubt(splitRow(key).userId)
    return OPEN
  }
}

function outcomeOf(op: Fact['op'], before: number, after: number): string {
  if (after === 0) return '202 KEPT_UNTIL_START'
  if (op === 'start') return before === 0 ? '200 STARTED' : '200 ALREADY_STARTED'
  if (before === 2) return '200 ALREADY_ENDED'
  return op === 'end' ? '200 ENDED' : '200 UPDATED'
}
