/** Facts, folds, rollbacks and crashes in any order: what is shown is always the join of what was acknowledged. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import fc from 'fast-check'
import { factRow, joinViews, type ViewRow } from '../../domain/progress/view.ts'
import { openDatabase, Statements } from './database.ts'
import { Journal } from './journal.ts'
import { Views } from './views.ts'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60)
const PARTICIPATIONS = [1, 2, 3]
const CONTENTS = [1, 2, 3, 4]
/** The content whose rows a removal leaves. */
const ORGANIC = 4

const fact = fc.record({
  do: fc.constant('fact' as const),
  participation: fc.constantFrom(...PARTICIPATIONS),
  content: fc.constantFrom(...CONTENTS),
  kind: fc.constantFrom('start' as const, 'update' as const, 'end' as const),
  at: fc.integer({ min: 1, max: 9 }),
  progress: fc.integer({ min: 0, max: 100 }),
  details: fc.option(fc.constantFrom('{"a":1}', '{"b":"\\"]"}', '{}')),
})
const act = fc.oneof(
  { weight: 8, arbitrary: fact },
  fc.record({ do: fc.constant('remove' as const), participation: fc.constantFrom(...PARTICIPATIONS) }),
)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const), acts: fc.array(act, { maxLength: 5 }) }) },
  fc.record({ do: fc.constant('rollback' as const), acts: fc.array(act, { minLength: 1, maxLength: 5 }) }),
  fc.record({ do: fc.constant('fold' as const), rows: fc.integer({ min: 1, max: 4 }), holds: fc.boolean() }),
  fc.record({ do: fc.constant('crash' as const) }),
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never
type Model = Map<string, ViewRow>

/** The store's life from one crash to the next. */
class Life {
  readonly database: DatabaseSync
  readonly journal = new Journal()
  readonly views: Views

  constructor(path: string) {
    this.database = openDatabase(path, 'strict')
    this.views = new Views(new Statements(this.database), this.journal, 4)
  }

  /** Runs one transaction, to its end or to its rollback. */
  transact(work: () => void, holds: boolean): void {
    this.database.exec('BEGIN')
    work()
    this.views.seal()
    if (holds) {
      this.database.exec('COMMIT')
      this.journal.clear()
      this.views.committed()
    } else {
      this.database.exec('ROLLBACK')
      this.journal.undo()
    }
  }

  apply(model: Model, acts: readonly Act[]): void {
    for (const one of acts) {
      if (one.do === 'remove') {
        const expected = keysOf(model, one.participation).filter(([, content]) => content !== ORGANIC)
        assert.equal(this.views.remove(one.participation, ORGANIC), expected.length)
        for (const [name] of expected) model.delete(name)
      } else {
        const { participation, content } = one
        const row = factRow({ ...one, timed: true, details: one.details ?? undefined })
        const before = this.views.get(participation, content)
        const merged = before === undefined ? row : joinViews(before, row)
        this.views.record(participation, content, row, merged)
        const known = model.get(nameOf(participation, content))
        model.set(nameOf(participation, content), known === undefined ? row : joinViews(known, row))
      }
    }
  }

  /** Everything that it shows, in each of its ways. */
  check(model: Model): void {
    for (const participation of PARTICIPATIONS) {
      const expected = new Map(keysOf(model, participation).map(([name, content]) => [content, model.get(name)]))
      assert.deepEqual(new Map(this.views.all(participation)), expected)
      assert.equal(this.views.has(participation), expected.size > 0)
      const times = new Map<number, unknown>()
      this.views.times(participation, (content, { startedAt, completedAt }) => {
        times.set(content, [startedAt, completedAt])
      })
      assert.deepEqual(times, new Map([...expected].map(([k, row]) => [k, [row?.startedAt, row?.completedAt]])))
      for (const content of CONTENTS) assert.deepEqual(this.views.get(participation, content), expected.get(content))
    }
  }
}

function nameOf(participation: number, content: number): string {
  return `${String(participation)} ${String(content)}`
}

function keysOf(model: Model, participation: number): readonly (readonly [name: string, content: number])[] {
  return CONTENTS.map((content) => [nameOf(participation, content), content] as const).filter(([name]) =>
    model.has(name),
  )
}

/** What the disk holds when the process ends: the file and its write-ahead log. */
function copyOf(from: string, to: string): string {
  for (const suffix of ['', '-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix)
  return to
}

test('a row of the intake that the disk has changed stops the start and is named', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-views-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  for (const [index, damaged] of ['[[1,2,3', '{"a":1}', '[[]]', '[["1",2]]', '[[1,2,null,null,"x",1,1]]'].entries()) {
    const database = openDatabase(join(folder, String(index)), 'strict')
    database.prepare('INSERT INTO intake (facts) VALUES (?)').run(damaged)
    assert.throws(() => new Views(new Statements(database), new Journal(), 4), {
      name: 'StoreRefused',
      message: /^row 1 of the intake cannot be read/,
    })
    database.close()
  }
})

test('what is shown is the join of what was acknowledged, whatever was folded, rolled back or cut off', (t) => {
  const ground = mkdtempSync(join(tmpdir(), 'waymark-views-'))
  t.after(() => {
    rmSync(ground, { recursive: true })
  })
  openDatabase(join(ground, 'empty'), 'strict').close()
  let lives = 0
  const next = (): string => join(ground, `life-${String((lives += 1))}`)
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let path = copyOf(join(ground, 'empty'), next())
      let life = new Life(path)
      let model: Model = new Map()
      for (const taken of steps) {
        if (taken.do === 'commit' || taken.do === 'rollback') {
          const after = new Map(model)
          life.transact(() => {
            life.apply(after, taken.acts)
          }, taken.do === 'commit')
          if (taken.do === 'commit') model = after
        } else if (taken.do === 'fold') {
          life.views.beginFold()
          let settle: () => unknown = () => undefined
          life.transact(() => {
            settle = life.views.fold(taken.rows)
          }, taken.holds)
          if (taken.holds) settle()
        } else {
          const survived = copyOf(path, next())
          life.database.close()
          path = survived
          life = new Life(path)
        }
        life.check(model)
      }
      life.database.close()
    }),
    { numRuns: RUNS },
  )
})
