/** From a parsed body, query or path to a checked value: unwrapping, older names, and errors that name the field. */
import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { WaymarkError, type ErrorCode } from '../domain/errors.ts'

type Fields = Record<string, unknown>

/** Names that existing clients use, and ours. Both cases of the seed's tables, and the legacy names. */
const ALIASES: readonly (readonly [alias: string, name: string])[] = [
  ['userid', 'userId'],
  ['collectionid', 'collectionId'],
  ['collection', 'collectionId'],
  ['courseId', 'collectionId'],
  ['courseid', 'collectionId'],
  ['contextid', 'contextId'],
  ['batchId', 'contextId'],
  ['batchid', 'contextId'],
  ['contentid', 'contentId'],
  ['progressdetails', 'progressDetails'],
  ['timeSpent', 'timespent'],
  ['fromAccountId', 'fromUserId'],
  ['toAccountId', 'intoUserId'],
]

/** So that the usual request, which has none of them, is looked through once. */
const ALIAS_NAMES: ReadonlySet<string> = new Set(ALIASES.map(([alias]) => alias))

/** What older clients send around `request`; it says nothing that is used. */
const ENVELOPE_FIELDS: ReadonlySet<string> = new Set(['request', 'id', 'ver', 'ts', 'params'])

/** Ids get an error code of their own. */
const ID_FIELDS: ReadonlySet<string> = new Set([
  'userId',
  'fromUserId',
  'intoUserId',
  'collectionId',
  'contextId',
  'contentId',
  'attemptId',
  'ruleId',
  'webhookId',
])
/** Their items get it. */
const ID_LISTS: ReadonlySet<string> = new Set(['rules'])

export interface Checked<T> {
  readonly value: T
  /** Turns a path inside the value into the client's own words: `request.contentId`. */
  readonly nameOf: (path: string) => string
}

/** A schema with its compiled check. */
export class Input<S extends TSchema> {
  readonly schema: S
  /** Compiled on first use: compiling all schemas would double the time to start. */
  #compiled: Validator<Record<never, never>, S> | undefined

  constructor(schema: S) {
    this.schema = schema
  }

  /**
   * Checks a value that is to be taken as it is.
   * @throws WaymarkError MISSING_FIELD, UNKNOWN_FIELD, INVALID_FIELD, INVALID_ID
   */
  check(value: unknown, nameOf: (path: string) => string): Static<S> {
    const validator = (this.#compiled ??= Compile(this.schema))
    if (validator.Check(value)) return value
    const { sample, cut } = sampleOf(value)
    const errors = validator.Errors(sample)
    // Where the sample is right, the fault lies in what was cut off.
    if (errors.length === 0) throw new WaymarkError(codeOf(cut), { field: nameOf(cut) })
    throw fieldError(errors, nameOf)
  }
}

/** How much of a wrong value is looked at: more fields than any schema has, more items than any request may. */
const SAMPLE_FIELDS_MAX = 100
const SAMPLE_ITEMS_MAX = 10_000

/**
 * The beginning of a wrong value, enough to say what is wrong with it: finding every error of a body of millions of wrong
 * items would keep the process busy for seconds. `cut` names what was shortened.
 */
function sampleOf(value: unknown): { readonly sample: unknown; readonly cut: string } {
  if (!isFields(value)) return { sample: value, cut: 'body' }
  const sample = Object.create(null) as Fields
  let cut = 'body'
  for (const name of Object.keys(value).slice(0, SAMPLE_FIELDS_MAX)) {
    const part = value[name]
    const long = Array.isArray(part) && part.length > SAMPLE_ITEMS_MAX
    if (long) cut = name
    sample[name] = long ? part.slice(0, SAMPLE_ITEMS_MAX) : part
  }
  return { sample, cut }
}

export interface SchemaError {
  readonly keyword: string
  readonly schemaPath: string
  readonly instancePath: string
  readonly params: object
}

/**
 * Takes the request out of a body: `{"request": {…}}` or the bare object, with older names replaced by ours unless it is
 * to be taken verbatim.
 * @throws WaymarkError INVALID_FIELD, UNKNOWN_FIELD, CONFLICTING_FIELDS
 */
export function unwrap(
  body: unknown,
  verbatim = false,
): { readonly request: Fields; readonly nameOf: (path: string) => string } {
  const named = verbatim ? asSent : replaceAliases
  if (!isFields(body))
    throw new WaymarkError('INVALID_FIELD', { field: 'body', text: 'The body must be a JSON object.' })
  if (!Object.hasOwn(body, 'request')) return named(body, (path) => path)
  for (const name of Object.keys(body)) {
    if (!ENVELOPE_FIELDS.has(name)) throw new WaymarkError('UNKNOWN_FIELD', { field: name })
  }
  const { request } = body
  if (!isFields(request)) throw new WaymarkError('INVALID_FIELD', { field: 'request' })
  return named(request, (path) => `request.${path}`)
}

/** Fields that are not ours to name: what is published is given back as it came. */
function asSent(
  fields: Fields,
  nameOf: (path: string) => string,
): { readonly request: Fields; readonly nameOf: (path: string) => string } {
  return { request: fields, nameOf }
}

/**
 * Replaces older names in place; the same field under two names is taken if both say the same.
 * @param outerName how the client calls a path in `fields`
 */
export function replaceAliases(
  fields: Fields,
  outerName: (path: string) => string,
): { readonly request: Fields; readonly nameOf: (path: string) => string } {
  if (!Object.keys(fields).some((name) => ALIAS_NAMES.has(name))) return { request: fields, nameOf: outerName }
  const used = new Map<string, string>()
  for (const [alias, name] of ALIASES) {
    if (!Object.hasOwn(fields, alias)) continue
    const value = fields[alias]
    if (Object.hasOwn(fields, name) && fields[name] !== value) {
      throw new WaymarkError('CONFLICTING_FIELDS', { field: outerName(alias) })
    }
    fields[name] = value
    Reflect.deleteProperty(fields, alias)
    used.set(name, alias)
  }
  return { request: fields, nameOf: (path) => outerName(used.get(path) ?? path) }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One error out of a checker's list: the most telling one. Unknown first, since a misspelling causes the others. */
export function fieldError(errors: readonly SchemaError[], nameOf: (path: string) => string): WaymarkError {
  for (const error of errors) {
    // The list of errors is short and one unknown field makes two of them, so the one that sums up may be missing.
    const forbidden = error.keyword === 'boolean' && error.schemaPath.endsWith('/additionalProperties')
    if (forbidden) return new WaymarkError('UNKNOWN_FIELD', { field: nameOf(pathOf(error.instancePath)) })
    if (error.keyword !== 'additionalProperties') continue
    const [unknown] = (error.params as { additionalProperties?: string[] }).additionalProperties ?? []
    return new WaymarkError('UNKNOWN_FIELD', { field: nameOf(pathOf(error.instancePath, unknown)) })
  }
  for (const error of errors) {
    if (error.keyword !== 'required') continue
    const [missing] = (error.params as { requiredProperties?: string[] }).requiredProperties ?? []
    return new WaymarkError('MISSING_FIELD', { field: nameOf(pathOf(error.instancePath, missing)) })
  }
  // Of a union's complaints the deepest one names the value that is really at fault.
  const [first] = [...errors].sort((a, b) => b.instancePath.length - a.instancePath.length)
  const path = pathOf(first?.instancePath ?? '')
  return new WaymarkError(codeOf(path), { field: nameOf(path) })
}

function codeOf(path: string): ErrorCode {
  const name = path.replace(/\[\d+\]$/, '').replace(/^.*\./, '')
  return ID_FIELDS.has(name) || (ID_LISTS.has(name) && path.endsWith(']')) ? 'INVALID_ID' : 'INVALID_FIELD'
}

/** `/contents/2/contentId` as `contents[2].contentId`. */
function pathOf(pointer: string, property?: string): string {
  let path = ''
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (/^\d+$/.test(name)) path += `[${name}]`
    else path += path === '' ? name : `.${name}`
  }
  if (property === undefined) return path === '' ? 'body' : path
  return path === '' ? property : `${path}.${property}`
}
