/**
 * Who may do what: every route names one rule of this table, and a test walks route x role x own or foreign learner.
 * Most advisories of learning systems are one bug, an id that is not checked against the caller: here it is checked in
 * one place.
 */
import { WaymarkError } from '../domain/errors.ts'

export const ROLES = ['learner', 'instructor', 'service', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who is asking, as its checked token says. */
export interface Principal {
  readonly userId: string
  readonly role: Role
  /** Collections of an instructor. */
  readonly collections: ReadonlySet<string>
  /** When the token expires, UTC milliseconds. */
  readonly expiresAt: number
}

/** How far a role reaches under a rule. */
export type Scope =
  | 'none'
  /** Itself. */
  | 'self'
  /** Whatever belongs to one of its collections. */
  | 'collections'
  | 'self-or-collections'
  | 'all'

export const RULES = {
  /** Write a learner's views and attempts. */
  'progress-write': { learner: 'self', instructor: 'self', service: 'all', admin: 'all' },
  /** Read a learner's views, attempts and summaries. */
  'progress-read': { learner: 'self', instructor: 'self-or-collections', service: 'all', admin: 'all' },
  /** Remove a learner's progress. */
  'progress-remove': { learner: 'self', instructor: 'self', service: 'all', admin: 'all' },
  /** Recompute summaries of anyone, and see how they were wrong. */
  'summary-repair': { learner: 'none', instructor: 'none', service: 'none', admin: 'all' },
  /** Make what one account did another learner's. */
  'learner-merge': { learner: 'none', instructor: 'none', service: 'all', admin: 'all' },
  enrol: { learner: 'self', instructor: 'self-or-collections', service: 'all', admin: 'all' },
  /** List who is enrolled in a context. */
  'roster-read': { learner: 'none', instructor: 'collections', service: 'all', admin: 'all' },
  'collection-read': { learner: 'all', instructor: 'all', service: 'all', admin: 'all' },
  'collection-write': { learner: 'none', instructor: 'none', service: 'all', admin: 'all' },
  'context-write': { learner: 'none', instructor: 'collections', service: 'all', admin: 'all' },
  /** Read the rules of carrying over. */
  'rule-read': { learner: 'all', instructor: 'all', service: 'all', admin: 'all' },
  /** Write them: they hold in the contexts of everyone. */
  'rule-write': { learner: 'none', instructor: 'none', service: 'all', admin: 'all' },
  /** Read public events as they were published. */
  'events-read': { learner: 'none', instructor: 'none', service: 'all', admin: 'all' },
  /** See and change what becomes of them: groups of consumers, and dead letters. */
  'events-operate': { learner: 'none', instructor: 'none', service: 'none', admin: 'all' },
  /** Register and manage webhooks: they carry what all learners do to addresses elsewhere. */
  'webhook-manage': { learner: 'none', instructor: 'none', service: 'none', admin: 'all' },
  /** Figures of the running process. From this machine itself they are open (see routes/metrics.ts). */
  'metrics-read': { learner: 'none', instructor: 'none', service: 'all', admin: 'all' },
} as const satisfies Record<string, Record<Role, Scope>>

export type Rule = keyof typeof RULES

/** What a request is about. */
export interface Target {
  readonly userId?: string | undefined
  readonly collectionId?: string | undefined
}

/** Whether a principal may act on a target under a rule. */
export function mayAct(rule: Rule, principal: Principal, target: Target): boolean {
  const self = target.userId !== undefined && target.userId === principal.userId
  const inCollections = target.collectionId !== undefined && principal.collections.has(target.collectionId)
  const scope: Scope = RULES[rule][principal.role]
  switch (scope) {
    case 'none':
      return false
    case 'self':
      return self
    case 'collections':
      return inCollections
    case 'self-or-collections':
      return self || inCollections
    case 'all':
      return true
  }
}

/** @throws WaymarkError FORBIDDEN */
export function authorise(rule: Rule, principal: Principal, target: Target): void {
  if (!mayAct(rule, principal, target)) throw new WaymarkError('FORBIDDEN')
}
