/** A store in which everything happened that leaves something, and what its export holds. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { changeMode } from '../../src/commands/modes/migrate.ts'
import { catchUp } from '../../src/commands/catch-up.ts'
import { readConfig, type Config } from '../../src/config.ts'
import type { Mode } from '../../src/domain/progress/mode.ts'
import { webhookGroup, type Webhook } from '../../src/ports/webhooks.ts'
import type { SqliteStore } from '../../src/stores/sqlite/store.ts'
import { Vault } from '../../src/workers/webhooks/vault.ts'
import { eventOf, Recorder, run } from './delivering.ts'
import { day, furnish, MATHS_1, openStore, play, rowsIn } from './mode-school.ts'

export const QUIET = { write: () => undefined }

export function configOf(folder: string, mode: Mode): Config {
  return readConfig({ WAYMARK_DATA: folder, WAYMARK_MODE: mode })
}

/** Each file of a folder with what is in it. */
export function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}

/** Ids and texts that a careless export would lose, or take for something else. */
const ODD = ['line\nend', 'sep\u2028arator', '\uFEFFmark', '{"a":1}', '😀']

/**
 * A store that came to a mode from another one, with learners merged and removed, events removed and held up, a webhook, dead
 * letters, and views that wait to be folded. It is open.
 * @param key what secrets are sealed with.
 */
export async function eventfulStore(folder: string, mode: Mode, key: Uint8Array): Promise<SqliteStore> {
  await comeFromAnotherMode(folder, mode)
  const store = await openStore(folder, mode)
  await play(store, rowsIn(mode), 'later ')
  await must(catchUp(configOf(folder, mode), store))
  for (const userId of ODD) {
    const where = { userId, collectionId: 'maths', contextId: 'batch-2' }
    await store.progress.enrol(where, day(7), true)
    const details = JSON.stringify({ ['__proto__']: userId, half: '\uD800' })
    await store.progress.recordView({ ...where, contentId: userId }, fact(details))
  }
  const [fromUserId = '', intoUserId = ''] = ODD
  await store.progress.merge({ fromUserId, intoUserId, at: day(9), by: 'operator' })
  // Numbers that nobody has any more, in the middle and at the end.
  await store.progress.removeAll('ravi')
  await store.progress.removeAll(ODD.at(-1) ?? '')
  await publish(store)
  await registerWebhook(store, key)
  const [entry] = await store.log.read(0, 1)
  if (entry !== undefined) await store.log.park('some-worker', entry, 'it does not\nwork')
  return store
}

function fact(details: string): Parameters<SqliteStore['progress']['recordView']>[1] {
  const at = day(8)
  return { kind: 'update', at, timed: true, progress: 100 / 3, timespentSeconds: 0.1 + 0.2, details }
}

async function comeFromAnotherMode(folder: string, mode: Mode): Promise<void> {
  const from = mode === 'strict' ? 'content' : 'strict'
  const former = await openStore(folder, from)
  await furnish(former)
  await play(former, rowsIn(from))
  await former.close()
  await changeMode(configOf(folder, from), mode, undefined, QUIET)
}

/** Events, of which a group has handled some, cannot handle others, and which are kept no longer. */
async function publish(store: SqliteStore): Promise<void> {
  await store.events.append(['a', 'b', 'c', 'd'].map((id) => eventOf(`first ${id}`, id)))
  const recorder = new Recorder()
  recorder.fault = ({ id }) => {
    if (id === 'first c') throw new Error('it cannot')
  }
  const runner = run(store, recorder.subscriber({ retry: { max: 0, firstMs: 0, mostMs: 0 } }))
  await runner.idle()
  await runner.stop()
  await store.events.prune(day(300), 100)
  await store.events.append(['c', 'e'].map((id) => eventOf(`second ${id}`, id)))
}

async function registerWebhook(store: SqliteStore, key: Uint8Array): Promise<void> {
  const webhook: Webhook = {
    id: '7c0f9ad2-6f0b-4d0c-9b57-0d4a7b1f6a11',
    url: 'https://hooks.example.org/waymark',
    description: '',
    types: null,
    topics: null,
    format: 'structured',
    redacted: false,
    secrets: [{ sealed: new Vault(key).seal('whsec_c2VjcmV0'), until: null }],
    createdAt: day(1),
    disabled: null,
    failingSince: null,
  }
  await store.webhooks.add(webhook, 10)
  await store.deliveries.open(webhookGroup(webhook.id), 0)
  await store.deliveries.pause(webhookGroup(webhook.id), 'somebody\nsaid so')
}

/** What comes after an export, whether in the store that was exported or in the one that was made of it. */
export async function goOn(folder: string, mode: Mode): Promise<{ readonly handled: readonly string[] }> {
  const store = await openStore(folder, mode)
  try {
    await play(store, rowsIn(mode), 'afterwards ')
    await store.progress.enrol({ userId: 'asha', ...MATHS_1 }, day(20), true)
    await store.events.append([eventOf('third f', 'f')])
    const recorder = new Recorder()
    const runner = run(store, recorder.subscriber())
    await runner.idle()
    await runner.stop()
    await must(catchUp(configOf(folder, mode), store))
    return { handled: [...recorder.tries.keys()] }
  } finally {
    await store.close()
  }
}

async function must(failure: Promise<string | undefined>): Promise<void> {
  const reason = await failure
  if (reason !== undefined) throw new Error(reason)
}
