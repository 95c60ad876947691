/** P1: the update of S1 in fastify over PostgreSQL, where both are there: the processor time of server and database. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { oncePerRun, type Bench, type Target } from '../context.ts'
import type { Group } from '../groups.ts'
import type { Measure } from '../measure.ts'
import { postgresPrograms, startPostgres, type Postgres } from '../postgres.ts'
import { familyOf } from '../proc.ts'
import { atEnd, startOwn } from '../processes.ts'
import { workloadOf, type Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

const PACKAGE = join(import.meta.dirname, '../../node_modules/pg')
const LEARNERS = 10_000

/** Installed, filled and at rest before anything is measured; a text says why there is none. */
const database = oncePerRun((bench): Promise<Postgres | string> => {
  const bin = postgresPrograms()
  if (bin === undefined) return Promise.resolve('PostgreSQL is not installed under /usr/lib/postgresql')
  if (!existsSync(PACKAGE)) return Promise.resolve('the package pg is not installed: npm run deps -- -D pg@8.23.1')
  let postgres: Postgres
  try {
    postgres = startPostgres(bin)
  } catch (error) {
    return Promise.resolve(`PostgreSQL does not start here: ${String(error)}`)
  }
  const end = atEnd(postgres.end)
  bench.atClose(() => {
    end()
    return Promise.resolve()
  })
  fill(postgres, groupOf(bench))
  return Promise.resolve(postgres)
})

export const peer: Scenario = {
  id: 'P1',
  title: 'fastify with PostgreSQL',
  rounds: 'once',
  prepare: database,
  run: async (bench) => {
    const postgres = await database(bench)
    return [typeof postgres === 'string' ? absent(postgres) : await measurePeer(bench, postgres)]
  },
}

function absent(note: string): Measure {
  return { id: 'P1', what: 'fastify + pg + INSERT … ON CONFLICT', errors: 0, check: '', note }
}

function groupOf({ scale }: Bench): Group {
  return { ...scale.groups.s1, learners: Math.min(LEARNERS, scale.groups.s1.learners) }
}

function fill(postgres: Postgres, group: Group): void {
  postgres.sql(`CREATE TABLE view (user_id text, collection_id text, context_id text, content_id text,
    last_access_at bigint NOT NULL, progress float8 NOT NULL, timespent_s float8 NOT NULL, details jsonb,
    PRIMARY KEY (user_id, collection_id, context_id, content_id))`)
  postgres.sql(`INSERT INTO view SELECT 's1-u' || lpad(l::text, 7, '0'), c, c || '-b1', c || '-k' || lpad(k::text, 6, '0'), 0, 0, 0
    FROM generate_series(0, ${String(group.learners - 1)}) l, generate_series(0, ${String(group.leaves - 1)}) k,
      LATERAL (SELECT 's1-c' || lpad((l % ${String(group.courses)})::text, 3, '0') AS c) course`)
  // Its own housekeeping, done now: later it would run beside the scenarios.
  postgres.sql('VACUUM ANALYZE view')
  postgres.sql('CHECKPOINT')
}

async function measurePeer(bench: Bench, postgres: Postgres): Promise<Measure> {
  const group = groupOf(bench)
  const server = await startOwn('peer-server.ts', postgres.folder)
  try {
    const load: Load = { kind: 'update', group, seed: bench.seed + 100 }
    const target = (): Target => ({ server, folder: postgres.folder, pids: familyOf(postgres.pid) })
    // The first phase opens the connections, so that their processes are known to the second.
    await bench.phase({ id: 'P1', what: '', target: target(), load, seconds: bench.scale.phaseSeconds / 2 })
    const what = `fastify + pg + INSERT … ON CONFLICT, PostgreSQL ${postgres.version}, synchronous_commit ${postgres.sql('SHOW synchronous_commit')}`
    const measure = await bench.phase({ id: 'P1', what, target: target(), load, more: { floor: 'F0' } })
    if (measure.errors > 0) return measure
    return { ...measure, check: compare(postgres, load, bench.sent(target(), load)) }
  } finally {
    await server.end()
  }
}

/** The time spent in all rows must be the sum of the greatest sent. */
function compare(postgres: Postgres, load: Load, sent: number): string {
  const greatest = new Map<string, number>()
  const workload = workloadOf(load)
  for (let index = 0; index < sent; index += 1) {
    const fact = workload.fact?.(index)
    if (fact === undefined) continue
    const key = `${String(fact.learner)} ${String(fact.leaf)}`
    greatest.set(key, Math.max(fact.timespent, greatest.get(key) ?? 0))
  }
  const wanted = [...greatest.values()].reduce((sum, value) => sum + value, 0)
  const found = Number(postgres.sql('SELECT sum(timespent_s) FROM view'))
  return found === wanted && sent > 0 ? 'ok' : `WRONG: time spent in all is ${String(found)}, wanted ${String(wanted)}`
}
