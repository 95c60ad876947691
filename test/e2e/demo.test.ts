/** `bin/waymark demo` as a user runs it: what it loads is compared, learner by learner, with an oracle of its own. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import type { DemoReport } from '../../src/commands/demo.ts'
import { SCIENCE } from '../../src/demo/collections.ts'
import { makeSchool } from '../../src/demo/school.ts'
import { lockFolder } from '../../src/stores/sqlite/lock.ts'
import { expectedSummaries } from '../support/demo-oracle.ts'
import { connect } from '../support/http-client.ts'
import { environment, run, startServer, temporaryFolder, type Server } from '../support/process.ts'

const ROOT = join(import.meta.dirname, '../..')

function folderFor(context: TestContext): string {
  const folder = temporaryFolder()
  context.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

async function serve(context: TestContext, folder: string): Promise<Server> {
  const server = await startServer({}, folder)
  context.after(() => server.child.kill('SIGKILL'))
  return server
}

async function demoReport(folder: string): Promise<DemoReport> {
  const { code, stdout, stderr } = await run(['demo', '--json'], { WAYMARK_DATA: folder })
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as DemoReport
}

/** Compares the summary of every enrolment, as the server answers it, with what the oracle worked out. */
async function compareAll(server: Server, { seed, until }: DemoReport): Promise<void> {
  const client = await connect(server)
  const all = expectedSummaries(makeSchool(seed, Date.parse(until)))
  assert.ok(all.length > 200)
  for (const { key, ...expected } of all) {
    const { status, result } = await client.post('/v1/summary/read', key)
    assert.equal(status, 200)
    const { userId, collectionId, contextId, enrolledDate, contentStatus, assessmentStatus } = result
    const { progress, completionPercentage, status: state, completedOn } = result
    const leafNodesCount = result['collection']?.['leafNodesCount']
    const numbers = { progress, completionPercentage, status: state, completedOn, leafNodesCount }
    assert.deepEqual({ userId, collectionId, contextId }, key)
    assert.deepEqual({ enrolledDate, contentStatus, assessmentStatus, ...numbers }, expected, JSON.stringify(key))
  }
  client.close()
}

/** Runs a printed command as it stands. */
async function paste(command: string, folder: string): Promise<string> {
  const env = environment({ WAYMARK_DATA: folder })
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: ROOT, env })
  return stdout
}

test('the demo loads a school whose every number is right, and loading it again changes nothing', async (context) => {
  const folder = folderFor(context)
  const first = await demoReport(folder)
  assert.equal(first.running, false)
  assert.equal(first.url, 'http://127.0.0.1:8080')
  const server = await serve(context, folder)
  await compareAll(server, first)

  const second = await demoReport(folder)
  const { seconds: _first, commands: _earlier, ...before } = first
  const { seconds: _second, commands, ...after } = second
  assert.deepEqual(after, { ...before, running: true, url: server.origin })
  await compareAll(server, second)

  assert.equal(commands.length, 3)
  const [summary = '', scores = '', csv = ''] = await Promise.all(commands.map(({ command }) => paste(command, folder)))
  const { result } = JSON.parse(summary) as { result: { userId: string; completionPercentage: number } }
  assert.ok(result.completionPercentage > 0)
  assert.match(scores, /"attempts":\[\{"attemptId"/)
  assert.match(csv, /^userId,collectionId,/)
  assert.ok(csv.split('\r\n').some((line) => line.startsWith(`${result.userId},${SCIENCE.identifier},`)))
  assert.equal(await server.end('SIGTERM'), 0)
})

test('people are shown a table and three commands on stdout, and the progress on stderr', async (context) => {
  const folder = folderFor(context)
  const { code, stdout, stderr } = await run(['demo'], { WAYMARK_DATA: folder, WAYMARK_PORT: '0' })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^collection +context +kind +enrolled/m)
  assert.match(stdout, /run `npm start` first and put the port that it names in place of PORT/)
  assert.equal(stdout.match(/^curl .*http:\/\/127\.0\.0\.1:PORT\/v1\//gm)?.length, 3)
  assert.match(stderr, /^demo (\d+)\/\1 100 %, \d+\/s, took \d+ s, \d+ MB of memory at most\n$/)
})

test('a server leaves its address for its owner alone, and takes it away when it stops', async (context) => {
  const folder = folderFor(context)
  const address = join(folder, 'server.json')
  const server = await serve(context, folder)
  assert.equal(statSync(address).mode & 0o777, 0o600)
  assert.equal(await server.end('SIGTERM'), 0)
  assert.ok(!existsSync(address))
})

test('a folder in use by a process whose address is not known is refused with exit code 3', async (context) => {
  const folder = folderFor(context)
  const unlock = lockFolder(folder)
  const { code, stdout, stderr } = await run(['demo'], { WAYMARK_DATA: folder })
  unlock()
  assert.equal(code, 3)
  assert.equal(stdout, '')
  assert.match(stderr, /is in use by another Waymark process/)
})

test('loading again after a kill, and on another day, repeats the first school', async (context) => {
  const folder = folderFor(context)
  const killed = await serve(context, folder)
  const client = await connect(killed)
  const earlier = makeSchool(1, Date.UTC(2026, 0, 15))
  for (const { collectionId, contextId, ...body } of earlier.contexts) {
    const content = earlier.collections.find((one) => one.identifier === collectionId)
    assert.equal((await client.put(`/v1/collection/${collectionId}`, { content })).status, 200)
    assert.equal((await client.put(`/v1/context/${collectionId}/${contextId}`, body)).status, 201)
  }
  client.close()
  await killed.end('SIGKILL')
  const { until, running } = await demoReport(folder)
  assert.deepEqual({ until, running }, { until: '2026-01-15T00:00:00.000Z', running: false })
})
