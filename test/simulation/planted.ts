/** Bugs that others have made, planted into a copy of the source: the simulation must find each of them. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Failure } from './campaign.ts'
import type { Mode } from '../../src/domain/progress/mode.ts'
import type { Step } from './steps.ts'

export interface Bug {
  readonly name: string
  /** The mode in which it does harm. */
  readonly mode: Mode
  /** Replacements in files below src/; each text must stand there exactly once. */
  readonly patches: readonly (readonly [file: string, from: string, to: string])[]
}

const WRITER = 'stores/sqlite/writer.ts'
const PROGRESS = 'stores/sqlite/progress-store.ts'
const RECORDING = 'stores/sqlite/recording.ts'
const VIEWS = 'stores/sqlite/views.ts'
const COPIES = 'stores/carrying/copies.ts'
const MOVES = 'stores/carrying/moves.ts'

/** Undone where the text of a merging statement says "whatever is there already". */
function overwrite(column: string, merged: string): readonly [string, string, string] {
  return [VIEWS, merged, `${column} = excluded.${column},`]
}

export const BUGS: readonly Bug[] = [
  {
    name: 'acknowledging before the commit',
    mode: 'strict',
    patches: [
      [
        WRITER,
        '#commitTogether(jobs: readonly Job[]): readonly Outcome[] | undefined {\n    this.#begin.run()',
        '#commitTogether(jobs: readonly Job[]): readonly Outcome[] | undefined {\n    if (this.#database.isTransaction) this.#commit.run()\n    this.#begin.run()',
      ],
      [
        WRITER,
        "this.#reach('commit-ready')\n    this.#commit.run()",
        "this.#reach('commit-ready')\n    this.#defer(() => {\n      if (this.#database.isOpen && this.#database.isTransaction) this.#commit.run()\n    })",
      ],
    ],
  },
  {
    name: 'commits that are not synced',
    mode: 'strict',
    patches: [
      ['stores/sqlite/database.ts', "synchronous: Synchronous = 'FULL'", "synchronous: Synchronous = 'NORMAL'"],
    ],
  },
  {
    name: 'reading a row, then writing it back merged',
    mode: 'strict',
    patches: [
      [
        PROGRESS,
        'return this.#writer.submit(() => this.#recording.view(key, fact))',
        'const before = this.#raw.view(key)\n    return this.#writer.submit(() => this.#recording.view(key, fact, before))',
      ],
      [
        RECORDING,
        'view(key: ViewKey, fact: ViewFact): ViewRecorded {\n    const place = this.#raw.locate(key)\n    const before = this.#raw.view(key, place)\n',
        'view(key: ViewKey, fact: ViewFact, before = this.#raw.view(key)): ViewRecorded {\n    const place = this.#raw.locate(key)\n',
      ],
      overwrite(
        'started_at',
        'started_at     = min(coalesce(started_at, excluded.started_at), coalesce(excluded.started_at, started_at)),',
      ),
      overwrite(
        'completed_at',
        'completed_at   = min(coalesce(completed_at, excluded.completed_at), coalesce(excluded.completed_at, completed_at)),',
      ),
      overwrite('progress', 'progress       = max(progress, excluded.progress),'),
    ],
  },
  {
    name: 'removing duplicates outside the transaction',
    mode: 'strict',
    patches: [
      [
        PROGRESS,
        'return this.#writer.submit(() => this.#recording.view(key, fact))',
        "const name = JSON.stringify([key, fact.kind])\n    const row = this.#raw.view(key)\n    if (fact.kind !== 'update' && this.#seen.has(name))\n      return Promise.resolve({ outcome: fact.kind === 'start' ? 'ALREADY_STARTED' : 'ALREADY_ENDED', row })\n    this.#seen.add(name)\n    return this.#writer.submit(() => this.#recording.view(key, fact))",
      ],
      [PROGRESS, '  readonly #log: SqliteLog\n', '  readonly #log: SqliteLog\n  readonly #seen = new Set<string>()\n'],
    ],
  },
  {
    name: 'committing the position before the work',
    mode: 'strict',
    patches: [
      [
        'workers/aggregate.ts',
        'await progress.recompute(keys.slice(done), { consumer: AGGREGATE_CONSUMER, seq: last.seq })',
        'await progress.recompute([], { consumer: AGGREGATE_CONSUMER, seq: last.seq })\n      await progress.recompute(keys.slice(done))',
      ],
    ],
  },
  {
    name: 'forgetting what was required before a publication',
    mode: 'strict',
    patches: [
      [
        'domain/progress/hierarchy.ts',
        'formerEras: [...formerEras, era].slice(-ERAS_MAX)',
        'formerEras: [era].slice(1)',
      ],
    ],
  },
  {
    name: 'taking every stored summary for fresh after a restart',
    mode: 'strict',
    patches: [['stores/sqlite/store.ts', '  await markUnread(log, summaries)\n', '']],
  },
  {
    name: 'emptying the intake before its facts are in their table',
    mode: 'strict',
    patches: [
      [VIEWS, '    if (over) this.#intake.clear(folding.upTo)\n', ''],
      [
        VIEWS,
        '    const end = Math.min(folding.order.length, folding.done + rowsMax)\n',
        '    const end = Math.min(folding.order.length, folding.done + 1)\n    if (folding.done === 0) this.#intake.clear(folding.upTo)\n',
      ],
    ],
  },
  {
    name: 'reading nothing back of the intake after a restart',
    mode: 'strict',
    patches: [
      [
        'stores/sqlite/intake.ts',
        'SELECT seq, facts FROM intake ORDER BY seq',
        'SELECT seq, facts FROM intake WHERE 0',
      ],
    ],
  },
  {
    name: 'bringing back what was removed before the restart',
    mode: 'strict',
    patches: [[VIEWS, '    this.#noteIntake()\n    this.#intake.removal(participation, kept)\n', '']],
  },
  {
    name: 'logging in a transaction of its own',
    mode: 'strict',
    patches: [
      [
        PROGRESS,
        '          log.append(occurrence)\n',
        '          writer.submit(() => log.append(occurrence)).catch(() => undefined)\n',
      ],
    ],
  },
]

/** @see BUGS. Where progress is carried over. */
export const CARRYING_BUGS: readonly Bug[] = [
  {
    name: 'stamping an enrolment as carried over before its last contents are',
    mode: 'copy-content',
    patches: [
      [
        COPIES,
        '    const end = Math.min(leaves.length, begin + leavesMax)\n',
        '    const end = Math.min(leaves.length, begin + leavesMax)\n    this.#copies.setRevision(key, revision)\n',
      ],
    ],
  },
  {
    name: 'not copying on what is completed after enrolling',
    mode: 'copy-collection',
    patches: [
      [
        COPIES,
        '      : this.#deriving.derive(key.userId, key.contentId, key, new Targets(this.#school))',
        '      : []',
      ],
    ],
  },
  {
    name: 'losing copies when their source is removed',
    mode: 'copy-content',
    patches: [
      [
        COPIES,
        '        for (const attempt of attempts) facts.mergeAttempt(row, attempt)\n',
        '        for (const attempt of attempts) facts.mergeAttempt(row, attempt)\n        this.#copies.put({ key: row, enrolledAt: null, copied: null })\n',
      ],
    ],
  },
  {
    name: 'going on with carrying over an enrolment that was removed and made anew',
    mode: 'copy-content',
    patches: [
      [
        COPIES,
        'from?.revision === revision && this.#underway.has(enrolmentId(key)) ? from.leaf : 0',
        'from?.revision === revision ? from.leaf : 0',
      ],
    ],
  },
  {
    name: 'not joining what is told late of a context that was left',
    mode: 'move',
    patches: [
      [
        MOVES,
        '    for (const contextId of this.#contextsIn(key)) shown = joined(shown, facts.view({ ...key, contextId }))\n',
        '    for (const contextId of this.#contextsIn(key)) shown = shown ?? facts.view({ ...key, contextId })\n',
      ],
    ],
  },
  {
    name: 'telling nobody that a move was taken back',
    mode: 'move',
    patches: [
      [MOVES, 'if (was !== undefined && was.toContextId !== is?.toContextId) {', 'if (MoveCarrying.length < 0) {'],
    ],
  },
]

const EVENTS = 'stores/sqlite/event-log.ts'
const DELIVERIES = 'stores/sqlite/deliveries.ts'

/** Found only where events are published and consumed. */
export const PUBLISHING_BUGS: readonly Bug[] = [
  {
    name: 'appending events in one commit and noting how far the outbox was read in another',
    mode: 'strict',
    patches: [
      [EVENTS, '        if (read !== undefined) this.#log.commitNow(read.consumer, read.seq)\n', ''],
      [
        EVENTS,
        '    if (events.length === 0) return\n    this.#defer(',
        "    if (read !== undefined) await this.#writer.submit(() => this.#log.commitNow(read.consumer, read.seq), 'own')\n    if (events.length === 0) return\n    this.#defer(",
      ],
    ],
  },
  {
    name: 'handling an event without looking whether it was handled',
    mode: 'strict',
    patches: [[DELIVERIES, 'const fresh = Number(changes) > 0', 'const fresh = Number(changes) >= 0']],
  },
  {
    name: 'noting that an event was handled before its effects',
    mode: 'strict',
    patches: [
      [
        'workers/consume/group-delivery.ts',
        '    const failures = await tryAll(this.#attempt(), free)\n',
        '    this.#advance(last.seq, [])\n    await this.#advancing\n    const failures = await tryAll(this.#attempt(), free)\n',
      ],
    ],
  },
  {
    name: 'ids that do not follow from what is told',
    mode: 'strict',
    patches: [
      [
        'workers/publish/progress-events.ts',
        'id: eventId(type, seq, atMs, who)',
        'id: eventId(type, seq, atMs, who, Math.random())',
      ],
    ],
  },
]

/** What a run of the command line prints with --json. */
export interface Found {
  readonly histories: number
  readonly failure?: Failure
  readonly minimal?: { readonly steps: readonly Step[]; readonly violation: string }
}

/** Plants a bug into a copy and simulates that copy, in a process of its own. */
export async function hunt(bug: Bug, args: readonly string[]): Promise<Found> {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const copy = mkdtempSync(join(tmpdir(), 'waymark-planted-'))
  try {
    for (const part of ['src', 'test/simulation', 'test/support', 'package.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    for (const [file, from, to] of bug.patches) plant(join(copy, 'src', file), from, to)
    const output = await run(join(copy, 'test/simulation/cli.ts'), ['--json', '--mode', bug.mode, ...args])
    // Printed by cli.ts.
    return JSON.parse(output) as Found
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function plant(path: string, from: string, to: string): void {
  const source = readFileSync(path, 'utf8')
  const parts = source.split(from)
  if (parts.length !== 2) throw new Error(`${path} holds this text ${String(parts.length - 1)} times: ${from}`)
  writeFileSync(path, parts.join(to))
}

/** Runs a program to its end; it fails with 1 where it found something. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(`${program} printed nothing: ${error?.message ?? ''} ${stderr}`))
      else resolve(stdout)
    })
  })
}
