/** A PostgreSQL of this run alone: a cluster in a temporary folder, durable as installed, reached by a socket in it. */
import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const HOME = '/usr/lib/postgresql'
const STOP_SECONDS = 20

export interface Postgres {
  /** The folder of the socket. */
  readonly folder: string
  /** The first process of the cluster. */
  readonly pid: number
  readonly version: string
  sql(text: string): string
  end(): void
}

/** The programs of the newest version that is installed; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(HOME)) return undefined
  const versions = readdirSync(HOME).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(HOME, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`. */
function otherUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = users.find((user) => user.startsWith('postgres:')) ?? users.find((user) => user.startsWith('nobody:'))
  const [, , uid, gid] = (line ?? '').split(':')
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

export function startPostgres(bin: string): Postgres {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-bench-pg-'))
  const user = otherUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const run = (program: string, args: readonly string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(join(bin, program), args, {
      ...user,
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    })
    if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`)
    return stdout
  }
  const end = (): void => {
    if (existsSync(join(data, 'postmaster.pid'))) {
      run('pg_ctl', ['-D', data, '-m', 'fast', '-t', String(STOP_SECONDS), 'stop'])
    }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    run('initdb', ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--no-sync'])
    // No address at all: the socket lies in a folder that only its user can enter.
    const options = `-c listen_addresses= -c unix_socket_directories=${folder} -c shared_buffers=256MB -c max_wal_size=2GB`
    run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start'])
    const sql = (text: string): string =>
      run('psql', ['-h', folder, '-U', 'bench', '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', '-Atc', text]).trim()
    const version = sql('SHOW server_version')
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    return { folder, pid, version, sql, end }
  } catch (error) {
    end()
    throw error
  }
}
