/** `bin/waymark dlq …` and `events groups | pause | resume | replay | forget | tail`, beside a running server and without one. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { after, describe, test, type TestContext } from 'node:test'
import { EnrolmentCreated } from '../../src/public-events/catalogue/waymark/enrolment.ts'
import { BADGES_PLUGIN, openBadges, type Badges } from '../support/badges.ts'
import { connect, type HttpClient } from '../support/http-client.ts'
import { BIN, environment, run, temporaryFolder, type Finished, type Server } from '../support/process.ts'
import { serversOfThisFile } from '../support/servers.ts'

const startServer = serversOfThisFile()
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

interface School {
  readonly badges: Badges
  readonly folder: string
  /** Runs a command on the installation. */
  waymark(...arguments_: readonly string[]): Promise<Finished>
  /** The report of a command that must succeed, read from its `--json`. */
  report<T>(...arguments_: readonly string[]): Promise<T>
  start(): Promise<Server & { readonly client: HttpClient }>
  enrol(client: HttpClient, userId: string, ...collectionIds: readonly string[]): Promise<void>
}

interface GroupReport {
  readonly name: string
  readonly waiting: number
  readonly dead: number
  readonly behind: number
  readonly paused: boolean
  readonly running: boolean
  readonly position: number
}

function open(t: TestContext): School {
  const badges = openBadges()
  const folder = temporaryFolder()
  folders.push(folder)
  t.after(() => {
    badges.remove()
  })
  const settings = { WAYMARK_PLUGINS: BADGES_PLUGIN, BADGES_FOLDER: badges.folder }
  const waymark = (...arguments_: readonly string[]): Promise<Finished> =>
    run(arguments_, { ...settings, WAYMARK_DATA: folder, WAYMARK_LOG_LEVEL: 'silent' })
  return {
    badges,
    folder,
    waymark,
    report: async <T>(...arguments_: readonly string[]) => {
      const { code, stdout, stderr } = await waymark(...arguments_, '--json')
      assert.equal(code, 0, stderr)
      return JSON.parse(stdout) as T
    },
    start: async () => {
      const server = await startServer({ ...settings, WAYMARK_LOG_LEVEL: 'silent' }, folder)
      const client = await connect(server)
      t.after(() => {
        client.close()
      })
      return { ...server, client }
    },
    enrol: async (client, userId, ...collectionIds) => {
      for (const collectionId of collectionIds) {
        const content = { identifier: collectionId, children: [{ identifier: 'c1' }] }
        assert.ok((await client.put(`/v1/collection/${collectionId}`, { content })).status < 300)
        assert.ok((await client.post('/v1/enrolment/enrol', { userId, collectionId })).status < 300)
      }
    },
  }
}

/** Looks again and again until something is so. */
async function until(is: () => Promise<boolean> | boolean): Promise<void> {
  for (let looks = 0; !(await is()); looks += 1) {
    assert.ok(looks < 200, 'it never came')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function groupOf({ report }: School, name: string): Promise<GroupReport | undefined> {
  const { groups } = await report<{ groups: readonly GroupReport[] }>('events', 'groups')
  return groups.find((group) => group.name === name)
}

/** A school in which no badge can be made for `poison`: in maths it is a dead letter, in science it waits behind. */
async function poisoned(t: TestContext): Promise<School & { readonly server: Server; readonly client: HttpClient }> {
  const school = open(t)
  school.badges.breaks(true)
  const server = await school.start()
  await school.enrol(server.client, 'poison', 'maths', 'science')
  await school.enrol(server.client, 'asha', 'maths')
  await until(() => school.badges.made().length === 1)
  return { ...school, server, client: server.client }
}

describe('beside a running server', { timeout: 120_000 }, () => {
  test('a dead letter is listed, shown, driven again in vain, and delivered with all behind it once its handler is mended', async (t) => {
    const { waymark, badges, server } = await poisoned(t)
    const list = await waymark('dlq', 'list')
    assert.match(
      list.stdout,
      /^group +position +failed +event +reason\nbadges +1 +\S+Z +\S+ +Error: no badge can be made\n$/,
    )
    const shown = await waymark('dlq', 'show', 'badges', '1')
    assert.match(shown.stdout, /^group +badges$[^]*^state +dead$[^]*^Error: no badge can be made\n {4}at makeBadge /m)
    assert.doesNotMatch(shown.stdout, /"user_id": "poison"/)
    assert.match((await waymark('dlq', 'show', 'badges', '1', '--personal')).stdout, /"user_id": "poison"/)

    const vain = await waymark('dlq', 'redrive', 'badges', '1')
    assert.deepEqual([vain.code, vain.stdout], [1, 'badges 1 failed: Error: no badge can be made\n'])
    badges.breaks(false)
    const driven = await waymark('dlq', 'redrive', 'badges')
    assert.deepEqual([driven.code, driven.stdout], [0, 'badges 1 delivered\n'])
    await until(() => badges.made().length === 3)
    assert.deepEqual(badges.made(), ['asha maths', 'poison maths', 'poison science'])
    assert.equal((await waymark('dlq', 'list')).stdout, 'there are no dead letters\n')
    assert.deepEqual((await waymark('dlq', 'redrive', 'badges')).stdout, 'badges has no dead letters\n')
    assert.equal(await server.end('SIGTERM'), 0)
  })

  test('a group is paused, resumed and replayed; one given up lets its key go on', async (t) => {
    const school = await poisoned(t)
    const { waymark, badges, client, enrol } = school
    assert.equal((await waymark('events', 'pause', 'badges', '--reason', 'no paper')).stdout, 'badges is paused\n')
    await enrol(client, 'rahul', 'maths')
    const groups = await waymark('events', 'groups')
    assert.match(groups.stdout, /^badges +events +\d+ +1 +1 +1 +paused: no paper$/m)
    const hindered = await waymark('dlq', 'redrive', 'badges')
    assert.equal(hindered.code, 1)
    assert.match(
      hindered.stdout,
      /^badges 1 waiting: the group is paused: no paper; go on with bin\/waymark events resume/,
    )
    assert.equal((await waymark('events', 'resume', 'badges')).stdout, 'badges goes on\n')
    await until(() => badges.made().includes('rahul maths'))
    await until(async () => (await groupOf(school, 'badges'))?.dead === 1)
    assert.equal((await waymark('dlq', 'drop', 'badges', '1')).stdout, 'badges 1 is given up\n')
    await until(async () => (await waymark('dlq', 'list', '--group', 'badges')).stdout.includes('badges  '))
    badges.breaks(false)
    const replayed = await waymark('events', 'replay', '--group', 'badges', '--from-time', '2026-01-01T00:00:00Z')
    assert.equal(replayed.stdout, 'badges reads again what comes after position 0\n')
    await until(() => badges.made().length === 6)
    assert.deepEqual([...badges.made()].sort().slice(2), [
      'poison maths',
      'poison science',
      'rahul maths',
      'rahul maths',
    ])
    const forgotten = await waymark('events', 'forget', 'badges')
    assert.equal(forgotten.code, 1)
    assert.match(forgotten.stderr, /GROUP_RUNNING/)
  })

  test('events are printed as they come, until the command is told to stop', async (t) => {
    const { client, folder, enrol } = await poisoned(t)
    const tail = (...options: readonly string[]) => {
      const topic = String(EnrolmentCreated.topics[0])
      const arguments_ = ['events', 'tail', '--topic', topic, ...options]
      const env = environment({ WAYMARK_DATA: folder })
      const child = spawn(BIN, arguments_, { env, stdio: ['ignore', 'pipe', 'inherit'] })
      t.after(() => child.kill('SIGKILL'))
      return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator](), closed: once(child, 'close') }
    }
    const all = tail('--from-position', '0', '--json', '--personal')
    const users: unknown[] = []
    for (let count = 0; count < 3; count += 1) {
      const line = await all.lines.next()
      const event = JSON.parse(String(line.value)) as { type: string; data: { enrolment: { user_id: string } } }
      users.push([event.type, event.data.enrolment.user_id])
    }
    const { type } = EnrolmentCreated
    assert.deepEqual(
      users,
      ['poison', 'poison', 'asha'].map((user) => [type, user]),
    )
    const next = all.lines.next()
    await enrol(client, 'rahul', 'maths')
    assert.match(String((await next).value), /"user_id":"rahul"/)
    all.child.kill('SIGINT')
    assert.deepEqual(await all.closed, [0, null])

    const hidden = tail('--from-position', '0')
    const text = String((await hidden.lines.next()).value)
    assert.match(text, new RegExp(`^[\\da-f-]{36} {2}\\S+Z? {2}${type.replaceAll('.', '\\.')} {2}\\S+$`))
    assert.doesNotMatch(text, /poison/)
    hidden.child.kill('SIGTERM')
    assert.deepEqual(await hidden.closed, [0, null])
  })

  test('doctor and figures tell of dead letters, what waits, and groups that are paused', async (t) => {
    const { waymark, client, server } = await poisoned(t)
    await waymark('events', 'pause', 'badges', '--reason', 'no paper')
    const { text } = await client.send('GET', '/metrics')
    assert.match(text, /^waymark_group_dead\{group="badges"\} 1$/m)
    const line =
      /WRONG group badges +paused \(no paper\), caught up, 1 events waiting, 1 dead letters: bin\/waymark dlq list/
    const beside = await waymark('doctor')
    assert.match(beside.stdout, line)
    assert.match(beside.stdout, /ok +worker relay +caught up, 0 entries put aside/)
    assert.equal(beside.code, 1)
    assert.equal(await server.end('SIGTERM'), 0)
    const without = await waymark('doctor')
    assert.match(without.stdout, line)
    assert.match(without.stdout, /ok +worker relay +caught up, 0 entries put aside/)
    assert.equal(without.code, 1)
  })
})

describe('without a server', { timeout: 120_000 }, () => {
  test('the same commands open the installation, and nothing is delivered but what is driven again', async (t) => {
    const school = await poisoned(t)
    const { waymark, badges, server, report } = school
    const { deadLetters: beside } = await report<{ deadLetters: readonly unknown[] }>('dlq', 'list')
    await server.end('SIGTERM')
    const { deadLetters } = await report<{ deadLetters: readonly unknown[] }>('dlq', 'list')
    assert.deepEqual(deadLetters, beside)
    const { running, dead, waiting } = (await groupOf(school, 'badges')) ?? {}
    assert.deepEqual({ running, dead, waiting }, { running: false, dead: 1, waiting: 1 })
    badges.breaks(false)
    assert.equal((await waymark('dlq', 'show', 'badges', '1')).code, 0)
    assert.deepEqual(badges.made(), ['asha maths'])
    const { redriven } = await report<{ redriven: readonly unknown[] }>('dlq', 'redrive', 'badges')
    assert.deepEqual(redriven, [{ group: 'badges', position: 1, outcome: 'delivered' }])
    assert.deepEqual(badges.made(), ['asha maths', 'poison maths', 'poison science'])
  })

  test('a paused group stays so in the server that starts next; a new group is made by replaying, and forgotten', async (t) => {
    const school = await poisoned(t)
    const { waymark, badges, server, enrol } = school
    await server.end('SIGTERM')
    const paused = await waymark('events', 'pause', 'badges')
    assert.equal(paused.stdout, 'badges is paused\n')
    badges.breaks(false)
    const next = await school.start()
    await enrol(next.client, 'rahul', 'maths')
    await until(async () => (await groupOf(school, 'badges'))?.behind === 1)
    assert.deepEqual(badges.made(), ['asha maths'])
    await next.end('SIGTERM')
    const replayed = await waymark('events', 'replay', '--group', 'later', '--from-position', '1')
    assert.equal(
      replayed.stdout,
      'later reads again what comes after position 0; nothing delivers to it until a server runs\n',
    )
    assert.equal((await groupOf(school, 'later'))?.position, 0)
    assert.equal((await waymark('events', 'forget', 'later')).stdout, 'later is forgotten\n')
    assert.equal(await groupOf(school, 'later'), undefined)
    const tail = await waymark('events', 'tail', '--from-position', '0')
    assert.deepEqual([tail.code, tail.stdout.includes(EnrolmentCreated.type)], [0, true])
    assert.match(tail.stderr, /no server runs, so nothing more will come/)
  })

  test('wrong use, an unknown group and a folder without a store are told apart by exit code', async (t) => {
    const { waymark, server, folder } = await poisoned(t)
    await server.end('SIGTERM')
    const outcomes: readonly (readonly [command: string, code: number, says: RegExp])[] = [
      ['dlq show badges first', 2, /a position is a whole number[^]*Example: bin\/waymark dlq show/],
      ['dlq show badges', 2, /missing required argument 'position'/],
      ['dlq list --group No', 2, /INVALID_FIELD/],
      ['events replay --group badges', 2, /say from where: --from-time TIME or --from-position POSITION/],
      ['events replay --group badges --from-position 0 --from-time 2026-01-01T00:00:00Z', 2, /say from where/],
      ['events replay --group badges --from-time today', 2, /a time with an offset is wanted/],
      ['events replay --group badges --from-position 999', 2, /Nothing has this position yet/],
      ['events replay --from-position 0', 2, /required option '--group <group>' not specified/],
      ['dlq list --group nobody', 1, /GROUP_NOT_FOUND/],
      ['dlq show badges 999', 1, /DEAD_LETTER_NOT_FOUND/],
      ['dlq redrive badges 999', 1, /DEAD_LETTER_NOT_FOUND/],
      ['dlq drop nobody 1', 1, /GROUP_NOT_FOUND/],
      ['events pause relay', 1, /GROUP_BUILT_IN/],
    ]
    for (const [command, code, says] of outcomes) {
      const came = await waymark(...command.split(' '))
      assert.deepEqual([came.code, came.stdout], [code, ''], `${command}: ${came.stderr}`)
      assert.match(came.stderr, says, command)
    }
    const none = await run(['dlq', 'list'], { WAYMARK_DATA: `${folder}/none` })
    assert.equal(none.code, 3)
    assert.match(none.stderr, /there is no store .*waymark\.db: name the data folder of one in WAYMARK_DATA/)
  })

  test('every command has help with an example', async () => {
    const commands = ['dlq list', 'dlq show', 'dlq redrive', 'dlq drop']
    commands.push(...['groups', 'pause', 'resume', 'replay', 'forget', 'tail'].map((name) => `events ${name}`))
    for (const command of commands) {
      const { code, stdout } = await run([...command.split(' '), '--help'])
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`Example:\\n {2}bin/waymark ${command}`))
    }
  })
})
