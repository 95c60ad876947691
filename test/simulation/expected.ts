/** What reads must answer, worked out from the facts of the model. */
import { isActive, nameOf, type Fact, type Published, type Submission } from './facts.ts'
import type { Model } from './model.ts'
import { leavesOf, requiredOf, unitsOf } from './outline.ts'
import { CONTENTS, ENROLMENTS, type Outline, type Where } from './world.ts'

/** Answers are compared as plain JSON. */
export type Shown = Readonly<Record<string, unknown>>

/** One content as view/read shows it; undefined where there is nothing to show. */
function viewShown(model: Model, name: string, contentId: string, policy: Published['policy']): Shown | undefined {
  const facts = model.views.get(`${name}|${contentId}`) ?? []
  const status = model.statusOf(`${name}|${contentId}`)
  const score = chosen(attemptsOf(model, name, contentId), policy)
  if (status === 0 && score === undefined) return undefined
  const shown = status === 0 ? [] : facts
  const paged = shown.filter((fact) => fact.page !== undefined)
  const latest = Math.max(...paged.map((fact) => fact.at))
  const pages = paged.filter((fact) => fact.at === latest).map((fact) => fact.page ?? 0)
  return {
    identifier: contentId,
    status,
    progress: status === 2 ? 100 : greatest(shown.map((fact) => fact.progress)),
    score: score?.score ?? null,
    max_score: score === undefined ? null : 3,
    timespent: greatest(shown.map((fact) => fact.timespent)),
    startedOn: status === 0 ? null : first(shown, 'start'),
    completedOn: completedAt(model, name, contentId) ?? null,
    lastAccessTime: status === 0 ? null : greatest(shown.map((fact) => fact.at)),
    progressDetails: pages.length === 0 ? {} : { page: greatest(pages) },
  }
}

export function viewsShown(model: Model, name: string, collectionId: string): readonly Shown[] {
  const policy = model.published.get(collectionId)?.policy ?? 'best'
  return CONTENTS.map((contentId) => viewShown(model, name, contentId, policy)).filter((shown) => shown !== undefined)
}

export function scoresShown(model: Model, { collectionId, ...where }: Where): readonly Shown[] {
  const policy = model.published.get(collectionId)?.policy ?? 'best'
  return CONTENTS.flatMap((identifier): Shown[] => {
    const attempts = attemptsOf(model, nameOf({ collectionId, ...where }), identifier)
    const score = chosen(attempts, policy)
    if (score === undefined) return []
    const listed = attempts.sort(inTime).map((attempt) => ({
      attemptId: attempt.id,
      score: attempt.score,
      max_score: 3,
      lastAttemptedOn: attempt.at,
    }))
    return [{ identifier, score: score.score, max_score: 3, attemptPolicy: policy, attempts: listed }]
  })
}

/** The part of a summary that follows from facts; undefined where there is neither enrolment nor progress. */
export function summaryShown(model: Model, where: Where): Shown | undefined {
  const name = nameOf(where)
  const enrolment = model.enrolments.get(name)
  const published = model.published.get(where.collectionId)
  const scores = CONTENTS.flatMap((id) => {
    const score = chosen(attemptsOf(model, name, id), published?.policy ?? 'best')
    return score === undefined ? [] : [[id, { score: score.score, max_score: 3 }] as const]
  })
  const statusOf = (leaf: string): number => model.statusOf(`${name}|${leaf}`)
  const due = enrolment !== undefined || (published !== undefined && (scores.length > 0 || CONTENTS.some(statusOf)))
  if (!due) return undefined
  const outline = published?.outline ?? []
  const root = nodeShown(outline, statusOf)
  const completedOn = published === undefined ? undefined : completion(model, name, published)
  return {
    ...where,
    enrolledDate: enrolment?.first ?? null,
    active: enrolment !== undefined && isActive(enrolment),
    contentStatus: Object.fromEntries(
      leavesOf(outline).flatMap((leaf) => (statusOf(leaf) === 0 ? [] : [[leaf, statusOf(leaf)]])),
    ),
    assessmentStatus: published === undefined ? {} : Object.fromEntries(scores),
    completedOn: completedOn ?? null,
    progress: root.progress,
    completionPercentage: root.completionPercentage,
    status: completedOn === undefined ? root.status : 2,
    units: unitsOf(outline).map(([identifier, below]) => ({ identifier, ...nodeShown(below, statusOf) })),
  }
}

function nodeShown(outline: readonly Outline[], statusOf: (leaf: string) => number) {
  const required = requiredOf(outline)
  const progress = required.filter((leaf) => statusOf(leaf) === 2).length
  const complete = required.length > 0 && progress === required.length
  return {
    progress,
    completionPercentage: required.length === 0 ? 0 : Math.floor((progress * 100) / required.length),
    status: complete ? 2 : leavesOf(outline).some(statusOf) ? 1 : 0,
  }
}

/** A summary without what is in doubt (see Model.doubted); anything else as it is. */
export function withoutDoubt(model: Model, shown: unknown): unknown {
  if (model.doubted.size === 0) return shown
  if (Array.isArray(shown)) return shown.map((one) => withoutDoubt(model, one))
  if (typeof shown !== 'object' || shown === null || !('units' in shown && 'collectionId' in shown)) return shown
  return model.doubted.has(String(shown.collectionId)) ? { ...shown, status: 0, completedOn: null } : shown
}

/** Keeps what is complete now: it stays so, whatever is published and however the clock is set. */
export function keepCompletions(model: Model): void {
  for (const where of ENROLMENTS) {
    const published = model.published.get(where.collectionId)
    const completedOn = published && completion(model, nameOf(where), published)
    if (completedOn !== undefined) model.completions.set(nameOf(where), completedOn)
  }
}

/** The earliest moment at which all that some publication required was complete while it held. */
function completion(model: Model, name: string, { eras }: Published): number | undefined {
  const kept = model.completions.get(name)
  const moments = eras.flatMap(({ required, since, until }) => {
    const ends = required.map((leaf) => completedAt(model, name, leaf))
    if (ends.length === 0 || !ends.every((end) => end !== undefined)) return []
    const at = Math.max(since, ...ends)
    return at <= until ? [at] : []
  })
  if (kept !== undefined) moments.push(kept)
  return moments.length === 0 ? undefined : Math.min(...moments)
}

export function enrolmentShown(model: Model, where: Where): Shown | undefined {
  const enrolment = model.enrolments.get(nameOf(where))
  return enrolment && { ...where, active: isActive(enrolment), enrolledDate: enrolment.first }
}

/** In the order of lists: by collection, then by context. */
export function enrolmentsOf(userId: string): readonly Where[] {
  const keys = ENROLMENTS.filter((where) => where.userId === userId)
  return keys.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

/** When a view was completed: its first end, but not before its first start. */
export function completedAt(model: Model, name: string, contentId: string): number | undefined {
  const facts = model.views.get(`${name}|${contentId}`) ?? []
  if (model.statusOf(`${name}|${contentId}`) < 2) return undefined
  return Math.max(first(facts, 'start'), first(facts, 'end'))
}

interface Attempt extends Submission {
  readonly id: string
  readonly since: number
}

function attemptsOf(model: Model, name: string, contentId: string): Attempt[] {
  return [...model.attempts].flatMap(([key, submissions]) => {
    const id = key.split('|')[4]
    if (id === undefined || key !== `${name}|${contentId}|${id}`) return []
    const newest = submissions.reduce((a, b) => (b.at > a.at ? b : a))
    return [{ ...newest, id, since: Math.min(...submissions.map((one) => one.at)) }]
  })
}

function chosen(attempts: readonly Attempt[], policy: Published['policy']): Attempt | undefined {
  const ranked = [...attempts].sort(inTime)
  if (policy === 'best') ranked.sort((a, b) => b.score - a.score)
  if (policy === 'latest') ranked.sort((a, b) => b.at - a.at)
  return ranked[0]
}

function inTime(a: Attempt, b: Attempt): number {
  return a.since - b.since || (a.id < b.id ? -1 : 1)
}

function first(facts: readonly Fact[], op: Fact['op']): number {
  return Math.min(...facts.filter((fact) => fact.op === op).map((fact) => fact.at))
}

function greatest(values: readonly number[]): number {
  return Math.max(0, ...values)
}
