/** What reads must answer, worked out from the facts of the model. */
import { isActive, nameOf, splitRow, type Published, type Submission } from './facts.ts'
import type { Model } from './model.ts'
import { leavesOf, requiredOf, unitsOf } from './outline.ts'
import { completionOf, timesOf } from './school.ts'
import { CONTENTS, type Outline, type Where } from './world.ts'

/** Answers are compared as plain JSON. */
export type Shown = Readonly<Record<string, unknown>>

/** One content as view/read shows it; undefined where there is nothing to show. */
export function viewShown(model: Model, row: string, policy: Published['policy']): Shown | undefined {
  const status = model.statusOf(row)
  const score = chosen(attemptsOf(model, row), policy)
  if (status === 0 && score === undefined) return undefined
  const shown = status === 0 ? [] : model.factsAt(row)
  const paged = shown.filter((fact) => fact.page !== undefined)
  const latest = Math.max(...paged.map((fact) => fact.at))
  const pages = paged.filter((fact) => fact.at === latest).map((fact) => fact.page ?? 0)
  return {
    identifier: splitRow(row).contentId,
    status,
    progress: status === 2 ? 100 : greatest(shown.map((fact) => fact.progress)),
    score: score?.score ?? null,
    max_score: score === undefined ? null : 3,
    timespent: greatest(shown.map((fact) => fact.timespent)),
    ...datesShown(model, row, status),
    progressDetails: pages.length === 0 ? {} : { page: greatest(pages) },
  }
}

/** What was copied is as old as its original; the learner's own work counts beside it. */
function datesShown(model: Model, row: string, status: number): Shown {
  if (status === 0) return { startedOn: null, completedOn: null, lastAccessTime: null }
  const [facts, copied] = [model.factsAt(row), model.carried.copied(row)]
  const starts = [timesOf(facts).startedAt, copied?.startedAt].filter((at) => typeof at === 'number')
  return {
    startedOn: Math.min(...starts),
    completedOn: completedAt(model, row) ?? null,
    lastAccessTime: facts.length === 0 ? (copied?.completedAt ?? null) : greatest(facts.map((fact) => fact.at)),
  }
}

/** The contents that a read of a whole place is about. In mode content rows are found by the leaves of the collection. */
function contentsOf(model: Model, collectionId: string): readonly string[] {
  if (model.mode !== 'content') return CONTENTS
  const known = model.published.get(collectionId)?.known
  return CONTENTS.filter((contentId) => known?.has(contentId) === true)
}

export function viewsShown(model: Model, name: string, collectionId: string): readonly Shown[] {
  const policy = model.published.get(collectionId)?.policy ?? 'best'
  return contentsOf(model, collectionId)
    .map((contentId) => viewShown(model, model.rowAt(name, contentId), policy))
    .filter((shown) => shown !== undefined)
}

export function scoresShown(model: Model, { collectionId, ...where }: Where): readonly Shown[] {
  const policy = model.published.get(collectionId)?.policy ?? 'best'
  return contentsOf(model, collectionId).flatMap((identifier): Shown[] => {
    const attempts = attemptsOf(model, model.rowAt(nameOf({ collectionId, ...where }), identifier))
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
  const scores = contentsOf(model, where.collectionId).flatMap((id) => {
    const score = chosen(attemptsOf(model, model.rowAt(name, id)), published?.policy ?? 'best')
    return score === undefined ? [] : [[id, { score: score.score, max_score: 3 }] as const]
  })
  const statusOf = (leaf: string): number => model.statusOf(model.rowAt(name, leaf))
  if (!isDue(model, where)) return undefined
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

/** Whether there is a summary: by enrolment, or by progress whose rows lie there. */
function isDue(model: Model, where: Where): boolean {
  const name = nameOf(where)
  if (model.enrolments.has(name)) return true
  if (!model.published.has(where.collectionId) || !model.ownsRows(name)) return false
  if (placesCounted(model, name).some((place) => model.completions.has(place))) return true
  return CONTENTS.some((id) => {
    const row = model.rowAt(name, id)
    return model.statusOf(row) > 0 || attemptsOf(model, row).length > 0
  })
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

/** Keeps what is complete now: it stays so, whatever is published and however the clock is set. */
export function keepCompletions(model: Model): void {
  for (const where of model.places) {
    const published = model.published.get(where.collectionId)
    const completedOn = published && isDue(model, where) ? completion(model, nameOf(where), published) : undefined
    if (completedOn !== undefined) model.completions.set(nameOf(where), completedOn)
  }
}

/** The earliest moment at which all that some publication required was complete while it held. */
function completion(model: Model, name: string, published: Published): number | undefined {
  const kept = placesCounted(model, name).flatMap((place) => model.completions.get(place) ?? [])
  const moments = [...completionsNow(model, name, published), ...kept]
  return moments.length === 0 ? undefined : Math.min(...moments)
}

function completionsNow(model: Model, name: string, { eras }: Published): readonly number[] {
  return eras.flatMap(({ required, since, until }) => {
    const ends = required.map((leaf) => completedAt(model, model.rowAt(name, leaf)))
    if (ends.length === 0 || !ends.every((end) => end !== undefined)) return []
    const at = Math.max(since, ...ends)
    return at <= until ? [at] : []
  })
}

/** The places whose completions count in one: where progress moved, those that were left for it. */
function placesCounted(model: Model, name: string): readonly string[] {
  return model.carried.shownAt(`${name}|`).map((row) => splitRow(row).name)
}

/**
 * Whether a completion is on record depends on when a worker came by: where what was carried is another now, so that the
 * collection was complete earlier, or is no longer.
 */
export function completionOpen(model: Model, where: Where): boolean {
  if (model.doubted.has(where.collectionId)) return true
  const published = model.published.get(where.collectionId)
  if (published === undefined || !isCarrying(model)) return false
  const now = completionsNow(model, nameOf(where), published)
  return completion(model, nameOf(where), published) !== (now.length === 0 ? undefined : Math.min(...now))
}

function isCarrying({ mode }: Model): boolean {
  return mode !== 'strict' && mode !== 'content' && mode !== 'collection'
}

export function enrolmentShown(model: Model, where: Where): Shown | undefined {
  const enrolment = model.enrolments.get(nameOf(where))
  return enrolment && { ...where, active: isActive(enrolment), enrolledDate: enrolment.first }
}

/** In the order of lists: by collection, then by context. */
export function enrolmentsOf(places: readonly Where[], userId: string): readonly Where[] {
  const keys = places.filter((where) => where.userId === userId)
  return keys.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

/** When a row was completed: its first end, but not before its first start; or what was copied into it, if that is earlier. */
export function completedAt(model: Model, row: string): number | undefined {
  if (model.statusOf(row) < 2) return undefined
  const own = completionOf(timesOf(model.factsAt(row)))
  const copied = model.carried.copied(row)?.completedAt
  const started = model.carried.copied(row)?.startedAt
  if (copied === undefined || started === undefined) return own ?? undefined
  const first = Math.min(timesOf(model.factsAt(row)).startedAt ?? started, started)
  return Math.max(first, Math.min(own ?? copied, copied))
}

interface Attempt extends Submission {
  readonly id: string
  readonly since: number
}

/** The attempts that count in a row, of every row that it shows. */
function attemptsOf(model: Model, row: string): Attempt[] {
  const byId = new Map<string, Submission[]>()
  for (const from of model.carried.attemptsAt(row)) {
    for (const [key, submissions] of model.attempts) {
      if (!key.startsWith(`${from}|`)) continue
      const id = key.slice(from.length + 1)
      byId.set(id, [...(byId.get(id) ?? []), ...submissions])
    }
  }
  return [...byId].map(([id, submissions]) => {
    const newest = submissions.reduce((a, b) => (b.at > a.at ? b : a))
    return { ...newest, id, since: Math.min(...submissions.map((one) => one.at)) }
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

function greatest(values: readonly number[]): number {
  return Math.max(0, ...values)
}
