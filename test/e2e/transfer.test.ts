/** `bin/waymark export` and `import` as an operator runs them: what is refused, with which exit code, and kill -9. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExportReport, ImportReport } from '../../src/commands/transfer/report.ts'
import { seeded } from '../../src/demo/random.ts'
import type { ExportedKind } from '../../src/stores/sqlite/transfer/manifest.ts'
import { eventfulStore, filesOf } from '../support/exports.ts'
import { connect } from '../support/http-client.ts'
import { BIN, environment, run, temporaryFolder, type Finished } from '../support/process.ts'
import { serversOfThisFile } from '../support/servers.ts'

const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000)
const EXIT = { done: 0, failed: 1, wrongUse: 2, refused: 3 }

const startServer = serversOfThisFile()
const root = temporaryFolder()
const [source, exported] = [join(root, 'source'), join(root, 'exported')]
let folders = 0

before(async () => {
  await (await eventfulStore(source, 'strict', new Uint8Array(32))).close()
  const { code, stderr } = await run(['export', exported], { WAYMARK_DATA: source })
  assert.equal(code, EXIT.done, stderr)
})

after(() => {
  rmSync(root, { recursive: true, force: true })
})

function newFolder(): string {
  folders += 1
  return join(root, String(folders))
}

function copyOf(folder: string): string {
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}

function importInto(data: string, folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return run(['import', folder, '--json'], { WAYMARK_DATA: data, ...settings })
}

interface Written {
  format: number
  schema: number
  mode: string
  kinds: (ExportedKind | Readonly<Record<string, unknown>>)[]
}

function editManifest(folder: string, edit: (manifest: Written) => void): void {
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Written
  edit(manifest)
  writeFileSync(path, JSON.stringify(manifest))
}

function editLines(folder: string, file: string, edit: (lines: string[]) => void): void {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n')
  edit(lines)
  writeFileSync(join(folder, file), lines.join('\n'))
}

/** Changes lines and has the manifest agree, as nobody does by mistake. */
function forge(folder: string, file: string, edit: (lines: string[]) => void): void {
  editLines(folder, file, edit)
  const bytes = readFileSync(join(folder, file))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const count = bytes.toString().split('\n').length - 1
  editManifest(folder, ({ kinds }) => {
    const index = kinds.findIndex((kind) => kind['file' as keyof typeof kind] === file)
    kinds[index] = { ...kinds[index], count, bytes: bytes.length, sha256 }
  })
}

interface Damage {
  readonly what: string
  readonly damage: (folder: string) => void
  readonly code: number
  readonly said: RegExp
}

const DAMAGES: readonly Damage[] = [
  {
    what: 'a file that was cut off',
    damage: (folder) => {
      truncateSync(join(folder, 'views.jsonl'), 500)
    },
    code: EXIT.failed,
    said: /views\.jsonl, line 3: the file ends within this line/,
  },
  {
    what: 'one byte that was changed',
    damage: (folder) => {
      editLines(folder, 'collections.jsonl', (lines) => {
        lines[1] = (lines[1] ?? '').replace('counting', 'dounting')
      })
    },
    code: EXIT.failed,
    said: /collections\.jsonl: it was changed: its sha256 is [0-9a-f]{64}, [0-9a-f]{64} in the manifest/,
  },
  {
    what: 'one byte that makes a line no JSON',
    damage: (folder) => {
      editLines(folder, 'log.jsonl', (lines) => {
        lines[1] = (lines[1] ?? '').replace('{', '[')
      })
    },
    code: EXIT.failed,
    said: /log\.jsonl, line 2: it is not JSON/,
  },
  {
    what: 'a file that is missing',
    damage: (folder) => {
      rmSync(join(folder, 'attempts.jsonl'))
    },
    code: EXIT.failed,
    said: /attempts\.jsonl: it is missing/,
  },
  {
    what: 'a line that is missing',
    damage: (folder) => {
      editLines(folder, 'attempts.jsonl', (lines) => lines.splice(1, 1))
    },
    code: EXIT.failed,
    said: /attempts\.jsonl: its lines are \d+, \d+ in the manifest/,
  },
  {
    what: 'a line that is there twice',
    damage: (folder) => {
      editLines(folder, 'participations.jsonl', (lines) => lines.splice(1, 0, lines[0] ?? ''))
    },
    code: EXIT.failed,
    said: /participations\.jsonl, line 2: the row is there already, or another one with its id/,
  },
  {
    what: 'something behind the last line',
    damage: (folder) => {
      appendFileSync(join(folder, 'rules.jsonl'), '\n')
    },
    code: EXIT.failed,
    said: /rules\.jsonl, line 2: it is not JSON/,
  },
  {
    what: 'another count in the manifest',
    damage: (folder) => {
      editManifest(folder, ({ kinds }) => {
        kinds[0] = { ...kinds[0], count: 7 }
      })
    },
    code: EXIT.failed,
    said: /collections\.jsonl: its lines are 2, 7 in the manifest/,
  },
  {
    what: 'a kind that nobody knows',
    damage: (folder) => {
      editManifest(folder, ({ kinds }) => {
        kinds.push({ kind: 'secrets', file: 'secrets.jsonl', count: 0, bytes: 0, sha256: '' })
      })
    },
    code: EXIT.failed,
    said: /manifest\.json: secrets in secrets\.jsonl is no kind of an export/,
  },
  {
    what: 'a file outside of the folder',
    damage: (folder) => {
      editManifest(folder, ({ kinds }) => {
        kinds[0] = { ...kinds[0], file: '../../collections.jsonl' }
      })
    },
    code: EXIT.failed,
    said: /manifest\.json: collections in \.\.\/\.\.\/collections\.jsonl is no kind/,
  },
  {
    what: 'a kind that the manifest leaves out',
    damage: (folder) => {
      editManifest(folder, ({ kinds }) => kinds.pop())
    },
    code: EXIT.failed,
    said: /manifest\.json: notes is missing/,
  },
  {
    what: 'no manifest, as a killed export leaves it',
    damage: (folder) => {
      rmSync(join(folder, 'manifest.json'))
    },
    code: EXIT.failed,
    said: /manifest\.json: it is not in .*: this is no export, or one that was ended before it was whole/,
  },
  {
    what: 'a manifest that is no JSON',
    damage: (folder) => {
      truncateSync(join(folder, 'manifest.json'), 30)
    },
    code: EXIT.failed,
    said: /manifest\.json: it is no JSON object/,
  },
  {
    what: 'a row of somebody who takes no part',
    damage: (folder) => {
      forge(folder, 'views.jsonl', (lines) => {
        lines[2] = (lines[2] ?? '').replace(/"userId":"[^"]*"/, '"userId":"nobody"')
      })
    },
    code: EXIT.failed,
    said: /views\.jsonl, line 3: it refers to something that is not there \(userId, collectionId, contextId, contentId\)/,
  },
  {
    what: 'a field of another type',
    damage: (folder) => {
      forge(folder, 'summaries.jsonl', (lines) => {
        lines[0] = (lines[0] ?? '').replace(/"status":\d/, '"status":"2"')
      })
    },
    code: EXIT.failed,
    said: /summaries\.jsonl, line 1: field status must be a whole number/,
  },
  {
    what: 'a newer format',
    damage: (folder) => {
      editManifest(folder, (manifest) => (manifest.format = 99))
    },
    code: EXIT.refused,
    said: /has format 99 and schema \d+, this version of Waymark knows 1 and \d+: use the version that wrote it, or a newer one/,
  },
  {
    what: 'a newer schema',
    damage: (folder) => {
      editManifest(folder, (manifest) => (manifest.schema = 99))
    },
    code: EXIT.refused,
    said: /has format 1 and schema 99/,
  },
]

describe('an import that is refused changes nothing', { concurrency: 2, timeout: 120_000 }, () => {
  for (const { what, damage, code, said } of DAMAGES) {
    test(`${what} ends with ${String(code)}`, async () => {
      const [folder, data] = [copyOf(exported), newFolder()]
      damage(folder)
      const ended = await importInto(data, folder)
      assert.deepEqual([ended.code, ended.stdout], [code, ''], ended.stderr)
      assert.match(ended.stderr, said)
      assert.doesNotMatch(ended.stderr, /\n {4}at /)
      for (const name of ['waymark.db', 'import.part']) assert.ok(!existsSync(join(data, name)), name)
      // The same folder takes a whole export afterwards.
      assert.equal((await importInto(data, exported)).code, EXIT.done)
    })
  }

  test('an export of another mode ends with 3, and says which to set', async () => {
    const data = newFolder()
    const { code, stderr } = await importInto(data, exported, { WAYMARK_MODE: 'move' })
    assert.equal(code, EXIT.refused)
    assert.match(stderr, /was written in mode strict, WAYMARK_MODE is move: set it to strict/)
    assert.ok(!existsSync(data))
  })

  test('a data folder with a store that holds something ends with 3', async () => {
    const data = copyOf(source)
    const before = filesOf(data)['waymark.db']
    const { code, stderr } = await importInto(data, exported)
    assert.equal(code, EXIT.refused)
    assert.match(stderr, /there is a store .*waymark\.db already, and it holds something/)
    assert.equal(filesOf(data)['waymark.db'], before)
  })

  test('a data folder with the log of a store that is gone ends with 3', async () => {
    const data = newFolder()
    mkdirSync(data)
    writeFileSync(join(data, 'waymark.db-wal'), 'x')
    const { code, stderr } = await importInto(data, exported)
    assert.equal(code, EXIT.refused)
    assert.match(stderr, /waymark\.db-wal is the log of a store that is not there/)
  })

  test('a store that a server made and nobody used gives way, but not while the server runs', async () => {
    const server = await startServer()
    const refused = await importInto(server.folder, exported)
    assert.equal(refused.code, EXIT.refused)
    assert.match(refused.stderr, /in use by another Waymark process/)
    await server.end('SIGKILL')
    const done = await importInto(server.folder, exported)
    assert.equal(done.code, EXIT.done, done.stderr)
    const again = newFolder()
    assert.equal((await run(['export', again], { WAYMARK_DATA: server.folder })).code, EXIT.done)
    assert.deepEqual(filesOf(again), filesOf(exported))
  })

  const WRONG: readonly (readonly [arguments_: readonly string[], said: RegExp])[] = [
    [['import'], /name the folder of an export: bin\/waymark import FOLDER/],
    [['import', join(root, 'none')], /there is no folder .*none: name that of an export/],
    [['export'], /missing required argument 'folder'/],
    [['export', join(root, 'exported')], /exported is not empty: name a folder that is new or empty/],
    [['export', BIN], /cannot be read as a folder \(ENOTDIR\)/],
    [['export', join(BIN, 'new')], /cannot be read as a folder \(ENOTDIR\)/],
  ]
  for (const [arguments_, said] of WRONG) {
    test(`${arguments_.map((one) => one.replace(root, '').replace(BIN, 'FILE')).join(' ')} ends with 2 and says why`, async () => {
      const { code, stdout, stderr } = await run(arguments_, { WAYMARK_DATA: source })
      assert.deepEqual([code, stdout], [EXIT.wrongUse, ''])
      assert.match(stderr, said)
    })
  }
})

describe('an export', { concurrency: 2, timeout: 120_000 }, () => {
  test('of no store, or of one on its way to another mode, ends with 3 and makes nothing', async () => {
    const migrating = copyOf(source)
    const database = new DatabaseSync(join(migrating, 'waymark.db'))
    database.exec(`INSERT INTO meta VALUES ('migration', '{"from": "strict", "to": "move"}')`)
    database.close()
    for (const [data, said] of [
      [join(root, 'none'), /there is no store .*waymark\.db/],
      [migrating, /from mode strict to move: run bin\/waymark modes migrate --to move again/],
    ] as const) {
      const folder = newFolder()
      const { code, stderr } = await run(['export', folder], { WAYMARK_DATA: data })
      assert.equal(code, EXIT.refused)
      assert.match(stderr, said)
      assert.ok(!existsSync(folder))
    }
  })

  test('of rows that refer to nothing fails rather than leave them out', async () => {
    const [data, folder] = [copyOf(source), newFolder()]
    const database = new DatabaseSync(join(data, 'waymark.db'))
    database.exec("DELETE FROM participation WHERE user_id = 'asha'")
    database.close()
    const { code, stderr } = await run(['export', folder], { WAYMARK_DATA: data })
    assert.equal(code, EXIT.failed)
    assert.match(stderr, /\d+ rows of table view refer to others that are not there/)
    assert.deepEqual(filesOf(folder), {}, 'the folder is as it was')
  })

  test('tells what it wrote, and an import what it made, with webhooks whose secrets it cannot open', async () => {
    const [folder, data] = [newFolder(), newFolder()]
    const out = await run(['export', folder, '--json'], { WAYMARK_DATA: source })
    const report = JSON.parse(out.stdout) as ExportReport
    assert.equal(
      report.rows,
      report.kinds.reduce((sum, { count }) => sum + count, 0),
    )
    assert.equal(report.kinds.find(({ kind }) => kind === 'webhooks')?.count, 1)
    const { stdout } = await importInto(data, folder, { WAYMARK_TIME_ZONE: 'Asia/Kolkata' })
    const made = JSON.parse(stdout) as ImportReport
    assert.deepEqual([made.rows, made.mode, made.findings], [report.rows, 'strict', []])
    assert.deepEqual(made.timeZone, { exported: 'UTC', present: 'Asia/Kolkata' })
    assert.deepEqual(
      made.sealedOff.map(({ url }) => url),
      ['https://hooks.example.org/waymark'],
    )
    assert.ok(!existsSync(join(data, 'token-key.json')), 'the former key can still be put there')
    const said = await run(['import', folder], { WAYMARK_DATA: newFolder() })
    assert.match(said.stdout, /The secret of webhook .* cannot be opened .*\nPut the former token-key\.json into/)
  })

  test('beside a server that records is one state of it, and its import is sound', async () => {
    const server = await startServer()
    const client = await connect(server)
    let [stop, sent] = [false, 0]
    const writing = (async () => {
      while (!stop) {
        const where = { userId: `learner ${String(sent % 50)}`, collectionId: 'maths', contextId: 'batch-1' }
        const { status } = await client.post('/v1/view/start', { ...where, contentId: `content ${String(sent)}` })
        assert.equal(status, 200)
        sent += 1
      }
    })()
    const [folder, data] = [newFolder(), newFolder()]
    await delay(300)
    const answered = sent
    const { code, stderr } = await run(['export', folder], { WAYMARK_DATA: server.folder })
    stop = true
    await writing
    client.close()
    assert.equal(code, EXIT.done, stderr)
    assert.equal(await server.end('SIGTERM'), EXIT.done)
    const made = JSON.parse((await importInto(data, folder)).stdout) as ImportReport
    const views = made.kinds.find(({ kind }) => kind === 'views')?.count ?? 0
    assert.ok(
      answered > 0 && views >= answered && views <= sent,
      `${String(answered)} ${String(views)} ${String(sent)}`,
    )
    const doctor = await run(['doctor', '--verify', '--json'], { WAYMARK_DATA: data })
    assert.equal(doctor.code, EXIT.done, doctor.stdout)
    assert.deepEqual((JSON.parse(doctor.stdout) as { findings: unknown }).findings, [])
  })
})

/** Starts a command and ends it as a power cut would, some milliseconds after a file appeared. */
async function killed(
  arguments_: readonly string[],
  settings: Readonly<Record<string, string>>,
  file: string,
  ms: number,
): Promise<boolean> {
  const child = spawn(BIN, [...arguments_], { env: environment(settings), stdio: 'ignore' })
  const closed = once(child, 'close') as Promise<[number | null]>
  const looking = setInterval(() => {
    if (!existsSync(file)) return
    clearInterval(looking)
    setTimeout(() => child.kill('SIGKILL'), ms)
  }, 1)
  const [code] = await closed
  clearInterval(looking)
  return code === null
}

describe('kill -9', { timeout: 180_000 }, () => {
  const TIMES = 6
  /** The first one is killed at once, the later ones later, until one may be done. */
  const KILL_MS = 60
  const big = join(root, 'big')
  const whole = join(root, 'big exported')
  const random = seeded(SEED).next

  before(async () => {
    assert.equal((await run(['demo'], { WAYMARK_DATA: big })).code, EXIT.done)
    assert.equal((await run(['export', whole], { WAYMARK_DATA: big })).code, EXIT.done)
  })

  test('of an export leaves one that is whole, or none', async (t) => {
    t.diagnostic(`KILL_SEED=${String(SEED)}`)
    let kills = 0
    for (let time = 0; time < TIMES; time += 1) {
      const folder = newFolder()
      const settings = { WAYMARK_DATA: big }
      kills += (await killed(['export', folder], settings, folder, KILL_MS * time * random())) ? 1 : 0
      if (existsSync(join(folder, 'manifest.json'))) {
        rmSync(join(folder, 'store.part'), { recursive: true, force: true })
        assert.deepEqual(filesOf(folder), filesOf(whole))
        continue
      }
      assert.equal((await importInto(newFolder(), folder)).code, EXIT.failed)
      const again = await run(['export', folder], settings)
      assert.equal(again.code, EXIT.wrongUse)
      assert.match(again.stderr, /holds what an export left that was ended before it was whole: remove it/)
    }
    t.diagnostic(`killed ${String(kills)} times`)
    assert.ok(kills > 0)
  })

  test('of an import leaves no store, or all of it; the next one begins anew', async (t) => {
    t.diagnostic(`KILL_SEED=${String(SEED)}`)
    const data = newFolder()
    let kills = 0
    for (let time = 0; time < TIMES; time += 1) {
      const building = join(data, 'import.part')
      rmSync(building, { recursive: true, force: true })
      if (await killed(['import', whole], { WAYMARK_DATA: data }, building, KILL_MS * time * random())) kills += 1
      if (existsSync(join(data, 'waymark.db'))) {
        await sameAs(whole, data)
        rmSync(join(data, 'waymark.db'))
      }
    }
    t.diagnostic(`killed ${String(kills)} times`)
    assert.ok(kills > 0)
    // Nothing but the process was in the way: what the last one left is removed.
    mkdirSync(join(data, 'import.part'), { recursive: true })
    writeFileSync(join(data, 'import.part/waymark.db'), 'half')
    const { code, stderr } = await importInto(data, whole)
    assert.equal(code, EXIT.done, stderr)
    assert.ok(!existsSync(join(data, 'import.part')))
    await sameAs(whole, data)
  })

  async function sameAs(folder: string, data: string): Promise<void> {
    const again = newFolder()
    assert.equal((await run(['export', again], { WAYMARK_DATA: data })).code, EXIT.done)
    assert.deepEqual(filesOf(again), filesOf(folder))
  }
})
