/** The commands as a user or a script meets them: output forms, exit codes, what is left on the disk. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, dirname, join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { SCHEMA_VERSION } from '../../src/stores/sqlite/schema.ts'
import { BIN, environment, run, temporaryFolder, type Finished } from '../support/process.ts'
import { serversOfThisFile } from '../support/servers.ts'

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+\n$/
const startServer = serversOfThisFile()
const EXIT = { done: 0, failed: 1, wrongUse: 2, refused: 3 }

/** Everything these tests write, removed at the end. */
const root = temporaryFolder()
/** The data folder of an installation that was started once; tests work on copies of it. */
const template = join(root, 'template')
let folders = 0

before(async () => {
  const server = await startServer({}, template)
  assert.equal(await server.end('SIGTERM'), EXIT.done)
})

after(() => {
  rmSync(root, { recursive: true, force: true })
})

function emptyFolder(): string {
  folders += 1
  const folder = join(root, String(folders))
  mkdirSync(folder)
  return folder
}

/** A copy of the installation's data folder, after a change of its store. */
function changedStore(sql: string): string {
  const folder = emptyFolder()
  cpSync(template, folder, { recursive: true })
  const database = new DatabaseSync(join(folder, 'waymark.db'))
  database.exec(sql)
  database.close()
  return folder
}

/** Names and contents of all files of a folder. */
function digest(folder: string): Readonly<Record<string, string>> {
  const hash = (name: string): string => createHash('sha256').update(readFileSync(name)).digest('hex')
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, hash(join(folder, name))]),
  )
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

/** Runs any program to its end. */
async function finished(
  command: string,
  arguments_: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> },
): Promise<Finished> {
  const child = spawn(command, [...arguments_], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** The names in the list of commands of `waymark --help`. */
function commandsIn(help: string): readonly string[] {
  const [, list = ''] = help.split('\nCommands:\n')
  return [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'bin')
}

describe('help', { concurrency: 3, timeout: 60_000 }, () => {
  test('waymark --help lists the commands and shows an example', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    assert.deepEqual([code, stderr], [EXIT.done, ''])
    assert.match(stdout, /Example:\n {2}bin\/waymark serve/)
    for (const command of ['serve', 'work', 'token']) assert.ok(commandsIn(stdout).includes(command), command)
  })

  test('every command shows what it is for and an example', async () => {
    const commands = commandsIn((await run(['--help'])).stdout).filter((command) => command !== 'help')
    for (const command of commands) {
      const { code, stdout, stderr } = await run([command, '--help'])
      assert.deepEqual([code, stderr], [EXIT.done, ''])
      assert.match(stdout, new RegExp(`^Usage: waymark ${command}\\b`))
      assert.match(stdout, new RegExp(`Example:\\n  .*bin/waymark ${command}\\b`))
      assert.match(stdout, /--env-file <file>/)
    }
  })

  test('defaults are shown in the form in which they are given', async () => {
    const { stdout } = await run(['token', '--help'])
    assert.match(stdout.replaceAll(/\s+/g, ' '), /default: PT1H/)
  })

  test('without a command it says what there is, as wrong use', async () => {
    const { code, stdout, stderr } = await run([])
    assert.equal(code, EXIT.wrongUse)
    assert.equal(stdout, '')
    assert.match(stderr, /Usage: waymark/)
  })
})

describe(
  'wrong use ends with 2, says what is wrong and the nearest right form',
  { concurrency: 3, timeout: 60_000 },
  () => {
    const cases: readonly (readonly [name: string, arguments_: readonly string[], said: RegExp])[] = [
      ['an unknown command', ['serv'], /unknown command 'serv'\n\(Did you mean serve\?\)/],
      ['an unknown option', ['token', '--user', 'asha', '--rol', 'admin'], /'--rol'\n\(Did you mean --role\?\)/],
      ['an unknown option of all commands', ['serve', '--env-fil', 'x'], /'--env-fil'\n\(Did you mean --env-file\?\)/],
      [
        'an argument too many',
        ['serve', '9000'],
        /too many arguments[^]*Example: WAYMARK_PORT=9000 bin\/waymark serve/,
      ],
      ['an option left out', ['token'], /'--user <id>' not specified\nExample: bin\/waymark token --user/],
      ['an unknown role', ['token', '--user', 'asha', '--role', 'lerner'], /choices are learner, instructor/],
      ['a duration in another form', ['token', '--user', 'asha', '--expires', '5m'], /'5m'[^]*for example PT1H/],
      ['a duration of nothing', ['token', '--user', 'asha', '--expires', 'PT0S'], /'PT0S'[^]*for example PT1H/],
      ['a duration without end', ['token', '--user', 'asha', '--expires', 'P99999999Y'], /for example PT1H/],
      ['an empty id', ['token', '--user', ''], /--user[^]*Example: --user asha/],
      ['collections of a learner', ['token', '--user', 'asha', '--collection', 'c'], /--role instructor/],
      ['work in the embedded profile', ['work'], /cluster profile[^]*waymark serve/],
      ['a missing settings file', ['serve', '--env-file', '/nowhere/.env'], /\/nowhere\/\.env[^]*Example: --env-file/],
      ['a settings file that is a folder', ['serve', '--env-file', '/'], /--env-file: \/[^]*Example: --env-file/],
    ]
    for (const [name, arguments_, said] of cases) {
      test(name, async () => {
        const data = join(root, `unused-${name}`)
        const { code, stdout, stderr } = await run(arguments_, { WAYMARK_DATA: data })
        assert.match(stderr, said)
        assert.doesNotMatch(stderr, /^ +at /m, 'no stack trace')
        assert.equal(code, EXIT.wrongUse)
        assert.equal(stdout, '')
        assert.equal(existsSync(data), false, 'nothing was made')
      })
    }
  },
)

describe('a wrong setting ends with 2, naming variable, form and example', { concurrency: 3, timeout: 60_000 }, () => {
  const cases: readonly (readonly [name: string, value: string, form: RegExp])[] = [
    ['PORT', 'http', /0 to 65535/],
    ['PORT', '65536', /0 to 65535/],
    ['HOST', '192.0.2.1', /address to listen on/],
    ['DATA', '/dev/null/data', /folder/],
    ['MODE', 'loose', /strict/],
    ['PROFILE', 'cluster', /embedded/],
    ['TIME_ZONE', 'Mars/Olympus', /IANA/],
    ['TOKEN_KEYS', ',', /JWKS/],
    ['OFFLINE_GRACE', '30 days', /ISO 8601 duration/],
    ['BATCH_ITEMS_MAX', '0', /items in one batch/],
    ['LOG_LEVEL', 'loud', /warn, info/],
  ]
  for (const [name, value, form] of cases) {
    test(`WAYMARK_${name}=${value}`, async () => {
      const settings = { WAYMARK_DATA: emptyFolder(), WAYMARK_PORT: '0', WAYMARK_LOG_LEVEL: 'silent' }
      const { code, stdout, stderr } = await run(['serve'], { ...settings, [`WAYMARK_${name}`]: value })
      assert.match(stderr, new RegExp(`^waymark: WAYMARK_${name}: [^\\n]*Example: WAYMARK_${name}=\\S+`))
      assert.match(stderr, form)
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr)
      assert.equal(code, EXIT.wrongUse)
      assert.equal(stdout, '')
    })
  }

  test('an unknown variable, with the one that was meant', async () => {
    const { code, stderr } = await run(['serve'], { WAYMARK_DATA: emptyFolder(), WAYMARK_PROT: '1' })
    assert.equal(stderr, 'waymark: WAYMARK_PROT is not a setting of Waymark; did you mean WAYMARK_PORT?\n')
    assert.equal(code, EXIT.wrongUse)
  })

  test('an unknown variable stops every command', async () => {
    const { code, stdout } = await run(['token', '--user', 'asha'], { WAYMARK_DATA: emptyFolder(), WAYMARK_TOKENS: '' })
    assert.deepEqual([code, stdout], [EXIT.wrongUse, ''])
  })

  test('a port in use is no wrong use but a failure, and says what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    const { code, stdout, stderr } = await run(['serve'], { WAYMARK_DATA: emptyFolder(), WAYMARK_PORT: port })
    other.close()
    assert.match(stderr, /WAYMARK_PORT/)
    assert.deepEqual([code, stdout], [EXIT.failed, ''])
  })
})

describe('--env-file', { concurrency: 3, timeout: 60_000 }, () => {
  const file = join(root, 'settings.env')
  before(() => {
    writeFileSync(file, 'WAYMARK_PORT=wrong\nWAYMARK_LOG_LEVEL=silent\n')
  })
  const said = 'waymark: WAYMARK_PORT: port to listen on, 0 to 65535; 0 takes a free one. Example: WAYMARK_PORT=8080\n'

  for (const arguments_ of [
    ['--env-file', file, 'serve'],
    ['serve', '--env-file', file],
    ['serve', `--env-file=${file}`],
  ]) {
    test(`is read: waymark ${arguments_.map((argument) => argument.replace(file, 'FILE')).join(' ')}`, async () => {
      const { code, stderr } = await run(arguments_, { WAYMARK_DATA: emptyFolder() })
      assert.deepEqual([code, stderr], [EXIT.wrongUse, said])
    })
  }

  test('gives way to the environment, and its settings hold', async () => {
    const data = emptyFolder()
    const settings = join(data, 'settings')
    writeFileSync(settings, `WAYMARK_TOKEN_AUDIENCE=school\nWAYMARK_DATA=/dev/null/data\n`)
    const made = await run(['token', '--user', 'asha', '--env-file', settings], { WAYMARK_DATA: data })
    assert.equal(made.code, EXIT.done, made.stderr)
    assert.equal(claimsOf(made.stdout)['aud'], 'school')
    assert.equal(existsSync(join(data, 'token-key.json')), true)
  })
})

describe('token', { concurrency: 3, timeout: 60_000 }, () => {
  test('prints one token and nothing else, and the server of the folder takes it', async () => {
    const folder = emptyFolder()
    const { code, stdout, stderr } = await run(['token', '--user', 'asha'], { WAYMARK_DATA: folder })
    assert.deepEqual([code, stderr], [EXIT.done, ''])
    assert.match(stdout, TOKEN)
    const server = await startServer({}, folder)
    const later = await run(['token', '--user', 'asha', '--role', 'admin'], { WAYMARK_DATA: folder })
    for (const token of [stdout, later.stdout]) {
      const response = await fetch(`${server.origin}/v1/view/start`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ request: { userId: 'asha', contentId: 'c1' } }),
      })
      assert.equal(response.status, 200, await response.text())
    }
    await server.end('SIGTERM')
  })

  test('says who, as what, for which collections and how long', async () => {
    const made = await run(
      ['token', '--user', 'asha', '--role', 'instructor', '--collection', 'c1', 'c2', '--expires', 'PT2H'],
      { WAYMARK_DATA: emptyFolder() },
    )
    const claims = claimsOf(made.stdout)
    assert.equal(claims['sub'], 'asha')
    assert.equal(Number(claims['exp']) - Number(claims['iat']), 7200)
    assert.match(JSON.stringify(claims), /"instructor"/)
    assert.match(JSON.stringify(claims), /\["c1","c2"\]/)
  })

  test('lasts an hour where nothing is said', async () => {
    const claims = claimsOf((await run(['token', '--user', 'asha'], { WAYMARK_DATA: emptyFolder() })).stdout)
    assert.equal(Number(claims['exp']) - Number(claims['iat']), 3600)
  })
})

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}

describe(
  'a store that may not be touched ends with 3, and nothing is changed',
  { concurrency: 3, timeout: 60_000 },
  () => {
    async function refused(folder: string, said: RegExp): Promise<void> {
      const untouched = digest(folder)
      const { code, stdout, stderr } = await run(['serve'], { WAYMARK_DATA: folder, WAYMARK_PORT: '0' })
      assert.match(stderr, said)
      assert.deepEqual([code, stdout], [EXIT.refused, ''])
      assert.deepEqual(digest(folder), untouched)
    }

    test('written by a newer version', () =>
      refused(changedStore('PRAGMA user_version=99'), new RegExp(`schema 99[^]*knows ${String(SCHEMA_VERSION)}: use`)))

    test('written before the first release', () =>
      refused(changedStore('PRAGMA user_version=1'), /schema 1, which was in use before the first release/))

    test('written under another mode', () =>
      refused(
        changedStore("UPDATE meta SET value = 'lenient' WHERE name = 'mode'"),
        /written in mode lenient, WAYMARK_MODE is strict: set it to lenient/,
      ))

    test('in use by another process, which goes on', async () => {
      const server = await startServer()
      await refused(server.folder, /in use by another Waymark process/)
      assert.equal((await fetch(`${server.origin}/health/ready`)).status, 200)
      assert.equal(await server.end('SIGTERM'), EXIT.done)
      const next = await startServer({}, server.folder)
      assert.equal(await next.end('SIGTERM'), EXIT.done)
    })

    test('of two that start at once on a new folder one serves and one is refused', async () => {
      const folder = join(emptyFolder(), 'data')
      const both = await Promise.allSettled([startServer({}, folder), startServer({}, folder)])
      const served = both.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
      const failed = both.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []))
      assert.equal(served.length, 1, failed.join('\n'))
      assert.match(failed.join(), /ended with 3: .*in use/)
      for (const server of served) assert.equal(await server.end('SIGTERM'), EXIT.done)
    })
  },
)

describe('the data folder', { timeout: 60_000 }, () => {
  test('is made for its owner alone, and so is everything in it while it is in use and after', async () => {
    const folder = join(emptyFolder(), 'made/data')
    const server = await startServer({}, folder)
    assert.equal(modeOf(folder), 0o700)
    const names = readdirSync(folder)
    for (const name of ['waymark.db', 'waymark.db-wal', 'token-key.json']) assert.ok(names.includes(name), name)
    for (const name of names) assert.equal(modeOf(join(folder, name)), 0o600, name)
    await server.end('SIGTERM')
    for (const name of readdirSync(folder)) assert.equal(modeOf(join(folder, name)), 0o600, name)
  })

  test('keeps its key from start to start', async () => {
    const key = readFileSync(join(template, 'token-key.json'), 'utf8')
    const folder = emptyFolder()
    cpSync(template, folder, { recursive: true })
    const server = await startServer({}, folder)
    await server.end('SIGTERM')
    assert.equal(readFileSync(join(folder, 'token-key.json'), 'utf8'), key)
  })
})

describe('bin/waymark starts the pinned Node', { concurrency: 3, timeout: 60_000 }, () => {
  /** The environment of a shell that knows only the Node of the system, if it has one. */
  function plainEnvironment(): { env: Record<string, string>; node: string | undefined } {
    const all = environment({ WAYMARK_DATA: emptyFolder() })
    const env = Object.fromEntries(Object.entries(all).filter(([name]) => !/^(npm_|node)/i.test(name)))
    const path = (env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
    const node = path.map((folder) => join(folder, 'node')).find((candidate) => existsSync(candidate))
    return { env: { ...env, PATH: path.join(delimiter) }, node }
  }

  test('from a program that runs on another Node', async () => {
    const { env, node } = plainEnvironment()
    const script = `process.exit(require('node:child_process').spawnSync(process.argv[1], process.argv.slice(2), { stdio: 'inherit' }).status)`
    const made = await finished(node ?? process.execPath, ['-e', script, BIN, 'token', '--user', 'asha'], { env })
    assert.deepEqual([made.code, made.stderr], [EXIT.done, ''])
    assert.match(made.stdout, TOKEN)
  })

  test('where there is no Node at all', async () => {
    const { env } = plainEnvironment()
    const tools = emptyFolder()
    for (const tool of ['sh', 'readlink', 'dirname']) {
      const found = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, tool))
      symlinkSync(found.find((candidate) => existsSync(candidate)) ?? tool, join(tools, tool))
    }
    const made = await finished(BIN, ['token', '--user', 'asha'], { env: { ...env, PATH: tools } })
    assert.deepEqual([made.code, made.stderr], [EXIT.done, ''])
    assert.match(made.stdout, TOKEN)
  })

  test('through symbolic links, absolute and relative, from another folder', async () => {
    const { env } = plainEnvironment()
    const cwd = emptyFolder()
    symlinkSync(BIN, join(cwd, 'absolute'))
    mkdirSync(join(cwd, 'with space'))
    symlinkSync(join('..', 'absolute'), join(cwd, 'with space', 'relative'))
    for (const command of [join(cwd, 'absolute'), './absolute', './with space/relative', relative(cwd, BIN)]) {
      const made = await finished(command, ['token', '--user', 'asha'], { env, cwd })
      assert.deepEqual([made.code, made.stderr], [EXIT.done, ''], command)
      assert.match(made.stdout, TOKEN)
    }
  })

  test('and says what to do in a checkout without it', async () => {
    const folder = emptyFolder()
    mkdirSync(join(folder, 'bin'))
    copyFileSync(BIN, join(folder, 'bin/waymark'))
    chmodSync(join(folder, 'bin/waymark'), 0o755)
    const { code, stderr } = await finished(join(folder, 'bin/waymark'), ['serve'], { env: environment({}) })
    assert.match(stderr, new RegExp(`run 'npm ci' in ${folder} first`))
    assert.equal(code, EXIT.failed)
  })

  test('npm start is waymark serve', async () => {
    const env = environment({ WAYMARK_DATA: emptyFolder(), WAYMARK_PORT: 'wrong' })
    const started = await finished('npm', ['start', '--silent'], { env, cwd: dirname(dirname(BIN)) })
    assert.match(started.stderr, /waymark: WAYMARK_PORT: /)
    assert.equal(started.code, EXIT.wrongUse)
  })
})

test('a reader that has read enough ends no command with a stack trace', async () => {
  const child = spawn('sh', ['-c', `(sleep 0.1; exec "${BIN}" --help) | true`], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await once(child, 'close')
  assert.equal(said, '')
})
