/** Steps that the tests of HTTP behaviour share: an installation for one test, and short forms of its usual requests. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import type { Occurrence } from '../../src/domain/outbox.ts'
import type { Answered, CallOptions, Json, TestApp } from './app.ts'
import { startApp } from './app.ts'

export interface Where {
  readonly userId: string
  readonly collectionId?: string | undefined
  readonly contextId?: string | undefined
}

export interface School extends TestApp {
  /** Sends `{"request": …}`. */
  post(path: string, request: object, options?: CallOptions): Promise<Answered>
  /** Sends `{"request": …}`, which must be answered 200; gives back the result. */
  ok(path: string, request: object, options?: CallOptions): Promise<Json>
  /** The result of a GET, which must be answered 200. */
  get(path: string, options?: CallOptions): Promise<Json>
  publish(collectionId: string, children: readonly Node[], more?: object): Promise<Json>
  /** Starts and ends each content. */
  complete(where: Where, ...contentIds: readonly string[]): Promise<void>
  /** One content as view/read answers it. */
  read(where: Where & { readonly contentId: string }): Promise<Json>
  summary(where: Where): Promise<Json>
  /** What the log holds of one type, oldest first, once every worker has caught up. */
  logged<T extends Occurrence['type']>(type: T): Promise<readonly Extract<Occurrence, { type: T }>[]>
}

/** One node of a hierarchy to be published. */
export interface Node {
  readonly identifier: string
  readonly [field: string]: unknown
}

export function leaf(identifier: string, more: object = {}): Node {
  return { identifier, mimeType: 'application/pdf', ...more }
}

export function unit(identifier: string, children: readonly Node[], more: object = {}): Node {
  return { identifier, mimeType: 'application/vnd.ekstep.content-collection', children, ...more }
}

export const OPTIONAL = { relationalMetadata: { optional: true } }

/** Opens an installation that ends with its test. */
export async function openSchool(t: TestContext, settings: Readonly<Record<string, string>> = {}): Promise<School> {
  const app = await startApp(settings)
  t.after(() => app.stop())
  const post: School['post'] = (path, request, options) => app.call('POST', path, { request }, options)
  const ok: School['ok'] = async (path, request, options) => result(await post(path, request, options))
  return {
    ...app,
    post,
    ok,
    get: async (path, options) => result(await app.call('GET', path, undefined, options)),
    publish: async (collectionId, children, more = {}) => {
      const content = { identifier: collectionId, children, ...more }
      return result(await app.call('PUT', `/v1/collection/${collectionId}`, { request: { content } }))
    },
    complete: async (where, ...contentIds) => {
      for (const contentId of contentIds) {
        await ok('/v1/view/start', { ...where, contentId })
        await ok('/v1/view/end', { ...where, contentId })
      }
    },
    read: async ({ contentId, ...where }) => {
      const { contents } = await ok('/v1/view/read', { ...where, contentId: [contentId] })
      const [content] = items(contents)
      assert.ok(content)
      return content
    },
    summary: (where) => ok('/v1/summary/read', where),
    logged: async (type) => {
      await app.waymark.idle()
      const entries = await app.waymark.store.log.read(0, 100_000)
      return entries.map((entry) => entry.occurrence).filter((occurrence) => isOf(occurrence, type))
    },
  }
}

function isOf<T extends Occurrence['type']>(
  occurrence: Occurrence,
  type: T,
): occurrence is Extract<Occurrence, { type: T }> {
  return occurrence.type === type
}

/** The result of an answer that must be a success. */
export function result(answer: Answered): Json {
  assert.equal(answer.body.params.err, null)
  assert.equal(answer.body.params.status, 'success')
  return answer.body.result
}

/** Status and code of a refusal, for one comparison: `404 VIEW_NOT_STARTED`. */
export function refusal(answer: Answered): string {
  return `${String(answer.status)} ${String(answer.body.params.err)}`
}

/** The same with the field at fault: `400 MISSING_FIELD request.contentId`. */
export function fault(answer: Answered): string {
  return `${refusal(answer)} ${String(answer.body.result['field'])}`
}

/** The items of a list in an answer. */
export function items(list: Json | undefined): readonly Json[] {
  return Object.values(list ?? {})
}

/** A file of test/fixtures. */
export function fixture(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8'))
}
