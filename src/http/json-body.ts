/** Reading request bodies: depth is checked on the text before it is parsed, because parsing has no limit of its own. */
import { isUtf8 } from 'node:buffer'
import { createGunzip } from 'node:zlib'
import { Transform, type Readable } from 'node:stream'
import { WaymarkError } from '../domain/errors.ts'

/**
 * Whether JSON text nests deeper than `depthMax`. Works on the text, so that nothing recursive ever sees a body that
 * could exhaust the stack.
 */
export function exceedsDepth(text: string, depthMax: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index += 1
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > depthMax) return true
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return false
}

/**
 * Parses a body.
 * @throws WaymarkError EMPTY_BODY, JSON_TOO_DEEP, INVALID_JSON
 */
export function parseJson(text: string, depthMax: number): unknown {
  if (text.trim() === '') throw new WaymarkError('EMPTY_BODY')
  if (exceedsDepth(text, depthMax)) throw new WaymarkError('JSON_TOO_DEEP')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WaymarkError('INVALID_JSON', { cause: error })
  }
}

/**
 * The text of a body. Bytes that are not UTF-8 are refused: replaced by U+FFFD, different ids would become one.
 * @throws WaymarkError INVALID_JSON
 */
export function readText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new WaymarkError('INVALID_JSON', { text: 'The body is not UTF-8: send one JSON object.' })
  return bytes.toString()
}

/** Fastify compares this with Content-Length: the bytes as they came, before unpacking. */
interface Counted {
  receivedEncodedLength: number
}

/**
 * Unpacks a gzip body while it arrives; what unpacks to more than `bytesMax` is refused, however small it came.
 * @throws WaymarkError UNSUPPORTED_MEDIA_TYPE for other encodings.
 */
export function decodePayload(encoding: string | undefined, payload: Readable, bytesMax: number): Readable {
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return payload
  if (encoding.toLowerCase() !== 'gzip') throw new WaymarkError('UNSUPPORTED_MEDIA_TYPE')
  const gunzip = createGunzip()
  let unpacked = 0
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      unpacked += chunk.length
      if (unpacked > bytesMax) callback(new WaymarkError('BODY_TOO_LARGE'))
      else callback(null, chunk)
    },
  })
  const output: Transform & Counted = Object.assign(limited, { receivedEncodedLength: 0 })
  payload.on('data', (chunk: Buffer) => {
    output.receivedEncodedLength += chunk.length
  })
  gunzip.on('error', (error) => output.destroy(new WaymarkError('BAD_ENCODING', { cause: error })))
  payload.on('error', (error) => output.destroy(error))
  output.on('error', () => gunzip.destroy())
  payload.pipe(gunzip).pipe(output)
  return output
}
