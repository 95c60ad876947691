/** Requests as the bytes that go over the wire, made before the clock runs. */
import type { Phase } from './phase.ts'
import type { Sending, Workload } from './workloads.ts'

/** Requests of a floor that differ: its server keeps nothing, so they are sent over again. */
const FLOOR_REQUESTS = 4096

/** How many requests a phase sends at most. */
export function wantedOf({ countMax, seconds, rate }: Phase): number {
  return rate === undefined ? countMax : Math.min(countMax, Math.ceil(rate * seconds))
}

export function prepare(
  { from, repeats }: Phase,
  workload: Workload,
  wanted: number,
  tokens: readonly string[],
): readonly Buffer[] {
  const different = repeats ? Math.min(wanted, FLOOR_REQUESTS) : wanted
  return Array.from({ length: different }, (_, position) =>
    bytesOf(workload.request(from + position), tokens, from + position),
  )
}

export function bytesOf({ method, path, body }: Sending, tokens: readonly string[], index: number): Buffer {
  const token = tokens[index % tokens.length] ?? ''
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n`
  if (method === 'GET') return Buffer.from(`${head}\r\n`)
  const length = String(Buffer.byteLength(body))
  return Buffer.from(`${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`)
}
