/**
 * Whether a reader with one schema understands a writer with another (Avro 1.12, "Schema Resolution", for the types that
 * events have). Stricter in one thing: text and bytes are not taken for each other.
 */
import { kindOf } from './scalar.ts'
import { isScalar, type DataType, type Field, type RecordType } from './shape.ts'

/** What the reader cannot make of the writer's bytes, each with its place; empty where all is well. */
export function resolutionProblems(writer: RecordType, reader: RecordType): readonly string[] {
  const problems: string[] = []
  compare(writer, reader, '', problems)
  return problems
}

/** What breaks in either direction: the newer reading the older, or the older reading the newer. */
export function compatibilityProblems(older: RecordType, newer: RecordType): readonly string[] {
  return [
    ...resolutionProblems(older, newer).map((problem) => `new readers of old bytes: ${problem}`),
    ...resolutionProblems(newer, older).map((problem) => `old readers of new bytes: ${problem}`),
  ]
}

/** Whether fields that both have stand in another order: no matter where the writer's schema is known, fatal elsewhere. */
export function reordered(older: RecordType, newer: RecordType): boolean {
  const shared = (a: RecordType, b: RecordType): string =>
    Object.keys(a.fields)
      .filter((key) => Object.hasOwn(b.fields, key))
      .join()
  if (shared(older, newer) !== shared(newer, older)) return true
  return Object.entries(older.fields).some(([key, { type }]) => {
    const [inner, other] = [recordIn(type), recordIn(newer.fields[key]?.type)]
    return inner !== undefined && other !== undefined && reordered(inner, other)
  })
}

/** The record that a type is, or holds in lists and maps. */
function recordIn(type: DataType | undefined): RecordType | undefined {
  if (type === undefined || isScalar(type)) return undefined
  if (type.kind === 'record') return type
  return recordIn(type.kind === 'list' ? type.items : type.values)
}

function compare(writer: DataType, reader: DataType, path: string, problems: string[]): void {
  const differs = (): void => {
    problems.push(`${path === '' ? 'the payload' : path} is ${nameOf(writer)}, read as ${nameOf(reader)}`)
  }
  if (isScalar(writer) || isScalar(reader)) {
    if (!isScalar(writer) || !isScalar(reader) || !reads(nameOf(writer), nameOf(reader))) differs()
    return
  }
  if (writer.kind === 'list' && reader.kind === 'list') {
    return compare(writer.items, reader.items, `${path}[]`, problems)
  }
  if (writer.kind === 'map' && reader.kind === 'map') {
    return compare(writer.values, reader.values, `${path}{}`, problems)
  }
  if (writer.kind !== 'record' || reader.kind !== 'record' || writer.name !== reader.name) return differs()
  for (const [key, field] of Object.entries(reader.fields)) {
    compareField(writer.fields[key], field, path === '' ? key : `${path}.${key}`, problems)
  }
}

function compareField(writer: Field | undefined, reader: Field, path: string, problems: string[]): void {
  if (writer === undefined) {
    if (!reader.optional && reader.fallback === undefined) problems.push(`${path} is required and not written`)
    return
  }
  if (writer.optional && !reader.optional) problems.push(`${path} may be null, which is not read`)
  compare(writer.type, reader.type, path, problems)
}

function reads(writer: string, reader: string): boolean {
  return writer === reader || (writer === 'long' && reader === 'double')
}

function nameOf(type: DataType): string {
  if (isScalar(type)) return kindOf(type).avro
  return type.kind === 'record' ? type.name : type.kind
}
