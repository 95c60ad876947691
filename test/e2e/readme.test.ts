/** The README's five minutes, pasted as they stand. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import test from 'node:test'
import type { Envelope } from '../../src/http/envelope.ts'
import type { Json } from '../support/app.ts'
import { environment } from '../support/process.ts'
import { serversOfThisFile } from '../support/servers.ts'

const ROOT = join(import.meta.dirname, '../..')
const startServer = serversOfThisFile()

/** The shell lines of one section. */
function linesOf(section: string): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const from = readme.indexOf(`\n## ${section}\n`)
  assert.ok(from >= 0)
  const body = readme.slice(from + 4, readme.indexOf('\n## ', from + 4))
  return [...body.matchAll(/```sh\n(.*?)```/gs)].map(([, lines]) => lines).join('\n')
}

test('the five minutes with curl work when they are pasted', async () => {
  const server = await startServer()
  const lines = linesOf('Five minutes with curl').replaceAll('http://127.0.0.1:8080', server.origin)
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
    .map((line) => JSON.parse(line) as Omit<Envelope, 'result'> & { readonly result: Json })
  const byId = new Map(answers.map((answer) => [answer.id, answer]))
  const failed = answers.filter(({ params }) => params.status !== 'success')
  assert.deepEqual(failed, [])
  assert.equal(byId.get('api.summary.read')?.result['completionPercentage'], 50)
  assert.deepEqual(byId.get('api.summary.read')?.result['assessmentStatus'], {
    'double-digit-addition': { score: 1.33, max_score: 3 },
  })
  assert.equal(byId.get('api.view.batch')?.result['items']?.['1']?.['result']?.['view']?.['status'], 2)
  const csv = await fetch(String(byId.get('api.summary.download')?.result['url']))
  assert.match(await csv.text(), /rahul,class-1-maths,/)
})
