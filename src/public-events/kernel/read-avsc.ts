/** Schemas of others, and our own stored ones, read as what definitions are made of. */
import { DefinitionError, makeEvent, ROOT_NAME } from './define.ts'
import { foreignProblems, shapeProblems } from './definition-problems.ts'
import type { PublicEvent } from './public-event.ts'
import { boolean, bytes, double, long, string, type AvroPrimitive, type ScalarType } from './scalar.ts'
import { field, list, map, opt, record, type DataType, type Field, type RecordType } from './shape.ts'

type Json = Readonly<Record<string, unknown>>

interface Place {
  readonly namespace: string
  readonly known: Map<string, RecordType>
  readonly path: string
}

/** A schema's type name and payload. */
export interface ReadSchema {
  readonly type: string
  readonly root: RecordType
}

/**
 * Reads an Avro schema of a public event. Only what events can hold is known: upstream derives nothing else.
 * @throws DefinitionError naming the place of what is not
 */
export function readAvsc(schema: unknown): ReadSchema {
  const type = asObject(schema, { namespace: '', known: new Map(), path: '' })['namespace']
  if (typeof type !== 'string' || type === '') throw new DefinitionError('schema', ['namespace must be the event type'])
  const root = readType(schema, { namespace: type, known: new Map(), path: type })
  if (root.kind !== 'record' || root.name !== ROOT_NAME) {
    throw new DefinitionError(type, [`the schema must be a record named ${ROOT_NAME}`])
  }
  const problems = shapeProblems(root)
  if (problems.length > 0) throw new DefinitionError(type, problems)
  return { type, root }
}

/**
 * A foreign schema as a definition. What a schema does not say, who reads it says.
 * @throws DefinitionError
 */
export function readForeignEvent(
  schema: unknown,
  about: Pick<PublicEvent, 'minor' | 'description' | 'producer' | 'key' | 'topics' | 'since'>,
): PublicEvent {
  const described = { ...readAvsc(schema), ...about }
  const problems = foreignProblems(described)
  if (problems.length > 0) throw new DefinitionError(described.type, problems)
  return makeEvent(described)
}

function readType(schema: unknown, place: Place): DataType {
  if (typeof schema === 'string') return readName(schema, place)
  const given = asObject(schema, place)
  const { type } = given
  if (type === 'record') return readRecordType(given, place)
  if (type === 'array') return list(readType(given['items'], inner(place, 'items')))
  if (type === 'map') return map(readType(given['values'], inner(place, 'values')))
  // `{"type": "string"}` is `"string"` written at length, unless a logical type gives it another meaning.
  if (typeof type === 'string' && given['logicalType'] === undefined) return readName(type, place)
  return refuse(place, 'is a type that events do not have')
}

function readName(name: string, { namespace, known, ...place }: Place): DataType {
  const found = known.get(name.includes('.') ? name : `${namespace}.${name}`)
  if (found !== undefined) return found
  const primitive = PRIMITIVES.get(name)
  return primitive ?? refuse({ namespace, known, ...place }, `is of type ${name}, which events do not have`)
}

const SCALARS: Readonly<Record<AvroPrimitive, ScalarType>> = { boolean, long, double, string, bytes }
const PRIMITIVES: ReadonlyMap<string, ScalarType> = new Map(Object.entries(SCALARS))

/** A record is known after its fields: one that holds itself is none that events have. */
function readRecordType(given: Json, place: Place): RecordType {
  const { name, fields } = given
  if (typeof name !== 'string' || !Array.isArray(fields)) return refuse(place, 'must have a name and fields')
  const namespace = typeof given['namespace'] === 'string' ? given['namespace'] : place.namespace
  const read: Record<string, Field> = {}
  for (const item of fields as readonly unknown[]) {
    const named = asObject(item, place)['name']
    if (typeof named !== 'string' || Object.hasOwn(read, named)) return refuse(place, 'must have fields of own names')
    read[named] = readField(asObject(item, place), inner({ ...place, namespace }, named))
  }
  const type = record(name, textOf(given['doc']), read)
  place.known.set(`${namespace}.${name}`, type)
  return type
}

function readField(given: Json, place: Place): Field {
  const { type } = given
  const description = textOf(given['doc'])
  if (!Array.isArray(type)) {
    const plain = field(readType(type, place), description)
    return 'default' in given ? { ...plain, fallback: given['default'] } : plain
  }
  const [first, second, ...more] = type as readonly unknown[]
  if (first !== 'null' || second === undefined || more.length > 0 || given['default'] !== null) {
    return refuse(place, 'may be a type, or null and a type with null as the default; other unions events do not have')
  }
  return opt(readType(second, place), description)
}

function asObject(value: unknown, place: Place): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  return refuse(place, 'must be a JSON object')
}

function textOf(doc: unknown): string {
  return typeof doc === 'string' ? doc : ''
}

function inner(place: Place, step: string): Place {
  return { ...place, path: `${place.path}.${step}` }
}

function refuse({ path, namespace }: Place, problem: string): never {
  throw new DefinitionError(namespace === '' ? 'schema' : namespace, [`${path} ${problem}`])
}
