/** One definition for each public event: everything else (schemas, documents, types) is derived from it. */
import { definitionProblems } from './definition-problems.ts'
import type { EventData, KeyPath } from './payload.ts'
import type { DefinedEvent, Deprecation, Description, Payload, PayloadInput, PublicEvent } from './public-event.ts'
import { readRecord, type Reading } from './read-payload.ts'
import { record, field, type Fields, type RecordType } from './shape.ts'
import type { Issue } from './standard-schema.ts'
import type { TypeName } from './type-name.ts'

interface Definition<T extends string, D extends EventData> {
  readonly type: T & TypeName<T>
  readonly minor: number
  readonly description: string
  readonly producer: string
  readonly key: KeyPath<D>
  readonly topics: readonly [string, ...string[]]
  readonly data: D
  readonly since: string
  readonly deprecated?: Deprecation
}

/**
 * Defines a public event. Type name, key path and payload are checked by the compiler, and again here.
 * @throws DefinitionError naming everything that is wrong
 */
export function definePublicEvent<const T extends string, const D extends EventData>({
  data,
  ...rest
}: Definition<T, D>): DefinedEvent<T, D> {
  const described = { ...rest, root: rootRecord(data) }
  const problems = definitionProblems(described)
  if (problems.length > 0) throw new DefinitionError(rest.type, problems)
  // The compiler's view of the payload is the definition's own.
  return makeEvent(described) as DefinedEvent<T, D>
}

/** A described event as one that payloads can be checked with. */
export function makeEvent(described: Description): PublicEvent {
  const standard: PublicEvent['~standard'] = {
    version: 1,
    vendor: 'waymark',
    validate: (value) => readRecord(described.root, value, 'payload'),
  }
  if (described.deprecated !== undefined) Object.freeze(described.deprecated)
  return Object.freeze({ ...described, topics: Object.freeze([...described.topics]), '~standard': standard })
}

/** The record that holds the top-level keys; the name is upstream's, for events of every type. */
export const ROOT_NAME = 'CloudEvent'

function rootRecord(data: EventData): RecordType {
  const fields: Record<string, Fields[string]> = {}
  for (const [key, type] of Object.entries(data)) {
    fields[key] = field(type, type.kind === 'record' ? type.description : '')
  }
  return record(ROOT_NAME, 'The payload.', fields)
}

/** A definition that cannot be used: `problems` names everything that is wrong with it. */
export class DefinitionError extends Error {
  readonly problems: readonly string[]

  constructor(type: string, problems: readonly string[]) {
    super(`${type}: ${problems.join('; ')}`)
    this.name = 'DefinitionError'
    this.problems = problems
  }
}

/** A payload that is not what its event says: `issues` names every field that is wrong. */
export class PayloadError extends Error {
  readonly issues: readonly Issue[]

  constructor(type: string, issues: PayloadError['issues']) {
    super(`${type}: ${issues.map(({ message }) => message).join('; ')}`)
    this.name = 'PayloadError'
    this.issues = issues
  }
}

/**
 * A payload of an event: checked to the last field, copied, frozen.
 * @throws PayloadError
 */
export function makePayload<E extends PublicEvent>(event: E, input: PayloadInput<E>): Payload<E> {
  return valueOf(event, readRecord(event.root, input, 'payload'))
}

/**
 * A payload told in JSON.
 * @throws PayloadError
 */
export function payloadFromJson<E extends PublicEvent>(event: E, json: unknown): Payload<E> {
  return valueOf(event, readRecord(event.root, json, 'json'))
}

function valueOf({ type }: PublicEvent, reading: Reading): unknown {
  if ('issues' in reading) throw new PayloadError(type, reading.issues)
  return reading.value
}
