/** What the compiler checks of a definition, once more at start-up, and what it cannot check. */
import type { KeyKind } from './payload.ts'
import type { Description } from './public-event.ts'
import { isScalar, type DataType, type Field, type RecordType } from './shape.ts'
import { isTypeName } from './type-name.ts'

// An object takes `__proto__` for something else.
const NAME = /^(?!__proto__$)[A-Za-z_]\w*$/
const TOPIC = /^[a-z\d](?:[a-z\d._-]{0,247}[a-z\d])?$/
const KEY_KINDS: ReadonlySet<string> = new Set<KeyKind>(['string', 'long', 'uuid', 'key'])

/** Everything that is wrong with a definition of ours, as ends of sentences. */
export function definitionProblems(event: Description): readonly string[] {
  const problems = foreignProblems(event)
  if (isTypeName(event.type)) return problems
  return ['type must be reverse DNS, subdomain, subject, action and version, in lower case', ...problems]
}

/** The same for an event that others named: some of theirs have a hyphen, or no version. */
export function foreignProblems(event: Description): readonly string[] {
  const { minor, description, producer, topics, since, root } = event
  const problems: string[] = []
  const want = (ok: boolean, problem: string): void => {
    if (!ok) problems.push(problem)
  }
  want(Number.isSafeInteger(minor) && minor >= 0, 'minor must be 0, 1, 2, …')
  want(description.trim() !== '', 'description must say what happened')
  want(producer.trim() !== '', 'producer must name a service')
  want(since.trim() !== '', 'since must name a release')
  want(topics.length > 0, 'topics must name one at least')
  problems.push(...topics.flatMap(topicProblems))
  want(new Set(topics).size === topics.length, 'topics must differ')
  return [...problems, ...keyProblems(event), ...shapeProblems(root)]
}

/** What is wrong with sending an event to a topic by a key. */
export function routeProblems(
  route: Pick<Description, 'root' | 'key'> & { readonly topic: string },
): readonly string[] {
  return [...topicProblems(route.topic), ...keyProblems(route)]
}

function topicProblems(topic: string): readonly string[] {
  return TOPIC.test(topic) ? [] : [`topic ${topic} must be lower-case letters, digits, . _ -`]
}

function keyProblems({ key, root }: Pick<Description, 'root' | 'key'>): readonly string[] {
  const found = fieldAt(root, key)
  if (found === undefined) return [`key ${key} is not in the payload`]
  if (found.optional) return [`key ${key} may be null`]
  return KEY_KINDS.has(found.type.kind) ? [] : [`key ${key} must be text, a whole number, a UUID or an opaque key`]
}

/** The field at a dotted path through records; optional where any on the way is. */
export function fieldAt(root: RecordType, path: string): Field | undefined {
  let type: DataType = root
  let found: Field | undefined
  for (const step of path.split('.')) {
    if (type.kind !== 'record' || !Object.hasOwn(type.fields, step)) return undefined
    const next: Field | undefined = type.fields[step]
    if (next === undefined) return undefined
    found = { ...next, optional: next.optional || found?.optional === true }
    type = next.type
  }
  return found
}

/**
 * The value at a dotted path through records.
 * @param payload one that was checked, of an event whose records have that path
 */
export function valueAt(payload: unknown, path: string): unknown {
  return path.split('.').reduce((value, step) => (value as Readonly<Record<string, unknown>>)[step], payload)
}

/** The partition key of a payload, as text. */
export function keyOf(event: Pick<Description, 'key'>, payload: unknown): string {
  return String(valueAt(payload, event.key))
}

/** Names, and that a name within an event means one record: upstream keeps the first of two without a word. */
export function shapeProblems(root: RecordType): readonly string[] {
  const records = new Map<string, RecordType>()
  const problems: string[] = []
  const visit = (type: DataType): void => {
    if (type.kind === 'list') return visit(type.items)
    if (type.kind === 'map') return visit(type.values)
    if (isScalar(type)) return
    const known = records.get(type.name)
    if (known === type) return
    if (known !== undefined) problems.push(`two records are named ${type.name}`)
    records.set(type.name, type)
    problems.push(...nameProblems(type))
    for (const { type: inner } of Object.values(type.fields)) visit(inner)
  }
  visit(root)
  return problems
}

function nameProblems({ name, fields }: RecordType): readonly string[] {
  const problems = Object.keys(fields)
    .filter((key) => !NAME.test(key))
    .map((key) => `${name}.${key} must be letters, digits and _`)
  if (!NAME.test(name)) problems.push(`record ${name} must be letters, digits and _`)
  // Without a field an item takes no byte, and a message of ten bytes could claim to hold millions of them.
  if (Object.keys(fields).length === 0) problems.push(`record ${name} must have a field`)
  return problems
}
