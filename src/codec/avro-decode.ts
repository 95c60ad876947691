/** Reads what a writer with one schema wrote as a reader with another sees it (Avro 1.12, "Schema Resolution"). */
import { Bytes } from '../public-events/kernel/bytes.ts'
import { resolutionProblems } from '../public-events/kernel/compatibility.ts'
import { emptyMap, readJson } from '../public-events/kernel/read-payload.ts'
import { kindOf, type AvroPrimitive, type Raw } from '../public-events/kernel/scalar.ts'
import { isScalar, type DataType, type Field, type RecordType } from '../public-events/kernel/shape.ts'
import { AvroError, AvroReader } from './avro-reader.ts'

type Read = (from: AvroReader) => unknown

/**
 * A decoder for one pair of schemas. It gives payloads of the reader, frozen; falsy values stay what they are.
 * @throws AvroError where the reader cannot make sense of the writer; the decoder, where bytes are not the writer's
 */
export function avroDecoder(writer: RecordType, reader: RecordType): (bytes: Uint8Array) => unknown {
  const problems = resolutionProblems(writer, reader)
  if (problems.length > 0) throw new AvroError(problems.join('; '))
  const read = planRecord(writer, reader)
  return (bytes) => {
    const from = new AvroReader(bytes)
    const payload = read(from)
    from.end()
    return payload
  }
}

// Below, writer and reader are of one kind: the problems above are all that could differ.
function plan(writer: DataType, reader: DataType): Read {
  if (writer.kind === 'record' && reader.kind === 'record') return planRecord(writer, reader)
  if (writer.kind === 'list' && reader.kind === 'list') {
    const read = plan(writer.items, reader.items)
    return (from) => {
      const items: unknown[] = []
      eachItem(from, () => items.push(read(from)))
      return Object.freeze(items)
    }
  }
  if (writer.kind === 'map' && reader.kind === 'map') {
    const read = plan(writer.values, reader.values)
    return (from) => {
      const values = emptyMap()
      eachItem(from, () => {
        const key = from.string()
        values[key] = read(from)
      })
      return Object.freeze(values)
    }
  }
  return isScalar(writer) && isScalar(reader) ? planScalar(kindOf(writer).avro, kindOf(reader)) : () => undefined
}

function planScalar(written: AvroPrimitive, reader: ReturnType<typeof kindOf>): Read {
  const raw = RAW[written]
  return (from) => {
    const value = reader.read(raw(from))
    if (value === undefined) throw new AvroError(`must be ${reader.form}`)
    return value
  }
}

const RAW: Readonly<Record<AvroPrimitive, (from: AvroReader) => Raw>> = {
  boolean: (from) => from.boolean(),
  long: (from) => from.long(),
  double: (from) => from.double(),
  string: (from) => from.string(),
  bytes: (from) => Bytes.of(from.bytes()),
}

/** Fields come in the writer's order; those that the reader does not know are passed over. */
function planRecord(writer: RecordType, reader: RecordType): Read {
  const steps = Object.entries(writer.fields).map(([key, field]) => {
    const known = Object.hasOwn(reader.fields, key) ? reader.fields[key] : undefined
    return { key, read: planField(field, known) }
  })
  const defaults = Object.entries(reader.fields).map(([key, field]) => [key, defaultOf(field)] as const)
  return (from) => {
    const values = Object.fromEntries(defaults)
    for (const { key, read } of steps) {
      const value = named(key, read, from)
      if (Object.hasOwn(values, key)) values[key] = value
    }
    return Object.freeze(values)
  }
}

function planField(writer: Field, reader: Field | undefined): Read {
  const read = reader === undefined ? planSkip(writer.type) : plan(writer.type, reader.type)
  return writer.optional ? (from) => (from.present() ? read(from) : null) : read
}

/** What stands for a field that the writer does not know. Where the writer does, it is never used. */
function defaultOf({ type, fallback }: Field): unknown {
  if (fallback === undefined) return null
  const reading = readJson(type, fallback)
  return 'value' in reading ? reading.value : null
}

/** Passes over a value without asking what it means. */
function planSkip(type: DataType): Read {
  if (isScalar(type)) return SKIP[kindOf(type).avro]
  if (type.kind === 'record') {
    const steps = Object.values(type.fields).map((field) => planField(field, undefined))
    return (from) => {
      for (const skip of steps) skip(from)
    }
  }
  const skip = planSkip(type.kind === 'list' ? type.items : type.values)
  return (from) => {
    eachItem(from, () => {
      if (type.kind === 'map') from.bytes()
      skip(from)
    })
  }
}

const SKIP: Readonly<Record<AvroPrimitive, Read>> = {
  boolean: (from) => from.boolean(),
  long: (from) => {
    from.skipLong()
  },
  double: (from) => from.skip(8),
  string: (from) => from.bytes(),
  bytes: (from) => from.bytes(),
}

/** Lists and maps come in blocks, the last of which is empty. */
function eachItem(from: AvroReader, read: () => void): void {
  for (let count = from.count(); count > 0; count = from.count()) {
    for (let index = 0; index < count; index += 1) read()
  }
}

/** Errors say which field they are in. */
function named(key: string, read: Read, from: AvroReader): unknown {
  try {
    return read(from)
  } catch (error) {
    throw error instanceof AvroError ? error.within(key) : error
  }
}
