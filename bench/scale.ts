/** How much of everything: `--quick` is for a pipeline of a minute and a half, the full run for a statement. */
import { group, type Group } from './groups.ts'
import { OFFLINE_LEAVES } from './offline.ts'

export interface Scale {
  readonly name: 'quick' | 'full'
  readonly rounds: number
  /** Seconds of each floor, before and after, in every round. */
  readonly floorSeconds: number
  readonly phaseSeconds: number
  /** Seconds of S1 at saturation: in the full run as many as it takes until folds begin by count, as under lasting load. */
  readonly lastingSeconds: number
  /** Shares of the saturation rate that S1 is tested at. */
  readonly shares: readonly number[]
  readonly groups: Readonly<Record<'s1' | 's2' | 's3' | 's4' | 's5' | 's6' | 's9' | 'h10' | 'h10k' | 'h100k', Group>>
  readonly rollups: readonly Group[]
  /** Other sizes of the store at which summaries are read. */
  readonly summaryStores: readonly { readonly name: string; readonly group: Group }[]
  readonly small: Group
  readonly probes: number
  readonly catchUp: Group
  /** What is worked off first and not counted, so that the engine has compiled what the others are measured by. */
  readonly leafWarmUp: Group
  /** In the order of their names, which is that of the log. */
  readonly leafCosts: readonly Group[]
  /** Contents whose status is written while the memory of the store is watched. */
  readonly hot: Group
  /** Enrolments of the batch into which progress is carried over. */
  readonly carried: number
  /** Public events that are emitted, relayed and handled. */
  readonly published: number
  /** Enrolments of an export of Sunbird that is imported. */
  readonly movedIn: number
  readonly uptimeRequests: number
  readonly uptimeWindow: number
}

const LEARNERS_PER_COURSE = 350

function taken(name: string, learners: number, leaves: number, completed: boolean): Group {
  const courses = Math.max(1, Math.round(learners / LEARNERS_PER_COURSE))
  return group(name, learners, leaves, { courses, completed, published: true, enrolled: true })
}

function unread(name: string, learners: number, leaves: number, count: number): Group {
  return group(name, learners, leaves, { published: true, unread: count })
}

const rollup = (name: string, learners: number, leaves: number): Group =>
  group(name, learners, leaves, { completed: true, views: false, published: true, enrolled: true })

const common = {
  s3: group('s3', 2000, 1),
  s4: group('s4', 1_000_000, OFFLINE_LEAVES, { views: false, published: true }),
  s5: taken('s5', 2000, 10, false),
  h10: group('h10', 1000, 10),
  h10k: group('h10k', 1, 10_000),
  h100k: group('h100k', 1, 100_000),
}
const small = taken('s1', 200, 50, false)

export const QUICK: Scale = {
  name: 'quick',
  rounds: 3,
  floorSeconds: 0.3,
  phaseSeconds: 0.8,
  lastingSeconds: 0.8,
  shares: [0.5],
  groups: {
    ...common,
    s1: taken('s1', 10_000, 50, false),
    s2: { ...taken('s2', 2000, 5, false), courses: 1 },
    s6: taken('s6', 10_000, 50, true),
    s9: taken('s9', 200, 3, false),
  },
  rollups: [rollup('r350', 350, 130), rollup('r10k', 10_000, 50)],
  summaryStores: [],
  small,
  probes: 100,
  catchUp: unread('c50', 5000, 50, 6),
  leafWarmUp: unread('l000', 2000, 50, 1),
  leafCosts: [unread('l010', 8000, 10, 1), unread('l050', 5000, 50, 1), unread('l200', 2000, 200, 1)],
  hot: taken('m', 4000, 50, false),
  carried: 1000,
  published: 20_000,
  movedIn: 2000,
  uptimeRequests: 60_000,
  uptimeWindow: 16_000,
}

export const FULL: Scale = {
  name: 'full',
  rounds: 5,
  floorSeconds: 2,
  phaseSeconds: 2,
  lastingSeconds: 12,
  shares: [0.25, 0.5, 0.75],
  groups: {
    ...common,
    s1: taken('s1', 100_000, 50, false),
    s2: { ...taken('s2', 10_000, 5, false), courses: 1 },
    s6: taken('s6', 100_000, 50, true),
    s9: taken('s9', 2000, 3, false),
  },
  rollups: [rollup('r350', 350, 130), rollup('r10k', 10_000, 50), rollup('r100k', 100_000, 50)],
  summaryStores: [
    { name: '10 k rows', group: taken('s6', 200, 50, true) },
    { name: '1 M rows', group: taken('s6', 20_000, 50, true) },
  ],
  small,
  probes: 1000,
  catchUp: unread('c50', 20_000, 50, 50),
  leafWarmUp: unread('l000', 4000, 50, 1),
  leafCosts: [unread('l010', 40_000, 10, 1), unread('l050', 20_000, 50, 1), unread('l200', 8000, 200, 1)],
  hot: taken('m', 20_000, 50, false),
  carried: 10_000,
  published: 100_000,
  movedIn: 50_000,
  uptimeRequests: 1_000_000,
  uptimeWindow: 50_000,
}
