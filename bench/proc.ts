/** What the kernel counted for processes: processor time of all threads, bytes written to disk, memory. Linux only. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Usage {
  /** User and system time of all threads, milliseconds. */
  readonly cpuMs: number
  readonly writtenBytes: number
  readonly rssMb: number
}

/** Ticks of /proc times, where the kernel does not count finer; 100 a second on every Linux that Node runs on. */
const TICK_MS = 10
const PAGE_BYTES = 4096

/** The sum over several processes; one that has ended counts nothing. */
export function usageOf(pids: readonly number[]): Usage {
  const sum = { cpuMs: 0, writtenBytes: 0, rssMb: 0 }
  for (const pid of pids) {
    const stat = read(`/proc/${String(pid)}/stat`)
    // The name in brackets may hold spaces: the fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    sum.cpuMs += exactCpuMs(pid) ?? (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS
    sum.rssMb += (Number(fields[21] ?? 0) * PAGE_BYTES) / 1e6
    sum.writtenBytes += Number(/^write_bytes: (\d+)$/m.exec(read(`/proc/${String(pid)}/io`))?.[1] ?? 0)
  }
  return sum
}

/**
 * Nanoseconds of every thread: half a second of load is only fifty ticks. Threads that ended are not counted; those of the
 * processes measured here live as long as they do.
 */
function exactCpuMs(pid: number): number | undefined {
  let sum = 0
  for (const thread of list(`/proc/${String(pid)}/task`)) {
    const text = read(`/proc/${String(pid)}/task/${thread}/schedstat`)
    if (text === '') return undefined
    sum += Number(text.split(' ')[0])
  }
  return sum === 0 ? undefined : sum / 1e6
}

/** A process and its children. */
export function familyOf(pid: number): readonly number[] {
  const family = [pid]
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = /^PPid:\t(\d+)$/m.exec(read(`/proc/${name}/status`))?.[1]
    if (parent === String(pid)) family.push(Number(name))
  }
  return family
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It ended, or this is no Linux: then there is nothing to count.
    return ''
  }
}
