/** The README's five minutes and the how-tos on rules, modes, webhooks and operating, pasted as they stand. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import test from 'node:test'
import type { Envelope } from '../../src/http/envelope.ts'
import type { Json } from '../support/app.ts'
import { BADGES_PLUGIN, openBadges } from '../support/badges.ts'
import { connect } from '../support/http-client.ts'
import { furnish, openStore, play, rowsIn } from '../support/mode-school.ts'
import { BIN, environment, temporaryFolder } from '../support/process.ts'
import { serversOfThisFile } from '../support/servers.ts'
import { Receiver } from '../support/webhook-receiver.ts'

const ROOT = join(import.meta.dirname, '../..')
const startServer = serversOfThisFile()

type Answer = Omit<Envelope, 'result'> & { readonly result: Json }

/** The lines of one section in a language. */
function linesOf(document: string, section: string, language = 'sh'): string {
  const prose = readFileSync(join(ROOT, document), 'utf8')
  const from = prose.indexOf(`\n## ${section}\n`)
  assert.ok(from >= 0)
  const body = prose.slice(from + 4, prose.indexOf('\n## ', from + 4))
  return [...body.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, lines]) => lines).join('\n')
}

/** Pastes a section into a shell; all of its requests must succeed. Their answers, by what was asked. */
async function paste(
  document: string,
  section: string,
  receiver = 'http://127.0.0.1:9000',
): Promise<ReadonlyMap<string, Answer>> {
  const server = await startServer({ WAYMARK_WEBHOOK_ALLOW: receiver })
  const lines = linesOf(document, section)
    .replaceAll('http://127.0.0.1:8080', server.origin)
    .replaceAll('http://127.0.0.1:9000', receiver)
  const settings = { WAYMARK_DATA: server.folder }
  const shell = spawn('bash', ['-e', '-c', lines], {
    cwd: ROOT,
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said, [code]] = await Promise.all([text(shell.stdout), once(shell, 'close') as Promise<[number | null]>])
  assert.equal(code, 0)
  const answers = said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answer)
  assert.deepEqual(
    answers.filter(({ params }) => params.status !== 'success'),
    [],
  )
  return new Map(answers.map((answer) => [answer.id, answer]))
}

test('the five minutes with curl work when they are pasted', async () => {
  const byId = await paste('README.md', 'Five minutes with curl')
  assert.equal(byId.get('api.summary.read')?.result['completionPercentage'], 50)
  assert.deepEqual(byId.get('api.summary.read')?.result['assessmentStatus'], {
    'double-digit-addition': { score: 1.33, max_score: 3 },
  })
  assert.equal(byId.get('api.view.batch')?.result['items']?.['1']?.['result']?.['view']?.['status'], 2)
  const csv = await fetch(String(byId.get('api.summary.download')?.result['url']))
  assert.match(await csv.text(), /rahul,class-1-maths,/)
})

test('a rule is written and given to a batch as the how-to says', async () => {
  const byId = await paste('docs/how-to/rules.md', 'Write a rule and give it to a batch')
  assert.deepEqual(byId.get('api.context.put')?.result['rules'], ['recent-or-during'])
  assert.deepEqual(byId.get('api.rule.list')?.result['rules'], [
    { id: 'recent', any: [{ completedWithin: 'P1M' }], default: true },
    {
      id: 'recent-or-during',
      any: [{ completedWithin: 'P3M' }, { completedDuring: 'context' }],
      default: false,
    },
  ])
})

test('what could not be delivered is found, driven again and replayed as the how-to says', async (t) => {
  const badges = openBadges()
  t.after(() => {
    badges.remove()
  })
  badges.breaks(true)
  const server = await startServer({ WAYMARK_PLUGINS: BADGES_PLUGIN, BADGES_FOLDER: badges.folder })
  const client = await connect(server)
  t.after(() => {
    client.close()
  })
  const content = { identifier: 'maths', children: [{ identifier: 'c1' }] }
  await client.put('/v1/collection/maths', { content })
  for (const userId of ['poison', 'asha']) await client.post('/v1/enrolment/enrol', { userId, collectionId: 'maths' })
  const look = async (): Promise<string> => (await client.send('GET', '/metrics')).text
  while (!/^waymark_group_dead\{group="badges"\} 1$/m.test(await look()))
    await new Promise((wait) => setTimeout(wait, 50))

  const section = linesOf('docs/how-to/operate.md', 'When something could not be delivered')
  const [before, after] = section.split(/^(?=bin\/waymark dlq redrive)/m)
  const follow = async (lines: string | undefined): Promise<string> => {
    const env = environment({ WAYMARK_DATA: server.folder })
    const shell = spawn('bash', ['-e', '-c', lines ?? 'false'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said, [code]] = await Promise.all([text(shell.stdout), once(shell, 'close') as Promise<[number | null]>])
    assert.equal(code, 0, said)
    return said
  }
  assert.match(
    await follow(before),
    /^badges +events +\d+ +0 +0 +1 +running$[^]*^Error: no badge can be made\n {4}at /m,
  )
  badges.breaks(false)
  assert.match(
    await follow(after),
    /^badges 1 delivered\nbadges is paused\nbadges goes on\nbadges reads again what comes after position 0\n$/,
  )
  while (badges.made().length < 4) await new Promise((wait) => setTimeout(wait, 50))
  assert.deepEqual([...badges.made()].sort(), ['asha maths', 'asha maths', 'poison maths', 'poison maths'])
})

test('a mode is tried beside the server and changed without it as the how-to says', async () => {
  const folder = temporaryFolder()
  const store = await openStore(join(folder, 'data'), 'strict')
  await furnish(store)
  await play(store, rowsIn('strict'))
  await store.close()
  const follow = async (section: string): Promise<string> => {
    const lines = linesOf('docs/how-to/change-mode.md', section).replaceAll('bin/waymark', BIN)
    const shell = spawn('bash', ['-e', '-c', lines], {
      cwd: folder,
      env: environment({}),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [said, [code]] = await Promise.all([text(shell.stdout), once(shell, 'close') as Promise<[number | null]>])
    assert.equal(code, 0)
    return said
  }
  const server = await startServer({}, join(folder, 'data'))
  assert.match(
    await follow('Try it'),
    /From mode strict to copy-content, with the rules of rules\.json[^]*Nothing was changed/,
  )
  assert.equal(await server.end('SIGTERM'), 0)
  assert.match(await follow('Change it'), /taken from mode strict to copy-content[^]*0 found wrong/)
  rmSync(folder, { recursive: true })
})

const WEBHOOKS = 'docs/how-to/webhooks.md'
/** Reads what was delivered and answers whether the function of the how-to takes it. */
const ASKING = {
  js: `import { readFileSync } from 'node:fs'
const { secret, headers, body } = JSON.parse(readFileSync(0, 'utf8'))
console.log(verify(secret, headers, body))`,
  python: `import json, sys
came = json.load(sys.stdin)
print(str(verify(came["secret"], came["headers"], came["body"].encode())).lower())`,
}

test('a webhook is registered, tried and given a new secret as the how-to says, and its signatures verify as it says', async (t) => {
  const receiver = await Receiver.open()
  const folder = temporaryFolder()
  t.after(async () => {
    await receiver.close()
    rmSync(folder, { recursive: true })
  })
  const byId = await paste(WEBHOOKS, 'Register one and try it', `http://127.0.0.1:${String(receiver.port)}`)
  assert.deepEqual(byId.get('api.webhook.test')?.result['status'], 204)
  assert.deepEqual(byId.get('api.webhook.enable')?.result['state'], 'active')
  const secret = String(byId.get('api.webhook.add')?.result['secret'])
  assert.notEqual(byId.get('api.webhook.rotate-secret')?.result['secret'], secret)
  const [got] = receiver.got
  assert.ok(got !== undefined)
  const late = { ...got.headers, 'webhook-timestamp': String(Number(got.headers['webhook-timestamp']) - 600) }
  const came = { ...got, secret }
  const cases = [
    [came, 'true'],
    [{ ...came, body: `${got.body} ` }, 'false'],
    [{ ...came, secret: String(byId.get('api.webhook.rotate-secret')?.result['secret']) }, 'false'],
    [{ ...came, headers: late }, 'false'],
  ] as const
  for (const [language, command, file] of [
    ['js', process.execPath, 'verify.mjs'],
    ['python', 'python3', 'verify.py'],
  ] as const) {
    if (spawnSync(command, ['--version']).status !== 0) continue
    const path = join(folder, file)
    writeFileSync(path, `${linesOf(WEBHOOKS, 'Verify a signature', language)}\n${ASKING[language]}\n`)
    for (const [delivery, expected] of cases) {
      const { stdout, stderr } = spawnSync(command, [path], { input: JSON.stringify(delivery), encoding: 'utf8' })
      assert.equal(stdout.trim(), expected, `${language} ${stderr}`)
    }
  }
})
