/**
 * The frame of keys and values in Kafka, as schema registries want it:
 *
 *   byte 0        0
 *   bytes 1 to 4  number of the writer's schema in the registry, big-endian
 *   from byte 5   Avro body
 */
import { AvroError } from './avro-reader.ts'

const HEAD_BYTES = 5
const SCHEMA_ID_MAX = 2 ** 32 - 1

/** @throws RangeError where the number of the schema does not fit into 32 bits */
export function frame(schemaId: number, body: Uint8Array): Uint8Array {
  if (!Number.isInteger(schemaId) || schemaId < 0 || schemaId > SCHEMA_ID_MAX) {
    throw new RangeError(`schema ${String(schemaId)}: a number of 0 to ${String(SCHEMA_ID_MAX)} is wanted`)
  }
  const framed = new Uint8Array(HEAD_BYTES + body.length)
  new DataView(framed.buffer).setUint32(1, schemaId)
  framed.set(body, HEAD_BYTES)
  return framed
}

/** @throws AvroError where the bytes have no frame */
export function unframe(framed: Uint8Array): { readonly schemaId: number; readonly body: Uint8Array } {
  if (framed.length < HEAD_BYTES) throw new AvroError(`a frame has ${String(HEAD_BYTES)} bytes before the body`)
  if (framed[0] !== 0) throw new AvroError(`a frame begins with byte 0, not ${String(framed[0])}`)
  const schemaId = new DataView(framed.buffer, framed.byteOffset).getUint32(1)
  return { schemaId, body: framed.subarray(HEAD_BYTES) }
}
