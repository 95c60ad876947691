/**
 * What a right server would know and answer, written apart from it: nothing of src/ is used but types. Facts are kept as
 * they came and read through from the beginning each time. Slow and plain on purpose.
 */
import type { AttemptPolicy } from '../../src/domain/progress/hierarchy.ts'
import {
  inside,
  isActive,
  nameOf,
  sameSet,
  takenBy,
  timeRefusal,
  whereOf,
  type Enrolled,
  type Fact,
  type Published,
  type Submission,
} from './facts.ts'
import { leavesOf, requiredOf } from './outline.ts'
import type { AttemptWrite, Item, ViewWrite, Write } from './steps.ts'
import { OUTLINES, type Where } from './world.ts'

/** One part of a request: refused at the door, or a job whose outcome is known when it is committed. */
export interface Part {
  readonly op: Write['op']
  readonly refusal?: string
  /** @param now the time of the commit */
  readonly run: (now: number) => string
}

export class Model {
  /**
   * Collections that were published while the clock was set back. What was completed at a time that was then still to
   * come is a known limit of the product (kept/clock-set-back.json): of these, completions are not compared.
   */
  readonly doubted = new Set<string>()
  readonly #strict: boolean
  #latest = 0
  /** Facts by enrolment and content. */
  readonly views = new Map<string, Fact[]>()
  /** Submissions by enrolment, content and attempt. */
  readonly attempts = new Map<string, Submission[]>()
  readonly enrolments = new Map<string, Enrolled>()
  /** The earliest completion that could ever be seen, by enrolment: it stays. */
  readonly completions = new Map<string, number>()
  readonly published = new Map<string, Published>()
  readonly contexts = new Map<string, { readonly ended: boolean }>()

  /** @param strict compares also what is a known limit. */
  constructor(strict = false) {
    this.#strict = strict
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
        return [{ op: write.op, run: () => this.#remove((key) => inside(key, nameOf(write.where))) }]
      case 'removeAll':
        return [{ op: write.op, run: () => this.#remove((key) => takenBy(key, write.userId)) }]
      case 'publish':
        return [{ op: write.op, run: (at) => this.#publish(write.collectionId, write.outline, write.policy, at) }]
      case 'context':
        return [{ op: write.op, run: () => this.#context(write.collectionId, write.ended) }]
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
    const key = `${whereOf(write)}|${write.contentId}`
    const run = (): string => {
      const before = this.statusOf(key)
      if (op !== 'start' && before === 0 && !timed) return '404 VIEW_NOT_STARTED'
      this.views.set(key, [...(this.views.get(key) ?? []), { op, at, progress, timespent, page }])
      if (this.statusOf(key) === 0) return '202 KEPT_UNTIL_START'
      if (op === 'start') return before === 0 ? '200 STARTED' : '200 ALREADY_STARTED'
      if (before === 2) return '200 ALREADY_ENDED'
      return op === 'end' ? '200 ENDED' : '200 UPDATED'
    }
    return { op, run }
  }

  #attempt(write: AttemptWrite, at: number): Part {
    const key = `${nameOf(write.where)}|${write.contentId}|${write.attemptId}`
    const known = this.published.get(write.where.collectionId)?.known
    if (known !== undefined && !known.has(write.contentId)) {
      const refusal = '400 CONTENT_NOT_IN_COLLECTION'
      return { op: write.op, refusal, run: () => refusal }
    }
    const run = (): string => {
      const before = this.attempts.get(key) ?? []
      const newest = Math.max(...before.map((submission) => submission.at))
      this.attempts.set(key, [...before, { at, score: write.score }])
      if (before.length === 0) return '200 RECORDED'
      return at > newest ? '200 REPLACED' : '200 STALE'
    }
    return { op: write.op, run }
  }

  #enrol(where: Where, said: number | undefined, now: number): Part {
    const refusal = (said === undefined ? undefined : timeRefusal(said, now)) ?? this.#closed(where)
    const run = (): string => {
      const at = Math.min(said ?? now, now)
      const known = this.enrolments.get(nameOf(where))
      if (known === undefined) {
        this.enrolments.set(nameOf(where), { first: at, at, left: undefined })
        return '200 ENROLLED'
      }
      const active = isActive(known)
      known.first = Math.min(known.first, at)
      if (active) return '200 ALREADY_ENROLLED'
      known.at = Math.max(known.at, said === undefined ? Math.max(at, known.left ?? at) : at)
      return isActive(known) ? '200 ENROLLED' : '200 ALREADY_UNENROLLED'
    }
    return refusal === undefined ? { op: 'enrol', run } : { op: 'enrol', refusal, run }
  }

  #closed({ userId, collectionId, contextId }: Where): string | undefined {
    if (!this.published.has(collectionId)) return '404 COLLECTION_NOT_FOUND'
    const known = this.enrolments.get(nameOf({ userId, collectionId, contextId }))
    if (contextId === collectionId || (known !== undefined && isActive(known))) return undefined
    const context = this.contexts.get(collectionId)
    if (context === undefined) return '404 CONTEXT_NOT_FOUND'
    return context.ended ? '409 CONTEXT_ENDED' : undefined
  }

  #unenrol(where: Where, now: number): string {
    const known = this.enrolments.get(nameOf(where))
    if (known === undefined) return '404 ENROLMENT_NOT_FOUND'
    if (!isActive(known)) return '200 ALREADY_UNENROLLED'
    known.left = Math.max(now, known.at + 1)
    return '200 UNENROLLED'
  }

  #remove(gone: (key: string) => boolean): string {
    for (const map of [this.views, this.attempts, this.enrolments, this.completions]) {
      for (const key of map.keys()) if (gone(key)) map.delete(key)
    }
    return '200'
  }

  #publish(collectionId: string, index: number, policy: AttemptPolicy, now: number): string {
    const outline = OUTLINES[index] ?? []
    const before = this.published.get(collectionId)
    if (before?.outline === outline && before.policy === policy) return `200 ${String(before.number)} false`
    const required = requiredOf(outline)
    if (now < this.#latest && !this.#strict) this.doubted.add(collectionId)
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
    return `200 ${String(number)} true`
  }

  #context(collectionId: string, ended: boolean): string {
    const created = !this.contexts.has(collectionId)
    this.contexts.set(collectionId, { ended })
    return created ? '201' : '200'
  }

  /** 0, 1 or 2, of an enrolment and a content. */
  statusOf(key: string): number {
    const facts = this.views.get(key) ?? []
    if (!facts.some((fact) => fact.op === 'start')) return 0
    return facts.some((fact) => fact.op === 'end') ? 2 : 1
  }
}
