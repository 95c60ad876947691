/** Load of which every acknowledged write is remembered, and looked for afterwards. */
import type { Json } from '../support/app.ts'
import { figure, type HttpClient } from '../support/http-client.ts'
import { until } from './support-server.ts'

export const COLLECTION = 'maths'
const CALLERS = 16

/** One acknowledged write: the view that must be there. */
export interface Acknowledged {
  readonly userId: string
  readonly contentId: string
}

/** One answer, or one item of a batch's answer, that was no success. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly retryAfter: unknown
}

export interface Load {
  readonly acknowledged: Acknowledged[]
  readonly refusals: Refusal[]
  /** Requests whose connection broke: what became of them is not known. */
  broken: number
}

export function newLoad(): Load {
  return { acknowledged: [], refusals: [], broken: 0 }
}

export async function publish(client: HttpClient): Promise<void> {
  const children = ['c0', 'c1', 'c2', 'c3'].map((identifier) => ({ identifier }))
  const { status } = await client.put(`/v1/collection/${COLLECTION}`, { content: { identifier: COLLECTION, children } })
  if (status !== 200) throw new Error(`publishing was answered with ${String(status)}`)
}

/**
 * Writes from many callers until it is told to stop or the time is over. Every tenth request is a batch of which one item
 * is a hundred times as large as the others: it may fail, its mates must be answered for themselves.
 */
export async function write(
  client: HttpClient,
  load: Load,
  name: string,
  stop: () => boolean,
  milliseconds = 20_000,
): Promise<void> {
  const end = performance.now() + milliseconds
  const caller = async (number: number): Promise<void> => {
    for (let count = 0; !stop() && performance.now() < end; count += 1) {
      const userId = `${name}-${String(number)}-${String(count)}`
      try {
        if (count % 10 === 9) await writeBatch(client, load, userId)
        else await writeOne(client, load, userId)
      } catch {
        load.broken += 1
        if (load.broken > CALLERS) return
      }
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number)))
}

async function writeOne(client: HttpClient, load: Load, userId: string): Promise<void> {
  const contentId = 'c0'
  const request = { userId, collectionId: COLLECTION, contentId, progressDetails: { page: 'x'.repeat(200) } }
  const reply = await client.send('POST', '/v1/view/start', JSON.stringify({ request }))
  if (reply.status === 200) load.acknowledged.push({ userId, contentId })
  else {
    const { params } = JSON.parse(reply.text) as Json
    const retryAfter = reply.headers['retry-after']
    load.refusals.push({ status: reply.status, code: String(params?.['err']), retryAfter })
  }
}

async function writeBatch(client: HttpClient, load: Load, userId: string): Promise<void> {
  const items = ['c0', 'c1', 'c2', 'c3'].map((contentId, index) => ({
    op: 'start',
    id: contentId,
    clientTime: Date.now() - 1000,
    collectionId: COLLECTION,
    contentId,
    progressDetails: { page: 'x'.repeat(index === 2 ? 15_000 : 150) },
  }))
  const reply = await client.send('POST', '/v1/view/batch', JSON.stringify({ request: { userId, items } }))
  const { params, result } = JSON.parse(reply.text) as Json
  const answers = result?.['items'] as unknown as readonly Json[] | undefined
  if (answers === undefined) {
    const retryAfter = reply.headers['retry-after']
    load.refusals.push({ status: reply.status, code: String(params?.['err']), retryAfter })
    return
  }
  for (const answer of answers) {
    const status = Number(answer['status'])
    if (status === 200) load.acknowledged.push({ userId, contentId: String(answer['id']) })
    // Only a whole answer has a header.
    else load.refusals.push({ status, code: String(answer['params']?.['err']), retryAfter: '-' })
  }
}

/** Which acknowledged writes a server does not show. */
export async function lost(client: HttpClient, acknowledged: readonly Acknowledged[]): Promise<readonly string[]> {
  const missing: string[] = []
  const waiting = acknowledged.values()
  const caller = async (): Promise<void> => {
    for (const { userId, contentId } of waiting) {
      const { status, result } = await client.post('/v1/view/read', { userId, collectionId: COLLECTION, contentId })
      const found = (result['contents'] as unknown as readonly Json[] | undefined)?.[0]
      if (status !== 200 || Number(found?.['status']) < 1) missing.push(`${userId} ${contentId}`)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return missing
}

/** How often each kind of refusal was answered, for the report and for comparing. */
export function kinds(refusals: readonly Refusal[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { status, code, retryAfter } of refusals) {
    const kind = `${String(status)} ${code}${retryAfter === undefined ? ' without Retry-After' : ''}`
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

/** Waits until no summary is behind its rows; answers how long it took. */
export function settled(client: HttpClient, milliseconds = 10_000): Promise<number> {
  return until('summaries have caught up', milliseconds, async () => {
    const { text } = await client.send('GET', '/metrics')
    return figure(text, 'waymark_summaries_behind') === 0
  })
}

/** What `/health/ready` says: its status and its text. */
export async function readiness(client: HttpClient): Promise<string> {
  const { status, text } = await client.send('GET', '/health/ready')
  const { params } = JSON.parse(text) as Json
  return `${String(status)} ${String(params?.['errmsg'] ?? '')}`.trim()
}
