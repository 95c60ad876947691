/** Every read that a history can make, with what its answer must show. */
import type { Mode } from '../../src/domain/progress/mode.ts'
import {
  enrolmentShown,
  enrolmentsOf,
  scoresShown,
  summaryShown,
  viewShown,
  viewsShown,
  type Shown,
} from './expected.ts'
import { nameOf } from './facts.ts'
import type { Model } from './model.ts'
import { leavesOf } from './outline.ts'
import type { Answer, Request } from './server.ts'
import { COLLECTIONS, CONTENTS, contextsIn, enrolmentsIn, USERS, type Where } from './world.ts'

export interface Probe {
  readonly request: Request
  readonly expected: (model: Model) => unknown
  /** The part of an answer that is compared. */
  readonly shown: (answer: Answer) => unknown
  /** Whose progress it shows, where statuses may never fall. */
  readonly of?: string
  readonly where?: Where
  readonly userId?: string
}

type Rows = readonly Readonly<Record<string, unknown>>[]

function rows(answer: Answer, name: string): Rows {
  return (answer.result[name] ?? []) as Rows
}

function byIdentifier(contents: Rows): Rows {
  return [...contents].sort((a, b) => (String(a['identifier']) < String(b['identifier']) ? -1 : 1))
}

/** The fields of a summary that the model knows. */
function summaryOf(row: Readonly<Record<string, unknown>>): Shown {
  const { collection: _collection, issuedCertificates: _certificates, units, ...rest } = row
  const nodes = (units as Rows).map(({ identifier, progress, completionPercentage, status }) => ({
    identifier,
    progress,
    completionPercentage,
    status,
  }))
  return { ...rest, units: nodes }
}

function ofEnrolment(where: Where): readonly Probe[] {
  const body = { request: where }
  return [
    {
      request: { route: 'api.view.read', body },
      expected: (model) => viewsShown(model, nameOf(where), where.collectionId),
      shown: (answer) => byIdentifier(rows(answer, 'contents')),
      of: nameOf(where),
      where,
    },
    {
      request: { route: 'api.assessment.read', body },
      expected: (model) => scoresShown(model, where),
      shown: (answer) => byIdentifier(rows(answer, 'contents')),
      where,
    },
    {
      request: { route: 'api.summary.read', body },
      expected: (model) => summaryShown(model, where) ?? 'SUMMARY_NOT_FOUND',
      shown: (answer) => answer.code ?? summaryOf(answer.result),
      of: nameOf(where),
      where,
    },
  ]
}

function ofLearner(mode: Mode, userId: string): readonly Probe[] {
  const enrolments = enrolmentsOf(enrolmentsIn(mode), userId)
  return [
    {
      request: { route: 'api.enrolment.list', params: { userId } },
      expected: (model) => enrolments.flatMap((where) => enrolmentShown(model, where) ?? []),
      shown: (answer) => rows(answer, 'enrolments'),
    },
    {
      request: { route: 'api.summary.list', params: { userId } },
      expected: (model) =>
        enrolments.flatMap((where) => (model.enrolments.has(nameOf(where)) ? [summaryShown(model, where)] : [])),
      shown: (answer) => rows(answer, 'summary').map(summaryOf),
      userId,
    },
    {
      request: { route: 'api.view.read', body: { request: { userId, contentId: CONTENTS } } },
      expected: (model) =>
        CONTENTS.flatMap((id): readonly Shown[] => {
          const shown = viewShown(model, model.rowAt(`${userId}|${id}|${id}`, id), 'best')
          return shown === undefined ? [] : [shown]
        }).filter((content) => content['status'] !== 0),
      shown: (answer) => rows(answer, 'contents').filter((content) => content['status'] !== 0),
      of: `${userId}|organic`,
    },
  ]
}

function ofCollection(mode: Mode, collectionId: string): readonly Probe[] {
  const rosters = contextsIn(mode, collectionId).map((contextId) => ({
    request: { route: 'api.enrolment.roster', params: { collectionId, contextId } },
    expected: (model: Model) =>
      [...USERS].sort().flatMap((userId) => enrolmentShown(model, { userId, collectionId, contextId }) ?? []),
    shown: (answer: Answer) => rows(answer, 'enrolments'),
  }))
  return [
    ...rosters,
    {
      request: { route: 'api.collection.read', params: { collectionId } },
      expected: (model) => {
        const published = model.published.get(collectionId)
        if (published === undefined) return 'COLLECTION_NOT_FOUND'
        return [published.number, published.policy, leavesOf(published.outline)]
      },
      shown: ({ code, result }) => code ?? [result['publication'], result['attemptPolicy'], result['leafNodes']],
    },
  ]
}

/** Every read in a mode, always in the same order: steps name them by their numbers. */
export function probesIn(mode: Mode): readonly Probe[] {
  return [
    ...enrolmentsIn(mode).flatMap(ofEnrolment),
    ...USERS.flatMap((userId) => ofLearner(mode, userId)),
    ...COLLECTIONS.flatMap((collectionId) => ofCollection(mode, collectionId)),
  ]
}
