/** `waymark events groups`, `pause`, `resume`, `replay` and `forget`: the groups that events are delivered to. */
import type { Config } from '../../config.ts'
import { columns, printJson, type GroupRow } from '../letters.ts'
import { mustAsk, part, withInstallation } from '../reach.ts'

/** Prints how all groups fare. */
export async function listGroups(config: Config, json: boolean): Promise<void> {
  const { groups } = await withInstallation(config, (installation) =>
    mustAsk<{ groups: readonly GroupRow[] }>(installation, 'GET', '/v1/events/groups'),
  )
  if (json) return printJson({ groups })
  const rows = groups.map(({ name, kind, position, behind, waiting, dead, ...state }) => [
    name,
    kind,
    ...[position, behind, waiting, dead].map(String),
    stateText(state),
  ])
  process.stdout.write(columns([['group', 'reads', 'position', 'behind', 'waiting', 'dead', 'state'], ...rows]))
}

function stateText({ paused, reason, running }: Pick<GroupRow, 'paused' | 'reason' | 'running'>): string {
  if (paused) return `paused: ${reason ?? ''}`
  return running ? 'running' : 'not running'
}

/** Where a replay begins: RFC 3339, or a position. */
export type ReplayFrom = { readonly time: string } | { readonly position: number }

/** Has a group handle events again, and prints where it stands now. */
export function replay(config: Config, group: string, from: ReplayFrom, json: boolean): Promise<void> {
  return change(config, { group, json, action: 'replay', request: { from } }, ({ position }) => {
    return `reads again what comes after position ${String(position)}`
  })
}

export function pauseGroup(config: Config, group: string, reason: string | undefined, json: boolean): Promise<void> {
  const request = reason === undefined ? {} : { reason }
  return change(config, { group, json, action: 'pause', request }, () => 'is paused')
}

export function resumeGroup(config: Config, group: string, json: boolean): Promise<void> {
  return change(config, { group, json, action: 'resume', request: undefined }, () => 'goes on')
}

interface Change {
  readonly group: string
  readonly action: 'pause' | 'resume' | 'replay'
  readonly request: unknown
  readonly json: boolean
}

async function change(
  config: Config,
  { group, action, request, json }: Change,
  tell: (state: GroupRow) => string,
): Promise<void> {
  const { state, server } = await withInstallation(config, async (installation) => ({
    state: await mustAsk<GroupRow>(installation, 'POST', `/v1/events/groups/${part(group)}/${action}`, request),
    server: installation.running,
  }))
  if (json) return printJson(state)
  const later =
    state.running || state.paused ? '' : `; nothing delivers to it ${server ? 'there' : 'until a server runs'}`
  process.stdout.write(`${group} ${tell(state)}${later}\n`)
}

/** Forgets a group that nothing delivers to. */
export async function forgetGroup(config: Config, group: string, json: boolean): Promise<void> {
  await withInstallation(config, (installation) => mustAsk(installation, 'DELETE', `/v1/events/groups/${part(group)}`))
  if (json) printJson({ forgotten: group })
  else process.stdout.write(`${group} is forgotten\n`)
}
