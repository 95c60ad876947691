/**
 * Where the server that uses a data folder is to be reached: a file in that folder, for commands that want to work
 * through the server because the folder is taken. Whether it is taken is decided by the folder's lock alone, so a file
 * that a killed server left behind does no harm.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'server.json'

/** The address of a server on `host` and `port` for clients on the same machine. */
export function localUrl(host: string, port: number): string {
  // A wildcard is nothing to connect to.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${String(port)}`
}

/** Leaves the address, mode 0600; it appears complete or not at all. A server without it still serves: it only says so. */
export function leaveAddress(folder: string, url: string): void {
  try {
    const draft = join(folder, `${FILE}.new`)
    writeFileSync(draft, `${JSON.stringify({ url })}\n`, { mode: 0o600 })
    renameSync(draft, join(folder, FILE))
  } catch (error) {
    process.stderr.write(`waymark: other commands will not find this server: ${String(error)}\n`)
  }
}

/** Removes the address. Only for the process that holds the folder. */
export function removeAddress(folder: string): void {
  rmSync(join(folder, FILE), { force: true })
}

/** The address that was left; undefined where there is none. */
export function readAddress(folder: string): string | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'))
    if (typeof read === 'object' && read !== null && 'url' in read && typeof read.url === 'string') return read.url
    return undefined
  } catch {
    // No file, or one that holds no address: not known, either way.
    return undefined
  }
}
