/** `waymark dlq redrive`: has dead letters tried again, waits, and says what became of each. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../../config.ts'
import { progressBar } from '../../progress-bar.ts'
import { allLetters, letterPath, printJson, type GroupRow, type LetterAnswer } from '../letters.ts'
import { mustAsk, part, withInstallation, type Installation } from '../reach.ts'

/** What became of one. `waiting`: it is not known yet; `why` says what it waits for. */
export interface Outcome {
  readonly group: string
  readonly position: number
  readonly outcome: 'delivered' | 'failed' | 'waiting'
  readonly why?: string
  /** When one that failed is tried again by itself; absent: it is a dead letter again. */
  readonly retryAt?: string
}

/** So long is waited for one that is under way. */
const PATIENCE_MS = 60_000
const LOOK_MS = 50

/** @returns whether all were delivered */
export async function redrive(
  config: Config,
  group: string,
  position: number | undefined,
  json: boolean,
): Promise<boolean> {
  const outcomes = await withInstallation(
    config,
    (installation) => redriveThrough(installation, group, position),
    (name) => name === group,
  )
  if (json) printJson({ redriven: outcomes })
  else if (outcomes.length === 0) process.stdout.write(`${group} has no dead letters\n`)
  else for (const outcome of outcomes) process.stdout.write(outcomeText(outcome))
  return outcomes.every(({ outcome }) => outcome === 'delivered')
}

async function redriveThrough(
  installation: Installation,
  group: string,
  position: number | undefined,
): Promise<readonly Outcome[]> {
  const state = await stateOf(installation, group)
  const letters = position === undefined ? await allLetters(installation, group) : [{ position }]
  if (letters.length === 0) return []
  // A group is told once of all, and delivers several keys at a time; a worker takes one after the other.
  const atOnce = position === undefined && state.kind === 'events'
  if (atOnce) await mustAsk(installation, 'POST', '/v1/events/dead-letters/redrive', { group })
  const outcomes: Outcome[] = []
  const bar = progressBar('redrive')
  for (const { position } of letters) {
    const known = atOnce ? undefined : await driven(installation, group, position)
    outcomes.push(known ?? (await followed(installation, state, position)))
    bar.update(outcomes.length, letters.length)
  }
  bar.end()
  if (!installation.running && state.kind === 'events') await followers(installation, group)
  return outcomes
}

/** Has one tried again; undefined where it waits for its turn. */
async function driven(installation: Installation, group: string, position: number): Promise<Outcome | undefined> {
  const path = `${letterPath(group, position)}/redrive`
  const { state, reason } = await mustAsk<{ state: string; reason?: string }>(installation, 'POST', path)
  if (state === 'delivered') return { group, position, outcome: 'delivered' }
  return state === 'dead' ? failed(group, position, reason) : undefined
}

/** Waits until an event that is to be delivered was, or failed. */
async function followed(installation: Installation, state: GroupRow, position: number): Promise<Outcome> {
  const { name: group } = state
  const hindrance = hindranceOf(state)
  if (hindrance !== undefined) return { group, position, outcome: 'waiting', why: hindrance }
  const begun = performance.now()
  while (performance.now() - begun < PATIENCE_MS) {
    const { status, result, fault } = await installation.ask('GET', letterPath(group, position))
    if (status === 404) return { group, position, outcome: 'delivered' }
    if (status >= 300) throw new Error(fault)
    // The answer of this route.
    const { state, tries = 0, reason, retryAt } = result as LetterAnswer
    if (state === 'dead' || tries > 0) return failed(group, position, reason, retryAt)
    await pause(LOOK_MS)
  }
  return { group, position, outcome: 'waiting', why: 'it is still under way, or behind another event of the same key' }
}

function failed(group: string, position: number, why: string | undefined, retryAt?: string): Outcome {
  const told = { ...(why === undefined ? {} : { why }), ...(retryAt === undefined ? {} : { retryAt }) }
  return { group, position, outcome: 'failed', ...told }
}

/** Why nothing will be delivered now. */
function hindranceOf({ name, paused, reason, running }: GroupRow): string | undefined {
  if (paused) return `the group is paused: ${reason ?? ''}; go on with bin/waymark events resume ${name}`
  return running ? undefined : 'nothing delivers to this group now: is its plugin in WAYMARK_PLUGINS?'
}

/** Lets what waited behind them be delivered as well before the installation is closed, for as long as it gets on. */
async function followers(installation: Installation, group: string): Promise<void> {
  let left = Number.POSITIVE_INFINITY
  for (;;) {
    const state = await stateOf(installation, group)
    if (state.waiting === 0 || state.waiting >= left || hindranceOf(state) !== undefined) return
    left = state.waiting
    await pause(500)
  }
}

function stateOf(installation: Installation, group: string): Promise<GroupRow> {
  return mustAsk<GroupRow>(installation, 'GET', `/v1/events/groups/${part(group)}`)
}

function outcomeText({ group, position, outcome, why, retryAt }: Outcome): string {
  const [reason = ''] = (why ?? '').split('\n', 1)
  const again = retryAt === undefined ? '' : `, tried again at ${retryAt}`
  return `${group} ${String(position)} ${outcome}${again}${reason === '' ? '' : `: ${reason}`}\n`
}
