import { kindOf } from './scalar.ts'
import { isScalar, type DataType, type Field, type RecordType } from './shape.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * The JSON form of a payload as JSON Schema 2020-12: each record once, under `$defs`. Personal data carries `x-pii`.
 * Optional fields may be null or left out; no others are known.
 */
export function jsonSchema(event: {
  readonly type: string
  readonly description: string
  readonly root: RecordType
}): JsonSchema {
  const defs: Record<string, JsonSchema> = {}
  const root = recordSchema(event.root, defs)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: event.type,
    ...root,
    description: event.description,
    $defs: defs,
  }
}

function schemaOf(type: DataType, defs: Record<string, JsonSchema>): JsonSchema {
  if (isScalar(type)) {
    return type.brand === undefined ? kindOf(type).jsonSchema : { ...kindOf(type).jsonSchema, title: type.brand }
  }
  if (type.kind === 'list') return { type: 'array', items: schemaOf(type.items, defs) }
  if (type.kind === 'map') return { type: 'object', additionalProperties: schemaOf(type.values, defs) }
  defs[type.name] ??= recordSchema(type, defs)
  return { $ref: `#/$defs/${type.name}` }
}

function recordSchema({ description, fields }: RecordType, defs: Record<string, JsonSchema>): JsonSchema {
  const properties = Object.entries(fields).map(([key, field]) => [key, fieldSchema(field, defs)])
  return {
    type: 'object',
    ...(description === '' ? {} : { description }),
    properties: Object.fromEntries(properties) as unknown,
    required: Object.keys(fields).filter((key) => fields[key]?.optional === false),
    additionalProperties: false,
  }
}

function fieldSchema({ type, description, optional, pii }: Field, defs: Record<string, JsonSchema>): JsonSchema {
  const schema = schemaOf(type, defs)
  return {
    ...(optional ? { anyOf: [schema, { type: 'null' }] } : schema),
    ...(description === '' ? {} : { description }),
    ...(pii === undefined ? {} : { 'x-pii': pii }),
  }
}
