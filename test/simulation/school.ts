/** The model's school in the terms of the domain, which decides from them what is carried over. */
import type { ContextTimes } from '../../src/domain/progress/context.ts'
import type { Enrolment } from '../../src/domain/progress/enrolment.ts'
import type { EnrolmentKey, ViewKey } from '../../src/domain/progress/key.ts'
import { rulesInForce, type Rule } from '../../src/domain/progress/rule.ts'
import { instanceRules } from '../../src/domain/progress/stored-rule.ts'
import type { Times } from './carried.ts'
import type { Fact } from './facts.ts'
import type { Model } from './model.ts'

export const TIME_ZONE = 'UTC'

export function keyOf(row: string): ViewKey {
  const [userId = '', collectionId = '', contextId = '', contentId = ''] = row.split('|')
  return { userId, collectionId, contextId, contentId }
}

export function rowName({ userId, collectionId, contextId, contentId }: ViewKey): string {
  return [userId, collectionId, contextId, contentId].join('|')
}

/** First start and first end; a view is not ended before it is started. */
export function timesOf(facts: readonly Fact[]): Times {
  const first = (op: Fact['op']): number | null => {
    const times = facts.filter((fact) => fact.op === op).map((fact) => fact.at)
    return times.length === 0 ? null : Math.min(...times)
  }
  return { startedAt: first('start'), completedAt: first('end') }
}

/** When a view with these times is complete. */
export function completionOf({ startedAt, completedAt }: Times): number | null {
  return startedAt === null || completedAt === null ? null : Math.max(startedAt, completedAt)
}

export function contextOf(model: Model, { collectionId, contextId }: EnrolmentKey): ContextTimes | undefined {
  const known = model.contexts.get(`${collectionId}|${contextId}`)
  if (known === undefined) return undefined
  const dated = known.startsAt !== null
  const statusSet = known.ended ? 'ended' : dated ? null : 'ongoing'
  return { startsAt: known.startsAt, endsAt: known.endsAt, statusSet }
}

export function rulesOf(model: Model, { collectionId, contextId }: EnrolmentKey): readonly Rule[] {
  const { known, defaults } = instanceRules(model.rules.values())
  return rulesInForce(model.contexts.get(`${collectionId}|${contextId}`)?.rules ?? null, defaults, known)
}

export function enrolmentOf(model: Model, name: string): Enrolment | undefined {
  const enrolled = model.enrolments.get(name)
  if (enrolled === undefined) return undefined
  return { firstEnrolledAt: enrolled.first, enrolledAt: enrolled.at, unenrolledAt: enrolled.left ?? null }
}
