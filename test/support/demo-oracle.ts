/**
 * What must come of the demo's items, worked out straight from them and apart from the product: this file imports none
 * of its code, only the types of the data. Slow and plain on purpose.
 */
import type { AssessItem, Content, DemoKey, School } from '../../src/demo/types.ts'

/** The part of a summary that follows from the data. Times are UTC milliseconds. */
export interface Expected {
  readonly key: DemoKey
  readonly enrolledDate: number
  /** 1 in progress, 2 complete. */
  readonly contentStatus: Readonly<Record<string, number>>
  readonly assessmentStatus: Readonly<Record<string, { readonly score: number; readonly max_score: number }>>
  readonly progress: number
  readonly completionPercentage: number
  readonly status: 0 | 1 | 2
  readonly completedOn: number | null
  readonly leafNodesCount: number
}

/** One entry per enrolment of the school. */
export function expectedSummaries(school: School): readonly Expected[] {
  const items = Map.groupBy(school.batches.flat(), (item) => nameOf(item))
  return school.enrolments.map(({ userId, collectionId, contextId, clientTime }) => {
    const key = { userId, collectionId, contextId }
    const content = school.collections.find((one) => one.identifier === collectionId)
    if (content === undefined) throw new Error(`the school has no collection ${collectionId}`)
    return { key, enrolledDate: clientTime, ...expect(content, items.get(nameOf(key)) ?? []) }
  })
}

function nameOf(key: DemoKey): string {
  return JSON.stringify([key.userId, key.collectionId, key.contextId])
}

function expect(content: Content, items: School['batches'][number]): Omit<Expected, 'key' | 'enrolledDate'> {
  const places = placesOf(content, false)
  const leaves = [...new Set(places.map((place) => place.id))]
  const required = leaves.filter((leaf) => places.some((place) => place.id === leaf && !place.optional))
  // The first time at which an operation was reported of a content; undefined where it never was.
  const first = (op: string, leaf: string): number | undefined => {
    const times = items.filter((item) => item.op === op && item.contentId === leaf).map((item) => item.clientTime)
    return times.length === 0 ? undefined : Math.min(...times)
  }
  const contentStatus: Record<string, number> = {}
  for (const leaf of leaves) {
    if (first('start', leaf) !== undefined) contentStatus[leaf] = first('end', leaf) === undefined ? 1 : 2
  }
  const progress = required.filter((leaf) => contentStatus[leaf] === 2).length
  const complete = required.length > 0 && progress === required.length
  const done = required.flatMap((leaf) => [first('start', leaf) ?? NaN, first('end', leaf) ?? NaN])
  return {
    contentStatus,
    assessmentStatus: bestScores(items.filter((item) => item.op === 'assess')),
    progress,
    completionPercentage: required.length === 0 ? 0 : Math.floor((progress * 100) / required.length),
    status: complete ? 2 : Object.keys(contentStatus).length > 0 ? 1 : 0,
    completedOn: complete ? Math.max(...done) : null,
    leafNodesCount: leaves.length,
  }
}

interface Place {
  readonly id: string
  readonly optional: boolean
}

/** Every place of every leaf: optional where it, or a unit above it, is marked so. A unit may be empty. */
function placesOf(node: Content, optional: boolean): readonly Place[] {
  return (node.children ?? []).flatMap((child) => {
    const marked = optional || child.relationalMetadata?.optional === true
    const isUnit = child.mimeType === 'application/vnd.ekstep.content-collection'
    return isUnit ? placesOf(child, marked) : [{ id: child.identifier, optional: marked }]
  })
}

/** The best attempt per content; of equal ones the one that was first submitted first. */
function bestScores(items: readonly AssessItem[]): Expected['assessmentStatus'] {
  const best: Record<string, { score: number; max_score: number }> = {}
  for (const [contentId, submitted] of Map.groupBy(items, (item) => item.contentId)) {
    const attempts = [...Map.groupBy(submitted, (item) => item.attemptId).values()].map((same) => {
      const newest = same.reduce((a, b) => (b.clientTime > a.clientTime ? b : a))
      return { ...scoreOf(newest), since: Math.min(...same.map((item) => item.clientTime)) }
    })
    const [top] = attempts.sort((a, b) => b.score - a.score || a.since - b.since)
    if (top !== undefined) best[contentId] = { score: top.score, max_score: top.max_score }
  }
  return best
}

/** The latest answer to each question counts. Points have two digits: counted in hundredths they add up exactly. */
function scoreOf({ assessments }: AssessItem): { readonly score: number; readonly max_score: number } {
  const questions = Map.groupBy(assessments, (event) => event.edata.item.id)
  const last = [...questions.values()].map((events) => events.reduce((a, b) => (b.ets > a.ets ? b : a)).edata)
  const sum = (points: (edata: (typeof last)[number]) => number): number =>
    last.reduce((total, edata) => total + Math.round(points(edata) * 100), 0) / 100
  return { score: sum((edata) => edata.score), max_score: sum((edata) => edata.item.maxscore) }
}
