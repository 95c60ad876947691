import Type from 'typebox'
import { chooseAttempt, type Attempt } from '../../domain/progress/attempt.ts'
import { viewCompletedAt, viewProgress, viewStatus, type ViewRow } from '../../domain/progress/view.ts'
import { ReadBody, readResult, wantedRows, type Wanted } from '../read-key.ts'
import { defineRoute, learnerOf, type Services } from '../route.ts'

export const viewRead = defineRoute({
  id: 'api.view.read',
  method: 'POST',
  url: '/v1/view/read',
  tag: 'Views',
  summary: 'Read progress and scores of contents',
  description: 'A content that was not started is answered with status 0. Shows every write that was answered before.',
  access: 'progress-read',
  body: ReadBody,
  result: Type.Object({
    userId: Type.String(),
    collectionId: Type.Optional(Type.String()),
    contextId: Type.Optional(Type.String()),
    contents: Type.Array(
      Type.Object({
        identifier: Type.String(),
        status: Type.Integer(),
        progress: Type.Number(),
        score: Type.Union([Type.Number(), Type.Null()]),
        max_score: Type.Union([Type.Number(), Type.Null()]),
        timespent: Type.Number(),
        startedOn: Type.Union([Type.Integer(), Type.Null()]),
        completedOn: Type.Union([Type.Integer(), Type.Null()]),
        lastAccessTime: Type.Union([Type.Integer(), Type.Null()]),
        progressDetails: Type.Object({}),
      }),
    ),
  }),
  example: {
    userId: 'rahul',
    contentId: ['single-digit-addition'],
    collectionId: 'class-1-maths',
    contextId: 'batch-1',
  },
  target: (call) => ({ userId: learnerOf(call), collectionId: call.body.collectionId }),
  handle: async (services, call) => {
    const userId = learnerOf(call)
    const { principal, nameOf } = call
    const wanted = await wantedRows(services, { principal, userId, fields: call.body, nameOf })
    const contents = await Promise.all(wanted.map((rows) => readContents(services, rows)))
    return { result: readResult(userId, call.body, contents.flat()) }
  },
})

async function readContents(services: Services, wanted: Wanted): Promise<readonly unknown[]> {
  const { key, contentIds, collectionId, onlyShown } = wanted
  const { progress, catalogue } = services.store
  const [views, attempts, published] = await Promise.all([
    progress.views(key, contentIds),
    progress.attempts(key, contentIds),
    catalogue.publication(collectionId),
  ])
  const policy = published?.structure.attemptPolicy ?? 'best'
  const all = contentIds ?? [...new Set([...views.keys(), ...attempts.keys()])]
  const ids = onlyShown ? all.filter((id) => isShown(views, attempts, id)) : all
  return ids.map((id) => contentAnswer(id, views.get(id), chooseAttempt(policy, attempts.get(id) ?? [])))
}

/** Facts that wait for their start are no view yet. */
function isShown(
  views: ReadonlyMap<string, ViewRow>,
  attempts: ReadonlyMap<string, readonly Attempt[]>,
  id: string,
): boolean {
  return attempts.has(id) || viewStatus(views.get(id)) > 0
}

function contentAnswer(identifier: string, row: ViewRow | undefined, attempt: Attempt | undefined): unknown {
  const status = viewStatus(row)
  const shown = status === 0 ? undefined : row
  return {
    identifier,
    status,
    progress: viewProgress(shown),
    score: attempt?.score ?? null,
    max_score: attempt?.maxScore ?? null,
    timespent: shown?.timespentSeconds ?? 0,
    startedOn: shown?.startedAt ?? null,
    completedOn: shown === undefined ? null : viewCompletedAt(shown),
    lastAccessTime: shown?.lastAccessAt ?? null,
    progressDetails: shown?.details == null ? {} : (JSON.parse(shown.details) as unknown),
  }
}
