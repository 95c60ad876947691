/** What `waymark doctor` tells of those who read events: groups of consumers, and Waymark's own workers. */
import type { Config } from '../config.ts'
import { BEHIND_MAX, type GroupState } from '../ports/operations.ts'
import type { Store } from '../ports/store.ts'
import { systemClock } from '../wire.ts'
import { openEvents } from '../wire-events.ts'
import { restingOperations } from '../workers/operate/resting-operations.ts'
import type { GroupRow } from './letters.ts'
import { mustAsk, withInstallation } from './reach.ts'

/** One line of the report. */
export interface Check {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

/**
 * Groups as the store has them, while nothing runs.
 * @throws ConfigError where a plugin or a route cannot be used
 */
export async function storedGroups(config: Config, store: Store): Promise<readonly Check[]> {
  // Nothing is published here, so no pseudonym is made.
  const events = await openEvents(config, systemClock, new Uint8Array(32))
  const operations = restingOperations(store, systemClock, () => events.subscribers())
  const groups = await operations.groups()
  return groups.filter(({ kind }) => kind === 'events').map(groupCheck)
}

/** Groups and workers as the running server tells; undefined where it cannot be asked. */
export async function servedGroups(config: Config): Promise<readonly Check[] | undefined> {
  try {
    const { groups } = await withInstallation(config, (installation) =>
      mustAsk<{ groups: readonly GroupRow[] }>(installation, 'GET', '/v1/events/groups'),
    )
    return groups.map((group) => {
      const state = { ...group, paused: group.paused ? (group.reason ?? '') : undefined }
      return state.kind === 'worker' ? workerCheck(state) : servedCheck(state)
    })
  } catch {
    // It may be starting or stopping: /health/ready says more than we could.
    return undefined
  }
}

/** A worker: caught up or not, with what it put aside. */
export function workerCheck({
  name,
  behind,
  position,
  last,
  dead,
}: Pick<GroupState, 'name' | 'behind' | 'position' | 'last' | 'dead'>): Check {
  const where = behind === 0 ? 'caught up' : `at ${String(position)} of ${String(last)}`
  return { check: `worker ${name}`, ok: dead === 0, detail: `${where}, ${String(dead)} entries put aside` }
}

function groupCheck({ name, paused, behind, waiting, dead }: GroupState): Check {
  const many = behind === BEHIND_MAX ? `at least ${String(behind)}` : String(behind)
  const detail = [
    ...(paused === undefined ? [] : [`paused (${paused})`]),
    behind === 0 ? 'caught up' : `${many} events behind`,
    `${String(waiting)} events waiting`,
    `${String(dead)} dead letters${dead === 0 ? '' : `: bin/waymark dlq list --group ${name}`}`,
  ]
  return { check: `group ${name}`, ok: dead === 0, detail: detail.join(', ') }
}

/** A group that nobody consumes under keeps all events from being removed. */
function servedCheck(state: GroupState): Check {
  const check = groupCheck(state)
  if (state.running) return check
  const { name } = state
  const detail = `${check.detail}; nothing delivers to it, and events are kept for it: bin/waymark events forget ${name} ends that`
  return { ...check, detail }
}
