/** The requests of each scenario. Request i is the same in the loader that sends it and in the oracle that checks it. */
import { contentOf, doneOf, idsOf, type Group } from './groups.ts'
import { batchFacts, BATCH_ITEMS } from './offline.ts'
import { noise } from './random.ts'

/** A workload as it is handed from process to process. */
export interface Load {
  readonly kind: 'update' | 'heartbeat' | 'batch' | 'assess' | 'summary' | 'any-summary' | 'mixed' | 'hello'
  readonly group: Group
  readonly seed: number
}

/** What an update leaves behind: progress and time spent merge by maximum. */
export interface Fact {
  readonly learner: number
  readonly leaf: number
  readonly progress: number
  readonly timespent: number
}

export interface Sending {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: string
}

export interface Workload {
  /** Items in one request: what rates and costs are given for. */
  readonly items: number
  request(index: number): Sending
  /** The update that a request makes; undefined where it makes none. */
  fact?(index: number): Fact
  /** Whether an answer of success tells the truth. Undefined: the check after the run is enough. */
  holds?(index: number, body: string): boolean
  /** A read of what an answered request wrote, and whether its answer shows it. */
  readBack?(index: number): Sending
  shows?(index: number, body: string): boolean
}

export function workloadOf({ kind, group, seed }: Load): Workload {
  switch (kind) {
    case 'update':
      return updates(group, (index) => anyUpdate(group, seed, index))
    case 'heartbeat':
      return updates(group, (index) => heartbeat(group, index))
    case 'mixed':
      return mixed(group, seed)
    case 'batch':
      return { items: BATCH_ITEMS, request: (index) => post('/v1/view/batch', batchRequest(group, seed, index)) }
    case 'assess':
      return { items: 1, request: (index) => post('/v1/assessment/submit', submission(group, seed, index)) }
    case 'summary':
      return summaries(group, seed)
    case 'any-summary':
      return { items: 1, request: summaries(group, seed).request }
    case 'hello':
      return { items: 1, request: () => ({ method: 'GET', path: '/', body: '' }) }
  }
}

function post(path: string, request: unknown): Sending {
  return { method: 'POST', path, body: JSON.stringify({ request }) }
}

/** Any learner, any content, uniform. */
export function anyUpdate({ learners, leaves }: Group, seed: number, index: number): Fact {
  const [who, what] = [noise(seed, index * 2), noise(seed, index * 2 + 1)]
  return {
    learner: who % learners,
    leaf: what % leaves,
    progress: (who >>> 8) % 100,
    timespent: (what >>> 4) % 36_000,
  }
}

/** Every learner in turn, always the same content, a little further each time. */
export function heartbeat({ learners }: Group, index: number): Fact {
  const beat = Math.floor(index / learners)
  return { learner: index % learners, leaf: 0, progress: Math.min(99, beat), timespent: beat + 1 }
}

function updates(group: Group, factOf: (index: number) => Fact): Workload {
  return {
    items: 1,
    fact: factOf,
    request: (index) => {
      const fact = factOf(index)
      const ids = idsOf(group, fact.learner)
      const { progress, timespent } = fact
      return post('/v1/view/update', {
        ...ids,
        contentId: contentOf(ids.collectionId, fact.leaf),
        progress,
        timespent,
        progressDetails: { page: fact.leaf, of: group.leaves },
      })
    },
  }
}

/** Updates, of which one in ten is followed by a read that must show it. */
function mixed(group: Group, seed: number): Workload {
  const base = updates(group, (index) => anyUpdate(group, seed, index))
  return {
    ...base,
    readBack: (index) => {
      const { learner, leaf } = anyUpdate(group, seed, index)
      const ids = idsOf(group, learner)
      return post('/v1/view/read', { ...ids, contentId: contentOf(ids.collectionId, leaf) })
    },
    shows: (index, body) => Number(/"progress":(\d+)/.exec(body)?.[1] ?? -1) >= anyUpdate(group, seed, index).progress,
  }
}

function summaries(group: Group, seed: number): Workload {
  const learnerOf = (index: number): number => noise(seed, index) % group.learners
  return {
    items: 1,
    request: (index) => post('/v1/summary/read', idsOf(group, learnerOf(index))),
    holds: (index, body) =>
      body.includes(`"progress":${String(doneOf(group, learnerOf(index)))},"completionPercentage"`),
  }
}

function batchRequest(group: Group, seed: number, index: number): unknown {
  const { learner, facts } = batchFacts(seed, index)
  const { userId, ...ids } = idsOf(group, learner)
  const items = facts.map((fact, position) => ({
    op: fact.op,
    id: `${String(index)}-${String(position)}`,
    clientTime: fact.at,
    ...ids,
    contentId: contentOf(ids.collectionId, fact.leaf),
    progress: fact.progress,
    timespent: fact.timespent,
  }))
  return { userId, items }
}

/** Questions of a submission, and what they score in all. */
const QUESTIONS = 10

export function submissionOf({ learners, leaves }: Group, seed: number, index: number) {
  const scores = Array.from({ length: QUESTIONS }, (_, question) => noise(seed, index * 16 + question) % 6)
  const who = noise(seed + 1, index)
  const total = scores.reduce((sum, score) => sum + score, 0)
  return { learner: who % learners, leaf: (who >>> 16) % leaves, scores, total }
}

function submission(group: Group, seed: number, index: number): unknown {
  const { learner, leaf, scores } = submissionOf(group, seed, index)
  const ids = idsOf(group, learner)
  const assessments = scores.map((score, question) => ({
    eid: 'ASSESS',
    ets: 1_767_225_600_000 + index * 1000 + question,
    edata: {
      item: { id: `question-${String(question)}`, maxscore: 5, type: 'mcq', title: `What is ${'so '.repeat(20)}?` },
      score,
      duration: 11,
      resvalues: [{ '1': `{"text":"${'an answer '.repeat(8)}"}` }],
    },
  }))
  return { ...ids, contentId: contentOf(ids.collectionId, leaf), attemptId: `attempt-${String(index)}`, assessments }
}
