import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { WaymarkError, type ErrorCode } from '../../domain/errors.ts'
import { Writer, type WriterLimits } from './writer.ts'

const LIMITS: WriterLimits = { queueMax: 100, commitMax: 100, retryAfterSeconds: 7 }

let folder: string
let database: DatabaseSync
/** A connection of its own: it sees what is committed and nothing else. */
let witness: DatabaseSync
/** Writes per commit, in order. */
let commits: number[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waymark-test-'))
  const path = join(folder, 'waymark.db')
  database = new DatabaseSync(path)
  database.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE fact (id INTEGER PRIMARY KEY, text TEXT)',
  )
  witness = new DatabaseSync(path)
  commits = []
})

afterEach(() => {
  witness.close()
  database.close()
  rmSync(folder, { recursive: true })
})

function openWriter(limits: Partial<WriterLimits> = {}): Writer {
  return new Writer(database, { ...LIMITS, ...limits }, { onCommit: (writes) => commits.push(writes) })
}

/** Writes one row and answers its id. */
function insert(id: number, text = ''): number {
  database.prepare('INSERT INTO fact (id, text) VALUES (?, ?)').run(id, text)
  return id
}

function committed(): readonly number[] {
  return witness
    .prepare('SELECT id FROM fact ORDER BY id')
    .all()
    .map((row) => Number(row['id']))
}

const numbers = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** Whether an error is a refusal with this code. */
const refusal =
  (code: ErrorCode) =>
  (error: unknown): boolean =>
    error instanceof WaymarkError && error.code === code

describe('a commit', () => {
  test('takes everything that was submitted in one turn, and answers each what it returned', async () => {
    const writer = openWriter()
    const answers = await Promise.all(numbers(1, 20).map((id) => writer.submit(() => insert(id))))
    assert.deepEqual(answers, numbers(1, 20))
    assert.deepEqual(commits, [20])
  })

  test('is over before anyone is answered', async () => {
    const writer = openWriter()
    const seen = await Promise.all(
      numbers(1, 5).map(async (id) => {
        await writer.submit(() => insert(id))
        return committed()
      }),
    )
    for (const rows of seen) assert.deepEqual(rows, numbers(1, 5))
  })

  test('answers nobody while it is not over', async () => {
    const writer = openWriter()
    let answered = false
    const submitted = writer
      .submit(() => {
        insert(1)
        assert.deepEqual(committed(), [])
      })
      .then(() => {
        answered = true
      })
    const last = writer.submit(() => {
      assert.equal(answered, false)
    })
    await Promise.all([submitted, last])
    assert.deepEqual(committed(), [1])
  })

  test('holds no more than the limit; the rest comes next, in order', async () => {
    const writer = openWriter({ commitMax: 8 })
    const order: number[] = []
    await Promise.all(numbers(1, 20).map((id) => writer.submit(() => order.push(insert(id)))))
    assert.deepEqual(commits, [8, 8, 4])
    assert.deepEqual(order, numbers(1, 20))
  })
})

describe('a write that fails', () => {
  test('touches none that shares its commit', async () => {
    const writer = openWriter()
    const fault = new Error('a fault of the program')
    const outcomes = await Promise.allSettled(
      numbers(1, 9).map((id) =>
        writer.submit(() => {
          insert(id)
          if (id === 5) throw fault
          return id
        }),
      ),
    )
    for (const [index, outcome] of outcomes.entries()) {
      const id = index + 1
      assert.deepEqual(outcome, id === 5 ? { status: 'rejected', reason: fault } : { status: 'fulfilled', value: id })
    }
    assert.deepEqual(committed(), [1, 2, 3, 4, 6, 7, 8, 9])
  })

  test('may be any of them, and several', async () => {
    const failing = new Set([1, 4, 5, 9])
    const writer = openWriter()
    const outcomes = await Promise.allSettled(
      numbers(1, 9).map((id) =>
        writer.submit(() => {
          // The second insertion breaks the primary key: SQLite itself refuses.
          insert(id)
          return failing.has(id) ? insert(id) : id
        }),
      ),
    )
    assert.deepEqual(
      outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
      [2, 3, 6, 7, 8],
    )
    assert.deepEqual(committed(), [2, 3, 6, 7, 8])
  })

  test('gives its own refusal to its caller', async () => {
    const writer = openWriter()
    const refused = writer.submit(() => {
      throw new WaymarkError('VIEW_NOT_STARTED')
    })
    const mate = writer.submit(() => insert(1))
    await assert.rejects(refused, refusal('VIEW_NOT_STARTED'))
    assert.equal(await mate, 1)
  })

  test('leaves the next commit alone', async () => {
    const writer = openWriter()
    await assert.rejects(
      writer.submit(() => {
        throw new Error('a fault of the program')
      }),
    )
    assert.equal(await writer.submit(() => insert(1)), 1)
    assert.deepEqual(committed(), [1])
  })
})

describe('limits', () => {
  test('past the queue a write is refused with OVERLOADED and the time to wait; those before it are not harmed', async () => {
    const writer = openWriter({ queueMax: 3 })
    const accepted = numbers(1, 3).map((id) => writer.submit(() => insert(id)))
    assert.equal(writer.queued, 3)
    await assert.rejects(
      writer.submit(() => insert(4)),
      (error) => refusal('OVERLOADED')(error) && error instanceof WaymarkError && error.retryAfterSeconds === 7,
    )
    assert.deepEqual(await Promise.all(accepted), [1, 2, 3])
    assert.equal(writer.queued, 0)
    assert.equal(await writer.submit(() => insert(5)), 5)
    assert.deepEqual(committed(), [1, 2, 3, 5])
  })

  test('what the process itself has queued takes no room from clients', async () => {
    const writer = openWriter({ queueMax: 1 })
    const own = writer.submit(() => insert(1), 'own', 1000)
    assert.equal(writer.queued, 1000)
    assert.equal(await writer.submit(() => insert(2)), 2)
    await own
    assert.deepEqual(committed(), [1, 2])
  })

  test('closing commits what is queued, and refuses what comes later with STOPPING', async () => {
    const writer = openWriter({ commitMax: 2 })
    const queued = numbers(1, 5).map((id) => writer.submit(() => insert(id)))
    writer.close()
    assert.deepEqual(committed(), [1, 2, 3, 4, 5])
    await assert.rejects(
      writer.submit(() => insert(6)),
      refusal('STOPPING'),
    )
    assert.deepEqual(await Promise.all(queued), [1, 2, 3, 4, 5])
    assert.deepEqual(committed(), [1, 2, 3, 4, 5])
  })
})

describe('a store in trouble', () => {
  test('a full disk is STORE_FULL, nothing of a refused write stays, and writing works again when there is room', async () => {
    const writer = openWriter()
    await writer.submit(() => insert(1))
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count'])
    database.exec(`PRAGMA max_page_count=${String(pages + 2)}`)
    const large = 'x'.repeat(100_000)
    const refused = await Promise.allSettled(numbers(2, 6).map((id) => writer.submit(() => insert(id, large))))
    for (const outcome of refused) {
      assert.equal(outcome.status, 'rejected')
      assert.ok(refusal('STORE_FULL')(outcome.reason), String(outcome.reason))
    }
    assert.deepEqual(committed(), [1])
    database.exec('PRAGMA max_page_count=1000000')
    assert.equal(await writer.submit(() => insert(7, large)), 7)
    assert.deepEqual(committed(), [1, 7])
  })

  test('a full disk harms no small write that still fits', async () => {
    const writer = openWriter()
    await writer.submit(() => insert(1))
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count'])
    database.exec(`PRAGMA max_page_count=${String(pages)}`)
    const outcomes = await Promise.allSettled(
      [insert, insert, insert].map((write, index) =>
        writer.submit(() => write(index + 2, index === 1 ? 'x'.repeat(100_000) : '')),
      ),
    )
    const fulfilled = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    assert.deepEqual(committed(), [1, ...fulfilled])
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.ok(refusal('STORE_FULL')(outcome.reason), String(outcome.reason))
    }
    assert.equal(outcomes[1]?.status, 'rejected')
  })

  test('a store that another process holds is STORE_UNAVAILABLE for all, and works again when it is free', async () => {
    const writer = openWriter()
    witness.exec('BEGIN IMMEDIATE')
    const refused = await Promise.allSettled(numbers(1, 3).map((id) => writer.submit(() => insert(id))))
    for (const outcome of refused) {
      assert.equal(outcome.status, 'rejected')
      assert.ok(refusal('STORE_UNAVAILABLE')(outcome.reason), String(outcome.reason))
    }
    witness.exec('ROLLBACK')
    assert.equal(await writer.submit(() => insert(4)), 4)
    assert.deepEqual(committed(), [4])
  })

  test('a listener hears of commits alone', async () => {
    const writer = openWriter()
    witness.exec('BEGIN IMMEDIATE')
    await assert.rejects(writer.submit(() => insert(1)))
    witness.exec('ROLLBACK')
    assert.deepEqual(commits, [])
    await writer.submit(() => insert(1))
    assert.deepEqual(commits, [1])
  })
})
