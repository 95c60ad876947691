/** A store that does nothing and says that it did: what is left of the server's cost with it is the floor F0. */
import type { Attempt } from '../src/domain/progress/attempt.ts'
import type { Enrolment } from '../src/domain/progress/enrolment.ts'
import { readHierarchy } from '../src/domain/progress/hierarchy.ts'
import { isId } from '../src/domain/id.ts'
import { summarise, type Summary } from '../src/domain/progress/summary.ts'
import { factRow, type ViewFact, type ViewRow } from '../src/domain/progress/view.ts'
import type { Catalogue } from '../src/ports/catalogue.ts'
import type { Log } from '../src/ports/log.ts'
import type { ProgressStore, ViewRecorded } from '../src/ports/progress-store.ts'
import { openMemoryStore } from '../src/stores/memory/store.ts'
import type { Store } from '../src/ports/store.ts'
import { collectionOf, COMPLETED_AT, contentOf, group, STARTED_AT } from './groups.ts'

const NOTHING = { enrolments: 0, views: 0, attempts: 0 }
const NO_HISTORY = { mode: 'strict', timeZone: 'UTC', contentId: '', rows: [], targets: [] } as const
const NO_PAGE = { items: [], next: undefined }

/** Answers every read with the same half-done course of so many contents. */
export function openNullStore(leaves: number): Store {
  const id = collectionOf(group('null', 1, leaves), 0)
  const children = Array.from({ length: leaves }, (_, leaf) => ({ identifier: contentOf(id, leaf) }))
  const limits = { nodesMax: 100_000, depthMax: 20, isId }
  const structure = readHierarchy(id, { identifier: id, name: `Course ${id}`, children }, 'best', limits)
  const views = new Map<string, ViewRow>()
  for (const [leaf, { identifier }] of children.entries()) {
    const started = factRow({ kind: 'start', at: STARTED_AT, timed: true })
    views.set(identifier, leaf < leaves / 2 ? { ...started, completedAt: COMPLETED_AT } : started)
  }
  const summary = summarise(structure, 1, { views, attempts: new Map(), completedAt: undefined })
  const memory = openMemoryStore({ nowMs: () => STARTED_AT })
  return {
    progress: nullProgress(summary),
    catalogue: nullCatalogue({ structure, publication: 1, publishedAt: STARTED_AT }),
    log: NULL_LOG,
    // Nothing is ever written to these.
    history: memory.history,
    events: memory.events,
    deliveries: memory.deliveries,
    webhooks: memory.webhooks,
    transact: memory.transact,
    durability: 'none: this store keeps nothing',
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

function nullProgress(summary: Summary): ProgressStore {
  const enrolment: Enrolment = { firstEnrolledAt: STARTED_AT, enrolledAt: STARTED_AT, unenrolledAt: null }
  return {
    recordView: (_key, fact) => Promise.resolve(nullView(fact)),
    recordViews: (writes) => Promise.resolve(writes.map(({ fact }) => nullView(fact))),
    submitAttempt: (_key, attempt) => Promise.resolve({ outcome: 'RECORDED', attempt }),
    enrol: () => Promise.resolve({ outcome: 'ENROLLED', enrolment }),
    unenrol: () => Promise.resolve({ outcome: 'UNENROLLED', enrolment }),
    remove: () => Promise.resolve(NOTHING),
    removeAll: () => Promise.resolve(NOTHING),
    merge: () => Promise.resolve({ outcome: 'UNKNOWN' }),
    mergesInto: () => Promise.resolve([]),
    views: () => Promise.resolve(new Map<string, ViewRow>()),
    attempts: () => Promise.resolve(new Map<string, readonly Attempt[]>()),
    enrolment: () => Promise.resolve(enrolment),
    enrolmentsOf: () => Promise.resolve(NO_PAGE),
    enrolmentsIn: () => Promise.resolve(NO_PAGE),
    summary: () => Promise.resolve(summary),
    enrolmentSummary: () => Promise.resolve({ enrolment, summary }),
    contentAccount: () => Promise.resolve({ rows: [], history: NO_HISTORY }),
    carry: () => Promise.resolve(),
    carryOn: () => Promise.resolve(),
    allEnrolments: () => Promise.resolve(NO_PAGE),
    staleEnrolments: () => Promise.resolve([]),
    requestSync: () => Promise.resolve(),
    recompute: () => Promise.resolve(),
    inOrder: (keys) => Promise.resolve(keys),
    participants: () => Promise.resolve(NO_PAGE),
  }
}

function nullView(fact: ViewFact): ViewRecorded {
  return { outcome: fact.kind === 'start' ? 'STARTED' : 'UPDATED', row: { ...factRow(fact), startedAt: STARTED_AT } }
}

function nullCatalogue(publication: Awaited<ReturnType<Catalogue['publication']>>): Catalogue {
  return {
    publish: () => Promise.resolve({ publication: 1, changed: false }),
    publication: () => Promise.resolve(publication),
    content: () => Promise.resolve(undefined),
    putContext: () => Promise.resolve('CHANGED'),
    context: () => Promise.resolve(undefined),
    contexts: () => Promise.resolve(NO_PAGE),
    addRule: () => Promise.resolve('SAME'),
    putRule: () => Promise.resolve(false),
    rule: () => Promise.resolve(undefined),
    rules: () => Promise.resolve([]),
    removeRule: () => Promise.resolve('UNKNOWN'),
  }
}

const NULL_LOG: Log = {
  read: () => Promise.resolve([]),
  last: () => Promise.resolve(0),
  position: () => Promise.resolve(0),
  commit: () => Promise.resolve(),
  park: () => Promise.resolve(),
  count: () => Promise.resolve(0),
  deadLetters: () => Promise.resolve([]),
  deadLetter: () => Promise.resolve(undefined),
  deadLetterCounts: () => Promise.resolve(new Map()),
  resolve: () => Promise.resolve(false),
  onAppend: () => () => undefined,
}
