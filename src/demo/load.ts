/** Loads a school into a running server over HTTP, as its clients would; loading it again changes nothing. */
import { each, must, send, type Server } from './client.ts'
import type { Item, School } from './types.ts'

/** Requests under way at once: enough that they share commits, few enough to leave room for others. */
const ENROLMENTS_AT_ONCE = 32
const BATCHES_AT_ONCE = 2

/**
 * Publishes, enrols, and sends every batch, and checks every answer.
 * @param onProgress how many of all collections, contexts, enrolments and items are loaded
 * @throws Error at the first refusal
 */
export async function loadSchool(
  school: School,
  server: Server,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const { collections, contexts, enrolments, batches } = school
  const total = collections.length + contexts.length + enrolments.length + batches.flat().length
  let done = 0
  const advance = (count: number): void => {
    done += count
    onProgress(done, total)
  }
  for (const content of collections) {
    await must(server, 'PUT', `/v1/collection/${encodeURIComponent(content.identifier)}`, { content })
    advance(1)
  }
  for (const { collectionId, contextId, ...context } of contexts) {
    await must(server, 'PUT', contextPath(collectionId, contextId), context)
    advance(1)
  }
  await each(enrolments, ENROLMENTS_AT_ONCE, async (enrolment) => {
    await must(server, 'POST', '/v1/enrolment/enrol', enrolment)
    advance(1)
  })
  await each(batches, BATCHES_AT_ONCE, async (items) => {
    await sendBatch(server, items)
    advance(items.length)
  })
}

/** The address of a context. */
export function contextPath(collectionId: string, contextId: string): string {
  return `/v1/context/${encodeURIComponent(collectionId)}/${encodeURIComponent(contextId)}`
}

/** What is read of a batch's answer. */
interface BatchResult {
  readonly items?: readonly {
    readonly status: number
    readonly params: { readonly err: string | null; readonly errmsg: string | null }
    readonly result: { readonly field?: string }
  }[]
}

async function sendBatch(server: Server, items: readonly Item[]): Promise<void> {
  const { status, result, fault } = await send(server, 'POST', '/v1/view/batch', { items })
  // The envelope's result; a refusal of the whole batch has no items.
  const answers = (result as BatchResult | undefined)?.items
  if (answers?.length !== items.length) throw new Error(`a batch was refused: ${String(status)} ${fault}`)
  // 202: an update or end that overtook its start is kept until the start arrives.
  const bad = answers.find((answer) => answer.status !== 200 && answer.status !== 202)
  if (bad === undefined) return
  const { err, errmsg } = bad.params
  throw new Error(
    `an item was refused: ${String(bad.status)} ${err ?? ''} (${bad.result.field ?? 'no field'}): ${errmsg ?? ''}`,
  )
}
