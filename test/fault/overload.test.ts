/** More than it can take is refused at once, and harms neither what is taken nor what comes after (reliability K16). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Json } from '../support/app.ts'
import { connect, type HttpClient } from '../support/http-client.ts'
import type { Server } from '../support/process.ts'
import { COLLECTION, lost, publish, settled, type Acknowledged } from './support-load.ts'
import { folderOfThisFile, startUnder, until } from './support-server.ts'

const SECONDS = Number(process.env['OVERLOAD_SECONDS'] ?? 5)
/** Writes in one request of the load: so that the store, not HTTP, is what is overloaded. */
const ITEMS = 20
const QUEUE = 64
/** Requests without an answer at which the generator itself stops to send: it must not be what breaks. */
const UNDER_WAY_MAX = 2_000
const TICK_MS = 10
const RECOVERY_MS = 2_000

interface Counts {
  sent: number
  /** Requests that the generator held back because too many were under way. */
  held: number
  underWay: number
  readonly acknowledged: Acknowledged[]
  /** By status and code, with the time of each answer in milliseconds. */
  readonly refused: Map<string, number[]>
  /** Times of answers in which every item was recorded. */
  readonly good: number[]
  readonly faults: string[]
}

function newCounts(): Counts {
  return { sent: 0, held: 0, underWay: 0, acknowledged: [], refused: new Map(), good: [], faults: [] }
}

/** Sends one batch of new views and counts each item of the answer. */
async function send(client: HttpClient, counts: Counts, userId: string): Promise<void> {
  const items = Array.from({ length: ITEMS }, (_, index) => ({
    op: 'start',
    id: `c${String(index)}`,
    clientTime: Date.now() - 1000,
    collectionId: COLLECTION,
    contentId: `c${String(index)}`,
  }))
  const begun = performance.now()
  counts.sent += 1
  counts.underWay += 1
  try {
    const reply = await client.send('POST', '/v1/view/batch', JSON.stringify({ request: { userId, items } }))
    const took = performance.now() - begun
    const { params, result } = JSON.parse(reply.text) as Json
    const answers = (result?.['items'] as unknown as readonly Json[] | undefined) ?? []
    let refused = 0
    for (const answer of answers) {
      if (String(answer['status']) === '200') counts.acknowledged.push({ userId, contentId: String(answer['id']) })
      else {
        refused += 1
        note(counts, `${String(answer['status'])} ${String(answer['params']?.['err'])}`, took)
      }
    }
    if (answers.length === 0) note(counts, `${String(reply.status)} ${String(params?.['err'])}`, took)
    else if (refused === 0) counts.good.push(took)
    if (reply.status === 503 && reply.headers['retry-after'] === undefined)
      counts.faults.push('503 without Retry-After')
  } catch (error) {
    counts.faults.push(String(error))
  } finally {
    counts.underWay -= 1
  }
}

function note(counts: Counts, kind: string, took: number): void {
  const known = counts.refused.get(kind)
  if (known === undefined) counts.refused.set(kind, [took])
  else known.push(took)
}

/** As fast as a few callers that wait for each answer can: what one process takes. */
async function capacity(client: HttpClient, milliseconds: number): Promise<number> {
  const counts = newCounts()
  const end = performance.now() + milliseconds
  await Promise.all(
    Array.from({ length: 3 }, async (_, number) => {
      for (let count = 0; performance.now() < end; count += 1) {
        await send(client, counts, `measured-${String(number)}-${String(count)}`)
      }
    }),
  )
  return (counts.sent * 1000) / milliseconds
}

/** Sends at a rate whether or not answers come, as a crowd does. */
async function crowd(client: HttpClient, rate: number, seconds: number, name: string): Promise<Counts> {
  const counts = newCounts()
  const sending: Promise<void>[] = []
  const begun = performance.now()
  let due = 0
  for (let now = begun; now < begun + seconds * 1000; now = performance.now()) {
    const wanted = Math.floor(((now - begun) * rate) / 1000)
    for (; due < wanted; due += 1) {
      if (counts.underWay >= UNDER_WAY_MAX) counts.held += 1
      else sending.push(send(client, counts, `${name}-${String(due)}`))
    }
    await delay(TICK_MS)
  }
  await Promise.all(sending)
  return counts
}

function residentMegabytes({ child }: Server): number {
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
}

test(
  'three times what it can take is refused with 503 and Retry-After; nothing answered is lost, and it recovers at once',
  { timeout: 60_000 + SECONDS * 4_000 },
  async (t) => {
    const settings = { WAYMARK_QUEUE_WRITES_MAX: String(QUEUE) }
    const server = await startUnder({ settings }, folderOfThisFile())
    const client = await connect(server)
    await publish(client)
    await capacity(client, 500)
    const rate = await capacity(client, 1_500)
    const before = residentMegabytes(server)
    let peak = before
    const watch = setInterval(() => {
      peak = Math.max(peak, residentMegabytes(server))
    }, 100)
    const counts = await crowd(client, rate * 3, SECONDS, 'crowd')
    clearInterval(watch)

    const recovered = await until('a write is taken again', RECOVERY_MS * 5, async () => {
      const request = { userId: 'afterwards', collectionId: COLLECTION, contentId: 'c0' }
      return (await client.send('POST', '/v1/view/start', JSON.stringify({ request }))).status === 200
    })
    const caughtUp = await settled(client, 30_000)
    const missing = await lost(client, counts.acknowledged)
    const goodput = counts.acknowledged.length / SECONDS / ITEMS
    const refused = [...counts.refused].map(([kind, times]) => `${kind}: ${String(times.length)}`).join(', ')
    const times = [...counts.refused.values()].flat()
    t.diagnostic(
      `capacity ${rate.toFixed(0)} batches/s of ${String(ITEMS)}; offered ${(counts.sent / SECONDS).toFixed(0)}/s, held back ${String(counts.held)}; goodput ${goodput.toFixed(0)}/s (${((goodput * 100) / rate).toFixed(0)} %)`,
    )
    t.diagnostic(
      `refused items: ${refused}; p50 ${percentile(times, 50).toFixed(0)} ms, p99 ${percentile(times, 99).toFixed(0)} ms (target 100)`,
    )
    t.diagnostic(
      `memory ${before.toFixed(0)} MB before, at most ${peak.toFixed(0)} MB; a write was taken ${recovered.toFixed(0)} ms after the end, summaries right ${caughtUp.toFixed(0)} ms later`,
    )
    t.diagnostic(`acknowledged ${String(counts.acknowledged.length)}, lost ${String(missing.length)}`)

    assert.deepEqual(missing, [])
    assert.deepEqual(counts.faults, [])
    assert.deepEqual([...counts.refused.keys()], ['503 OVERLOADED'])
    assert.ok(recovered <= RECOVERY_MS, `${String(recovered)} ms`)
    assert.ok(counts.acknowledged.length > 0)
    // The queue is bounded, so what waits cannot grow: only the requests under way take memory.
    assert.ok(peak < before + 400, `${String(peak)} MB`)
    client.close()
    assert.equal(await server.end('SIGTERM'), 0)
    assert.equal(server.stderr(), '')
  },
)
