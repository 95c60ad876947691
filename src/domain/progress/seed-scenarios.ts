/**
 * The acceptance tables of the modes as data: every row of the viewer-service seed, "Config Modes" to "Extended
 * Enrolment Consumption", and of its scenario table of `user_content_consumption`. Tests and documents read it.
 * It is long because the tables are. Times are RFC 3339; dates alone are whole days in `timeZone`.
 */
import type { PartialViewKey } from './key.ts'
import type { Mode } from './mode.ts'
import type { Status } from './view.ts'

/** Something that Rahul does. */
export type Deed =
  | ({ readonly completes: string; readonly at: string } & Place)
  | { readonly enrolsIn: Required<Place>; readonly at: string }

/** Where: left out, what the request leaves out. */
export interface Place {
  readonly collectionId?: string
  readonly contextId?: string
}

/** A row of an "Entry in DB" table. */
export interface Entry {
  readonly collectionId: string
  readonly contextId: string
  readonly contentId: string
  readonly status: Status
  /** What the table says in brackets; `blank`: made by enrolling. */
  readonly how: 'viewed' | 'copied' | 'deleted' | 'blank'
}

/** A row of a table of answers. */
export interface Answer {
  /** The row's text, as the seed has it. */
  readonly action: string
  /** What is done before he opens the content, after the scenario's story. */
  readonly afterwards?: readonly Deed[]
  /** What is done in place of the scenario's story. */
  readonly instead?: readonly Deed[]
  readonly opens: Omit<PartialViewKey, 'userId'>
  readonly progress: Status
  /** What the explanation must name besides the row: rule, source, date. */
  readonly says: readonly string[]
}

export interface SeedContext {
  readonly collectionId: string
  readonly contextId: string
  readonly kind: 'batch' | 'program' | 'program-batch'
  readonly startDate: string
  readonly endDate: string
}

export interface SeedScenario {
  /** The heading in the seed. */
  readonly title: string
  readonly mode: Mode
  readonly timeZone: string
  /** The instance's rules, as JSON has them. */
  readonly rules: readonly unknown[]
  readonly collections: Readonly<Record<string, readonly string[]>>
  readonly contexts: readonly SeedContext[]
  readonly story: readonly Deed[]
  readonly entries: readonly Entry[]
  readonly answers: readonly Answer[]
}

export const SEED_USER = 'Rahul'
const SINGLE = 'single-digit-addition'
const DOUBLE = 'double-digit-addition'
const TRIPLE = 'triple-digit-addition'
const CLASS_1 = 'class-1-maths'
const CLASS_2 = 'class-2-maths'
const BATCH_1 = { collectionId: CLASS_1, contextId: 'batch-1' } as const
const BATCH_2 = { collectionId: CLASS_1, contextId: 'batch-2' } as const
const CLASS_2_BATCH = { collectionId: CLASS_2, contextId: 'batch-1' } as const
const PROGRAM_ABC = { collectionId: CLASS_1, contextId: 'program-abc' } as const
const PROGRAM_BATCH = { collectionId: CLASS_1, contextId: 'program-batch-1' } as const

const SCHOOL = {
  timeZone: 'Asia/Kolkata',
  collections: { [CLASS_1]: [SINGLE, DOUBLE, TRIPLE], [CLASS_2]: [SINGLE, DOUBLE] },
  contexts: [
    { ...BATCH_1, kind: 'batch', startDate: '2026-01-11', endDate: '2026-01-31' },
    { ...BATCH_2, kind: 'batch', startDate: '2026-02-01', endDate: '2026-12-31' },
    { ...CLASS_2_BATCH, kind: 'batch', startDate: '2026-01-11', endDate: '2026-12-31' },
    { ...PROGRAM_ABC, kind: 'program', startDate: '2026-01-11', endDate: '2026-12-31' },
    { ...PROGRAM_BATCH, kind: 'program-batch', startDate: '2026-01-20', endDate: '2026-12-31' },
  ],
} as const satisfies Partial<SeedScenario>

/** "copied … if the user has completed the content in the last 3 months or within the program/course duration" */
export const RECENT_OR_DURING = {
  id: 'recent-or-during',
  any: [{ completedWithin: 'P3M' }, { completedDuring: 'context' }],
} as const
/** "moved into a program if the user has an on-going batch for the same collection" */
export const ONGOING_BATCH = { id: 'ongoing-batch', any: [{ sourceContext: 'ongoing' }] } as const

const inBatch1 = (at: string): Deed => ({ enrolsIn: BATCH_1, at: `${at}+05:30` })
const inBatch2 = (at: string): Deed => ({ enrolsIn: BATCH_2, at: `${at}+05:30` })
const completes = (content: string, at: string, place: Place = {}): Deed => ({
  completes: content,
  at: `${at}+05:30`,
  ...place,
})
const entry = (place: Required<Place>, contentId: string, status: Status, how: Entry['how'] = 'viewed'): Entry => ({
  ...place,
  contentId,
  status,
  how,
})
const alone = (contentId: string): Required<Place> => ({ collectionId: contentId, contextId: contentId })

const OPENS_IN_BATCH_1 =
  'Rahul opens the “single-digit-addition” content after going into the course “class-1-maths” when batch-1 is active'
const OPENS_SEARCHED = 'Rahul opens the “single-digit-addition” content after searching for it'
const REJOINED = 'batch-1 has expired and Rahul has rejoined batch-2 and opened the content “single-digit-addition”'
const JOINED_CLASS_2 =
  'Rahul has joined a collection “class-2-maths” which contains the “single-digit-addition” content and opens the content'
const DOUBLE_SEARCHED = 'Rahul opens the “double-digit-addition” content after searching for it'
const TRIPLE_ORGANICALLY =
  'Rahul completes “triple-digit-addition” organically. And opens the content as part of course “class-1-maths”'

const SINGLE_DONE = '2026-01-12 10:00:00+05:30'
const SINGLE_IN_BATCH_1 = [inBatch1('2026-01-11T10:00:00'), completes(SINGLE, '2026-01-12T10:00:00', BATCH_1)] as const
const JOINS_CLASS_2: Deed = { enrolsIn: CLASS_2_BATCH, at: '2026-01-15T10:00:00+05:30' }

const STRICT: SeedScenario = {
  ...SCHOOL,
  title: 'Strict Context Mode',
  mode: 'strict',
  rules: [],
  story: [...SINGLE_IN_BATCH_1, completes(DOUBLE, '2026-01-13T10:00:00')],
  entries: [entry(BATCH_1, SINGLE, 2), entry(alone(DOUBLE), DOUBLE, 2)],
  answers: [
    { action: OPENS_IN_BATCH_1, opens: { ...BATCH_1, contentId: SINGLE }, progress: 2, says: [SINGLE_DONE] },
    {
      action: OPENS_SEARCHED,
      opens: { contentId: SINGLE },
      progress: 0,
      says: ['context “batch-1”', SINGLE_DONE, 'mode strict'],
    },
    {
      action: REJOINED,
      afterwards: [inBatch2('2026-02-12T10:00:00')],
      opens: { ...BATCH_2, contentId: SINGLE },
      progress: 0,
      says: ['context “batch-1”', SINGLE_DONE, 'mode strict'],
    },
    {
      action:
        'Inverse: Rahul completes the “single-digit-addition” content after searching for it organically. Later, Rahul opens the same content via the ToC of the course “class-1-maths“',
      instead: [inBatch1('2026-01-11T10:00:00'), completes(SINGLE, '2026-01-12T10:00:00')],
      opens: { ...BATCH_1, contentId: SINGLE },
      progress: 0,
      says: ['on its own', SINGLE_DONE, 'mode strict'],
    },
    {
      action:
        'Rahul opens the “double-digit-addition” content after going into the course “class-1-maths” when batch-1 is active',
      opens: { ...BATCH_1, contentId: DOUBLE },
      progress: 0,
      says: ['on its own', '2026-01-13 10:00:00+05:30', 'mode strict'],
    },
    {
      action: DOUBLE_SEARCHED,
      opens: { contentId: DOUBLE },
      progress: 2,
      says: ['2026-01-13 10:00:00+05:30'],
    },
  ],
}

const CONTENT: SeedScenario = {
  ...SCHOOL,
  title: 'Content Mode',
  mode: 'content',
  rules: [],
  story: [...SINGLE_IN_BATCH_1],
  entries: [entry(alone(SINGLE), SINGLE, 2)],
  answers: [
    {
      action: OPENS_IN_BATCH_1,
      opens: { ...BATCH_1, contentId: SINGLE },
      progress: 2,
      says: ['mode content', 'wherever it is viewed', SINGLE_DONE],
    },
    { action: OPENS_SEARCHED, opens: { contentId: SINGLE }, progress: 2, says: [SINGLE_DONE] },
    {
      action: REJOINED,
      afterwards: [inBatch2('2026-02-12T10:00:00')],
      opens: { ...BATCH_2, contentId: SINGLE },
      progress: 2,
      says: ['mode content', SINGLE_DONE],
    },
    {
      action: JOINED_CLASS_2,
      afterwards: [JOINS_CLASS_2],
      opens: { ...CLASS_2_BATCH, contentId: SINGLE },
      progress: 2,
      says: ['mode content', SINGLE_DONE],
    },
  ],
}

const COLLECTION: SeedScenario = {
  ...SCHOOL,
  title: 'Collection Mode',
  mode: 'collection',
  rules: [],
  story: [...SINGLE_IN_BATCH_1],
  entries: [entry({ collectionId: CLASS_1, contextId: CLASS_1 }, SINGLE, 2)],
  answers: [
    {
      action: OPENS_IN_BATCH_1,
      opens: { ...BATCH_1, contentId: SINGLE },
      progress: 2,
      says: ['mode collection', 'in “class-1-maths”', SINGLE_DONE],
    },
    {
      action: OPENS_SEARCHED,
      opens: { contentId: SINGLE },
      progress: 0,
      says: ['in “class-1-maths”', SINGLE_DONE, 'mode collection'],
    },
    {
      action: REJOINED,
      afterwards: [inBatch2('2026-02-12T10:00:00')],
      opens: { ...BATCH_2, contentId: SINGLE },
      progress: 2,
      says: ['mode collection', SINGLE_DONE],
    },
    {
      action: JOINED_CLASS_2,
      afterwards: [JOINS_CLASS_2],
      opens: { ...CLASS_2_BATCH, contentId: SINGLE },
      progress: 0,
      says: ['in “class-1-maths”', SINGLE_DONE, 'mode collection'],
    },
    {
      action:
        'Rahul has joined a program “program-abc“ which contains “class-1-maths” as one of the collection. He opens the “single-digit-addition” content within this context',
      afterwards: [{ enrolsIn: PROGRAM_ABC, at: '2026-01-15T10:00:00+05:30' }],
      opens: { ...PROGRAM_ABC, contentId: SINGLE },
      progress: 2,
      says: ['mode collection', SINGLE_DONE],
    },
  ],
}

/** He completes the first content before he joins, the second in the course, the third not at all. */
const COPY_STORY = [
  completes(SINGLE, '2026-01-10T10:00:00'),
  inBatch1('2026-01-11T10:00:00'),
  completes(DOUBLE, '2026-01-12T10:00:00', BATCH_1),
] as const
const rejoinedAfter = (time: string, content: string): string =>
  `batch-1 has expired and Rahul has rejoined batch-2 after ${time} and opened the content “${content}”`

const COPY_CONTENT: SeedScenario = {
  ...SCHOOL,
  title: 'Copy Content Mode',
  mode: 'copy-content',
  rules: [RECENT_OR_DURING],
  story: [...COPY_STORY],
  entries: [
    entry(alone(SINGLE), SINGLE, 2),
    entry(BATCH_1, SINGLE, 2, 'copied'),
    entry(BATCH_1, DOUBLE, 2),
    entry(BATCH_1, TRIPLE, 0, 'blank'),
  ],
  answers: [
    {
      action: OPENS_IN_BATCH_1,
      opens: { ...BATCH_1, contentId: SINGLE },
      progress: 2,
      says: ['on its own', 'recent-or-during', '2026-01-10 10:00:00+05:30', '3 months', '2026-01-11 10:00:00+05:30'],
    },
    { action: OPENS_SEARCHED, opens: { contentId: SINGLE }, progress: 2, says: ['2026-01-10 10:00:00+05:30'] },
    {
      action: rejoinedAfter('1 month', SINGLE),
      afterwards: [inBatch2('2026-02-10T10:00:00')],
      opens: { ...BATCH_2, contentId: SINGLE },
      progress: 2,
      says: ['on its own', 'recent-or-during', '2026-01-10 10:00:00+05:30', '2026-02-10 10:00:00+05:30'],
    },
    {
      action: rejoinedAfter('3 months', SINGLE),
      afterwards: [inBatch2('2026-04-10T10:00:00')],
      opens: { ...BATCH_2, contentId: SINGLE },
      progress: 0,
      says: ['on its own', 'recent-or-during', '2026-01-10 10:00:00+05:30', '2026-04-10 10:00:00+05:30', '3 months'],
    },
    {
      action: DOUBLE_SEARCHED,
      opens: { contentId: DOUBLE },
      progress: 0,
      says: ['context “batch-1”', '2026-01-12 10:00:00+05:30', 'never to a content on its own'],
    },
    {
      action: TRIPLE_ORGANICALLY,
      afterwards: [completes(TRIPLE, '2026-01-20T10:00:00')],
      opens: { ...BATCH_1, contentId: TRIPLE },
      progress: 2,
      says: ['on its own', 'recent-or-during', '2026-01-20 10:00:00+05:30'],
    },
  ],
}

const COPY_COLLECTION: SeedScenario = {
  ...SCHOOL,
  title: 'Copy Collection Mode',
  mode: 'copy-collection',
  rules: [RECENT_OR_DURING],
  story: [...COPY_STORY, JOINS_CLASS_2],
  entries: [
    entry(alone(SINGLE), SINGLE, 2),
    entry(BATCH_1, SINGLE, 0, 'blank'),
    entry(BATCH_1, DOUBLE, 2),
    entry(BATCH_1, TRIPLE, 0, 'blank'),
    entry(CLASS_2_BATCH, SINGLE, 0, 'blank'),
    entry(CLASS_2_BATCH, DOUBLE, 2, 'copied'),
  ],
  answers: [
    {
      action: OPENS_IN_BATCH_1,
      opens: { ...BATCH_1, contentId: SINGLE },
      progress: 0,
      says: ['on its own', '2026-01-10 10:00:00+05:30', 'inside a collection', '2026-01-11 10:00:00+05:30'],
    },
    { action: OPENS_SEARCHED, opens: { contentId: SINGLE }, progress: 2, says: ['2026-01-10 10:00:00+05:30'] },
    {
      action: rejoinedAfter('1 month', DOUBLE),
      afterwards: [inBatch2('2026-02-12T10:00:00')],
      opens: { ...BATCH_2, contentId: DOUBLE },
      progress: 2,
      says: ['context “batch-1”', 'recent-or-during', '2026-01-12 10:00:00+05:30', '2026-02-12 10:00:00+05:30'],
    },
    {
      action: rejoinedAfter('3 months', DOUBLE),
      afterwards: [inBatch2('2026-04-12T10:00:00')],
      opens: { ...BATCH_2, contentId: DOUBLE },
      progress: 0,
      says: ['context “batch-1”', 'recent-or-during', '2026-01-12 10:00:00+05:30', '2026-04-12 10:00:00+05:30'],
    },
    {
      action: DOUBLE_SEARCHED,
      opens: { contentId: DOUBLE },
      progress: 0,
      says: ['context “batch-1”', '2026-01-12 10:00:00+05:30', 'never to a content on its own'],
    },
    {
      action: TRIPLE_ORGANICALLY,
      afterwards: [completes(TRIPLE, '2026-01-20T10:00:00')],
      opens: { ...BATCH_1, contentId: TRIPLE },
      progress: 2,
      says: ['on its own', 'recent-or-during', '2026-01-20 10:00:00+05:30'],
    },
    {
      action:
        'Rahul opens the “double-digit-addition” content after going into the course “class-2-maths” when batch-1 is active',
      opens: { ...CLASS_2_BATCH, contentId: DOUBLE },
      progress: 2,
      says: ['in “class-1-maths”', 'recent-or-during', '2026-01-12 10:00:00+05:30', '2026-01-15 10:00:00+05:30'],
    },
  ],
}

const MOVE: SeedScenario = {
  ...SCHOOL,
  title: 'Move Mode',
  mode: 'move',
  rules: [ONGOING_BATCH],
  story: [...SINGLE_IN_BATCH_1, { enrolsIn: PROGRAM_BATCH, at: '2026-01-20T10:00:00+05:30' }],
  entries: [entry(BATCH_1, SINGLE, 2, 'deleted'), entry(PROGRAM_BATCH, SINGLE, 2)],
  answers: [
    {
      action: OPENS_IN_BATCH_1,
      opens: { ...BATCH_1, contentId: SINGLE },
      progress: 0,
      says: ['“program-batch-1”', 'ongoing-batch', '2026-01-20 10:00:00+05:30', 'ongoing on'],
    },
    {
      action:
        'Rahul opens the “single-digit-addition” content after going into the course “class-1-maths” via the program context',
      opens: { ...PROGRAM_BATCH, contentId: SINGLE },
      progress: 2,
      says: ['“batch-1”', 'ongoing-batch', '2026-01-20 10:00:00+05:30', SINGLE_DONE],
    },
  ],
}

/** The tables of "Config Modes": 16 rows in the store, 30 answers. */
export const SEED_SCENARIOS: readonly SeedScenario[] = [
  STRICT,
  CONTENT,
  COLLECTION,
  COPY_CONTENT,
  COPY_COLLECTION,
  MOVE,
]

/** A row of "Extended Enrolment Consumption": what is written with one request is read with another. */
export interface ExtendedScenario {
  readonly title: string
  readonly mode: Mode
  readonly rules: readonly unknown[]
  /** He is enrolled here before the write; a copy goes only where one is enrolled. */
  readonly enrolsIn: readonly Required<Place>[]
  readonly write: Omit<PartialViewKey, 'userId'>
  /** Undefined: the seed leaves it open. */
  readonly read: Omit<PartialViewKey, 'userId'> | undefined
  /** The status read; for a scenario without a read, what the same content shows in any other place. */
  readonly progress: Status
  readonly entries: readonly Entry[]
}

const COURSE = { collectionId: 'course', contextId: 'course' } as const
const PROGRAM = { collectionId: 'course', contextId: 'program' } as const

export const EXTENDED_SCENARIOS: readonly ExtendedScenario[] = [
  {
    title: 'Carry Forward Consumption',
    mode: 'content',
    rules: [],
    enrolsIn: [],
    write: { collectionId: 'course', contentId: 'content' },
    read: { collectionId: 'course', contentId: 'content' },
    progress: 2,
    entries: [entry(alone('content'), 'content', 2)],
  },
  {
    title: 'Copy Forward Consumption',
    mode: 'copy-content',
    rules: [RECENT_OR_DURING],
    enrolsIn: [COURSE, PROGRAM],
    write: { ...PROGRAM, contentId: 'content' },
    read: { collectionId: 'course', contentId: 'content' },
    progress: 2,
    entries: [entry(COURSE, 'content', 2, 'copied'), entry(PROGRAM, 'content', 2)],
  },
  {
    title: 'Strict Mode Consumption',
    mode: 'strict',
    rules: [],
    enrolsIn: [],
    write: { ...PROGRAM, contentId: 'content' },
    read: undefined,
    progress: 0,
    entries: [entry(PROGRAM, 'content', 2)],
  },
]

/** The scenario table of `user_content_consumption`: the row that a request names, for writing and reading. */
export const KEY_SCENARIOS: readonly {
  readonly scenario: string
  readonly request: Omit<PartialViewKey, 'userId'>
  readonly row: Required<Place>
}[] = [
  { scenario: 'User consuming individual content.', request: { contentId: 'content' }, row: alone('content') },
  {
    scenario: 'User consuming a content with in a collection.',
    request: { contentId: 'content', collectionId: 'course' },
    row: COURSE,
  },
  {
    scenario: 'User consuming a content with in a collection with a context (A batch, A program or a program batch)',
    request: { ...PROGRAM, contentId: 'content' },
    row: PROGRAM,
  },
]

/** A completion, an enrolment about three months later, and what the content shows there. */
export interface RejoinedCase {
  readonly case: string
  readonly timeZone: string
  readonly completed: string
  readonly rejoined: string
  readonly progress: Status
}

/** "Rejoined after 3 months", to the second, over the ends of months and changes of the clocks. */
export const REJOINED_AFTER_3_MONTHS: readonly RejoinedCase[] = [
  ...aroundThreeMonths('in the middle of months', 'UTC', '2026-01-15T12:00:00Z', '2026-04-15T12:00:00Z'),
  ...aroundThreeMonths('from 28 February to 31 May', 'UTC', '2026-02-28T12:00:00Z', '2026-05-31T12:00:00Z'),
  ...aroundThreeMonths('from 29 February to 31 May', 'UTC', '2028-02-29T12:00:00Z', '2028-05-31T12:00:00Z'),
  ...aroundThreeMonths('from 28 November to 28 February', 'UTC', '2025-11-28T12:00:00Z', '2026-02-28T12:00:00Z'),
  ...aroundThreeMonths('from 29 November to 29 February', 'UTC', '2027-11-29T12:00:00Z', '2028-02-29T12:00:00Z'),
  // Clocks go forward on 29 March and back on 25 October: the wall time is what stays.
  ...aroundThreeMonths('into summer time', 'Europe/Berlin', '2026-01-15T12:00:00+01:00', '2026-04-15T12:00:00+02:00'),
  ...aroundThreeMonths('out of it', 'Europe/Berlin', '2026-08-15T12:00:00+02:00', '2026-11-15T12:00:00+01:00'),
  // 02:30 is left out on 29 March: the window begins with the same time after the gap, 03:30.
  ...aroundThreeMonths('into the gap', 'Europe/Berlin', '2026-03-29T03:30:00+02:00', '2026-06-29T02:30:00+02:00'),
  // A day begins earlier in India than in UTC: 31 May there, 30 May here.
  ...aroundThreeMonths('by the zone', 'Asia/Kolkata', '2026-02-28T00:30:00+05:30', '2026-05-31T00:30:00+05:30'),
]

function aroundThreeMonths(
  name: string,
  timeZone: string,
  completed: string,
  rejoined: string,
): readonly RejoinedCase[] {
  const beside = (seconds: number): string => Temporal.Instant.from(completed).add({ seconds }).toString()
  return [
    { case: `${name}: one second more than 3 months`, timeZone, completed: beside(-1), rejoined, progress: 0 },
    { case: `${name}: exactly 3 months`, timeZone, completed, rejoined, progress: 0 },
    { case: `${name}: one second less than 3 months`, timeZone, completed: beside(1), rejoined, progress: 2 },
  ]
}
