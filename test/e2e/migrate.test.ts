/**
 * A change of mode may end at any moment: kill -9, run again, and the store is that of a change that was never killed
 * (reliability K1). `KILL_SEED` repeats a run.
 */
import assert from 'node:assert/strict'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { seeded } from '../../src/demo/random.ts'
import type { Mode } from '../../src/domain/progress/mode.ts'
import { furnish, openStore, play, rowsIn } from '../support/mode-school.ts'
import { run, temporaryFolder, type Finished } from '../support/process.ts'
import { serversOfThisFile } from '../support/servers.ts'

const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000)
const EXIT = { done: 0, wrongUse: 2, refused: 3 }
/** The points of a commit at which the process is ended. */
const POINTS = ['commit-begin', 'commit-first-write', 'commit-ready', 'commit-done'] as const
/** A process that was ended by a signal has no exit code. */
const KILLED = null

const startServer = serversOfThisFile()
const root = temporaryFolder()
const template = join(root, 'template')
let folders = 0

before(async () => {
  const store = await openStore(template, 'strict')
  await furnish(store)
  for (let copy = 0; copy < 5; copy += 1) await play(store, rowsIn('strict'), `${String(copy)} `)
  await store.close()
  // The workers begin anew what they were killed in: here it is the change of mode that is to be killed.
  assert.equal((await run(['doctor', '--verify'], { WAYMARK_DATA: template })).code, EXIT.done)
})

after(() => {
  rmSync(root, { recursive: true, force: true })
})

function copyOfStore(): string {
  folders += 1
  const folder = join(root, String(folders))
  cpSync(template, folder, { recursive: true })
  return folder
}

function migrate(folder: string, to: Mode, settings: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return run(['modes', 'migrate', '--to', to, '--json'], {
    WAYMARK_DATA: folder,
    WAYMARK_REPUBLISH_PAGE: '3',
    ...settings,
  })
}

/** Everything in a store but numbers and moments, which differ from run to run. */
function contents(folder: string): unknown {
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  const all = (sql: string): unknown => database.prepare(sql).all()
  const found = {
    mode: all("SELECT * FROM meta WHERE name IN ('mode', 'migration')"),
    participation: all(
      `SELECT user_id, collection_id, context_id, member, first_enrolled_at, enrolled_at, unenrolled_at, completed_at, carried
       FROM participation ORDER BY 1, 2, 3`,
    ),
    view: all('SELECT * FROM named_view ORDER BY 1, 2, 3, 4'),
    attempt: all('SELECT * FROM named_attempt ORDER BY 1, 2, 3, 4, 5'),
    copy: all('SELECT * FROM named_copy ORDER BY 1, 2, 3, 4'),
    move: all('SELECT * FROM named_move ORDER BY 1, 2, 3'),
    summary: all('SELECT * FROM named_summary ORDER BY 1, 2, 3'),
    migrated: all(
      `SELECT user_id, collection_id, context_id, content_id, from_collection, from_context, from_mode
       FROM migrated JOIN participation USING (participation) JOIN content USING (content) ORDER BY 1, 2, 3, 4, 5, 6`,
    ),
    log: all('SELECT type, key, data FROM log ORDER BY seq'),
    position: all('SELECT * FROM position ORDER BY 1'),
    learner: all('SELECT user_id FROM learner ORDER BY 1'),
  }
  database.close()
  return found
}

function reportOf({ stdout }: Finished): Readonly<Record<string, unknown>> {
  const { seconds: _, ...report } = JSON.parse(stdout) as Readonly<Record<string, unknown>>
  return report
}

describe('a change of mode that is killed again and again', { concurrency: 2, timeout: 120_000 }, () => {
  for (const [index, to] of (['collection', 'content', 'copy-content', 'move'] as const).entries()) {
    test(`to ${to} ends like one that never was`, async (t) => {
      t.diagnostic(`KILL_SEED=${String(SEED)}`)
      const random = seeded(SEED + index).next
      const [untouched, killed] = [copyOfStore(), copyOfStore()]
      const straight = await migrate(untouched, to)
      assert.equal(straight.code, EXIT.done, straight.stderr)
      let kills = 0
      for (;;) {
        const point = POINTS[Math.floor(random() * POINTS.length)] ?? 'commit-done'
        const nth = 1 + Math.floor(random() * 4)
        const ended = await migrate(killed, to, { CRASH_AT: `${point}:${String(nth)}` })
        if (ended.code === EXIT.done) {
          // Killed after the last commit, it was done, and said so no more.
          if (reportOf(ended)['changed'] === true) assert.deepEqual(reportOf(ended), reportOf(straight))
          break
        }
        assert.equal(ended.code, KILLED, ended.stderr)
        kills += 1
      }
      t.diagnostic(`killed ${String(kills)} times`)
      assert.ok(kills > 0)
      assert.deepEqual(contents(killed), contents(untouched))
    })
  }
})

// One after the other: two commands at once refuse each other the folder, in other words.
describe('while a change of mode is under way', { concurrency: 1, timeout: 60_000 }, () => {
  const folder = join(root, 'under-way')
  const rules = join(root, 'rules.json')

  before(async () => {
    cpSync(template, folder, { recursive: true })
    writeFileSync(rules, '[{"id": "always", "any": [{"always": true}]}]')
    for (let tries = 0; tries < 20 && !isUnderWay(); tries += 1) {
      const { code } = await migrate(folder, 'copy-content', { CRASH_AT: `commit-done:${String(tries + 1)}` })
      assert.equal(code, KILLED)
    }
    assert.ok(isUnderWay())
  })

  function isUnderWay(): boolean {
    const database = new DatabaseSync(join(folder, 'waymark.db'))
    const row = database.prepare("SELECT 1 FROM meta WHERE name = 'migration'").get()
    database.close()
    return row !== undefined
  }

  const REFUSED = [
    ['serve'],
    ['doctor'],
    ['doctor', '--verify'],
    ['demo'],
    ['modes', 'dry-run', '--to', 'strict'],
    ['modes', 'migrate', '--to', 'move'],
  ]
  for (const command of REFUSED) {
    test(`${command.join(' ')} is refused, and says what to run`, async () => {
      for (const mode of ['strict', 'copy-content']) {
        const settings = { WAYMARK_DATA: folder, WAYMARK_PORT: '0', WAYMARK_MODE: mode }
        const { code, stdout, stderr } = await run(command, settings)
        assert.deepEqual([code, stdout], [EXIT.refused, ''])
        assert.match(stderr, /from mode strict to copy-content: run bin\/waymark modes migrate --to copy-content again/)
      }
    })
  }

  test('other rules than those that it began with are refused', async () => {
    const { code, stderr } = await run(['modes', 'migrate', '--to', 'copy-content', '--rules', rules], {
      WAYMARK_DATA: folder,
    })
    assert.equal(code, EXIT.refused)
    assert.match(stderr, /it began with other rules: leave --rules out/)
  })
})

describe('a change of mode', { concurrency: 2, timeout: 60_000 }, () => {
  test('is refused while a server runs, beside which a dry run works', async () => {
    const folder = copyOfStore()
    const server = await startServer({}, folder)
    const refused = await migrate(folder, 'content')
    assert.deepEqual([refused.code, refused.stdout], [EXIT.refused, ''])
    assert.match(refused.stderr, /in use by another Waymark process/)
    const tried = await run(['modes', 'dry-run', '--to', 'content', '--json'], { WAYMARK_DATA: folder })
    assert.equal(tried.code, EXIT.done, tried.stderr)
    assert.deepEqual(reportOf(tried)['learners'], { all: 20, changed: 20 })
    assert.equal(await server.end('SIGTERM'), EXIT.done)
    assert.equal(server.stderr(), '')
  })

  test('done twice is done once, and the server starts in the new mode alone', async () => {
    const folder = copyOfStore()
    assert.equal((await migrate(folder, 'content')).code, EXIT.done)
    const again = await run(['modes', 'migrate', '--to', 'content'], { WAYMARK_DATA: folder })
    assert.deepEqual(
      [again.code, again.stdout],
      [EXIT.done, 'The store is in mode content already. Nothing was changed.\n'],
    )
    const former = await run(['serve'], { WAYMARK_DATA: folder, WAYMARK_PORT: '0' })
    assert.equal(former.code, EXIT.refused)
    assert.match(former.stderr, /set it to content, or .* bin\/waymark modes migrate --to strict/)
    const server = await startServer({ WAYMARK_MODE: 'content' }, folder)
    assert.equal(await server.end('SIGTERM'), EXIT.done)
  })

  const WRONG: readonly (readonly [arguments_: readonly string[], code: number, said: RegExp])[] = [
    [['--to', 'contents'], EXIT.wrongUse, /Allowed choices are strict, content/],
    [[], EXIT.wrongUse, /required option '--to <mode>'/],
    [['--to', 'move', '--rules', 'none.json'], EXIT.wrongUse, /none\.json cannot be read \(ENOENT\)/],
    [['--to', 'move'], EXIT.refused, /there is no store .*waymark\.db: name the data folder of one in WAYMARK_DATA/],
  ]
  for (const [arguments_, code, said] of WRONG) {
    for (const command of ['migrate', 'dry-run']) {
      test(`${command} ${arguments_.join(' ')} ends with ${String(code)} and says why`, async () => {
        const ended = await run(['modes', command, ...arguments_], { WAYMARK_DATA: join(root, 'none') })
        assert.deepEqual([ended.code, ended.stdout], [code, ''])
        assert.match(ended.stderr, said)
      })
    }
  }

  test('a rules file is refused with the field and the code', async () => {
    const rules = join(root, 'wrong.json')
    writeFileSync(rules, '[{"id": "a", "any": [{"completedWithin": "3M"}]}]')
    const { code, stderr } = await run(['modes', 'dry-run', '--to', 'move', '--rules', rules], {
      WAYMARK_DATA: template,
    })
    assert.equal(code, EXIT.wrongUse)
    assert.match(stderr, /field \[0\]\.any\[0\]\.completedWithin: INVALID_DURATION/)
  })
})
