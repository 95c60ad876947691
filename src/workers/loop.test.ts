import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { SimulatedClock } from '../../test/support/simulated-clock.ts'
import { WaymarkError } from '../domain/errors.ts'
import { TRIGGERS } from '../domain/progress/triggers.ts'
import type { LogEntry } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import { collection } from '../stores/kit/collections.ts'
import { openMemoryStore } from '../stores/memory/store.ts'
import { isCaughtUp } from './consumer.ts'
import { startLoop, type Loop, type LoopOptions } from './loop.ts'

const NAME = 'counter'
const loops: Loop[] = []

afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop()
})

interface Heard {
  readonly error: unknown
  readonly parked: LogEntry | undefined
}

interface Running {
  readonly store: Store
  readonly loop: Loop
  /** Learners of the entries handled, in order. */
  readonly handled: string[]
  /** Sizes of the batches that were tried. */
  readonly batches: number[]
  readonly heard: Heard[]
}

/** A log with an entry for each learner, read by a consumer that fails when it is told to. */
async function start(
  learners: readonly string[],
  fail: (learners: readonly string[]) => Promise<void> | void = () => undefined,
  options: Partial<LoopOptions> = {},
  store: Store = openMemoryStore(new SimulatedClock()),
): Promise<Running> {
  for (const learner of learners) await append(store, learner)
  const running = { store, handled: [] as string[], batches: [] as number[], heard: [] as Heard[] }
  const loop = startLoop(
    store.log,
    {
      name: NAME,
      types: TRIGGERS,
      handle: async (entries) => {
        running.batches.push(entries.length)
        await fail(entries.map(learnerOf))
        running.handled.push(...entries.map(learnerOf))
        await store.log.commit(NAME, entries.at(-1)?.seq ?? 0)
      },
    },
    {
      readMax: 10,
      batchMax: 10,
      retries: 3,
      backoffMs: 1,
      onError: (_consumer, error, parked) => running.heard.push({ error, parked }),
      ...options,
    },
  )
  loops.push(loop)
  return { ...running, loop }
}

async function append(store: Store, learner: string): Promise<void> {
  await store.progress.enrol({ userId: learner, collectionId: 'maths', contextId: 'maths' }, 1)
}

function learnerOf(entry: LogEntry): string {
  return 'userId' in entry.occurrence ? entry.occurrence.userId : ''
}

function poisoned(...names: readonly string[]): (learners: readonly string[]) => void {
  return (learners) => {
    for (const name of names) if (learners.includes(name)) throw new Error(`cannot handle ${name}`)
  }
}

const learners = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `l${String(index)}`)

async function parkedLearners(store: Store): Promise<readonly string[]> {
  return (await store.log.deadLetters({ consumer: NAME, limit: 100 })).map(({ entry }) => learnerOf(entry))
}

describe('reading', () => {
  test('takes entries in order, in batches of at most the limit, and moves the position past them', async () => {
    const { store, loop, handled, batches } = await start(learners(25))
    await loop.idle()
    assert.deepEqual(handled, learners(25))
    assert.deepEqual(batches, [10, 10, 5])
    assert.equal(await store.log.position(NAME), 25)
  })

  test('goes on where the position stands, handling nothing twice', async () => {
    const first = await start(learners(5))
    await first.loop.idle()
    await first.loop.stop()
    const second = await start(['late'], undefined, {}, first.store)
    await second.loop.idle()
    assert.deepEqual(second.handled, ['late'])
  })

  test('wakes up when something is appended, also right after the start and while a batch is under way', async () => {
    const { store, loop, handled } = await start([], async () => {
      if (handled.length === 0) await append(store, 'meanwhile')
    })
    await append(store, 'at once')
    await loop.idle()
    await loop.idle()
    assert.deepEqual(handled, ['at once', 'meanwhile'])
    await append(store, 'later')
    await loop.idle()
    assert.deepEqual(handled, ['at once', 'meanwhile', 'later'])
  })

  test('idle resolves at once where there is nothing to do, and only when all that was logged is handled', async () => {
    const { store, loop, handled } = await start([], () => new Promise((resolve) => setTimeout(resolve, 5)))
    await loop.idle()
    await append(store, 'a')
    await append(store, 'b')
    await loop.idle()
    assert.deepEqual(handled, ['a', 'b'])
    assert.equal(await store.log.position(NAME), await store.log.last())
  })
})

describe('entries of types that a consumer does not read', () => {
  const publish = async (store: Store, times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      await store.catalogue.publish(collection('maths', ['a']), String(count))
    }
  }

  test('are not handled, and nothing waits for them', async () => {
    const store = openMemoryStore(new SimulatedClock())
    await publish(store, 3)
    const { loop, handled } = await start(['a'], undefined, {}, store)
    await publish(store, 3)
    await loop.idle()
    assert.deepEqual(handled, ['a'])
    assert.equal(await store.log.position(NAME), 4)
    assert.ok(await isCaughtUp(store.log, { name: NAME, types: TRIGGERS }))
    await append(store, 'b')
    assert.ok(!(await isCaughtUp(store.log, { name: NAME, types: TRIGGERS })))
    await loop.idle()
    assert.deepEqual(handled, ['a', 'b'])
  })

  test('do not wake it, and move its position only once there are many', async () => {
    const store = openMemoryStore(new SimulatedClock())
    const read = store.log.read.bind(store.log)
    let reads = 0
    store.log.read = (...wanted) => {
      reads += 1
      return read(...wanted)
    }
    const { loop } = await start(['a'], undefined, {}, store)
    await loop.idle()
    await new Promise((resolve) => setTimeout(resolve, 5))
    reads = 0
    await publish(store, 999)
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual([reads, await store.log.position(NAME)], [0, 1])
    await publish(store, 1)
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual([reads, await store.log.position(NAME)], [1, 1001])
  })

  test('are not passed over again at every look', async () => {
    const store = openMemoryStore(new SimulatedClock())
    await publish(store, 500)
    const after: number[] = []
    const read = store.log.read.bind(store.log)
    store.log.read = (seq, ...wanted) => {
      after.push(seq)
      return read(seq, ...wanted)
    }
    const { loop } = await start([], undefined, {}, store)
    await loop.idle()
    await append(store, 'a')
    await loop.idle()
    assert.deepEqual([...new Set(after)].slice(0, 2), [0, 500])
  })
})

describe('an entry that cannot be handled', () => {
  test('is put aside after its tries, with the reason, and all others are handled in order', async () => {
    const { store, loop, handled, heard } = await start(learners(25), poisoned('l13'))
    await loop.idle()
    assert.deepEqual(
      handled,
      learners(25).filter((name) => name !== 'l13'),
    )
    assert.equal(await store.log.position(NAME), 25)
    const [letter, ...others] = await store.log.deadLetters({ consumer: NAME, limit: 10 })
    assert.deepEqual(others, [])
    assert.equal(letter?.entry.seq, 14)
    assert.match(letter?.reason ?? '', /cannot handle l13/)
    assert.deepEqual(
      heard.flatMap(({ parked }) => (parked === undefined ? [] : [parked.seq])),
      [14],
    )
  })

  test('is tried alone as often as set, and costs its batch one try', async () => {
    const { loop, batches } = await start(learners(10), poisoned('l7'), { retries: 4 })
    await loop.idle()
    // The batch; its entries one by one, the poisoned one four times.
    assert.deepEqual(batches, [10, ...Array.from({ length: 10 + 3 }, () => 1)])
  })

  test('among very many others is looked for in smaller batches first', async () => {
    const options = { readMax: 1_200, batchMax: 100 }
    const { store, loop, handled, batches } = await start(learners(2_000), poisoned('l250'), options)
    await loop.idle()
    assert.equal(handled.length, 1_999)
    assert.deepEqual(await parkedLearners(store), ['l250'])
    // All; by hundreds; the hundred in question one by one; then all of the rest that was appended before the start.
    assert.deepEqual(batches.slice(0, 4), [1_200, 100, 100, 100])
    assert.equal(batches.filter((size) => size === 1).length, 100 + 2)
    assert.deepEqual(batches.slice(-2), [1_200, 500])
  })

  test('may be the first, the last, and several in a row', async () => {
    const { store, loop, handled } = await start(learners(9), poisoned('l0', 'l4', 'l5', 'l8'))
    await loop.idle()
    assert.deepEqual(handled, ['l1', 'l2', 'l3', 'l6', 'l7'])
    assert.deepEqual(await parkedLearners(store), ['l0', 'l4', 'l5', 'l8'])
  })

  for (const retries of [0, 1]) {
    test(`with ${String(retries)} tries set, it is still found out by itself, not its batch-mates`, async () => {
      const { store, loop, handled } = await start(learners(6), poisoned('l3'), { retries })
      await loop.idle()
      assert.deepEqual(handled, ['l0', 'l1', 'l2', 'l4', 'l5'])
      assert.deepEqual(await parkedLearners(store), ['l3'])
    })
  }

  test('that works at a later try is not put aside', async () => {
    let failures = 2
    const { store, loop, handled } = await start(learners(3), (batch) => {
      if (batch.includes('l1') && failures-- > 0) throw new Error('not yet')
    })
    await loop.idle()
    assert.deepEqual(handled, learners(3))
    assert.deepEqual(await parkedLearners(store), [])
  })

  test('has its dead letter before the position moves past it', async () => {
    const store = openMemoryStore(new SimulatedClock())
    const order: string[] = []
    const watched: Store = {
      ...store,
      log: {
        read: (after, limit, types) => store.log.read(after, limit, types),
        last: () => store.log.last(),
        position: (consumer) => store.log.position(consumer),
        commit: (consumer, seq) => {
          order.push(`position ${String(seq)}`)
          return store.log.commit(consumer, seq)
        },
        park: (consumer, entry, reason) => {
          order.push(`dead letter ${String(entry.seq)}`)
          return store.log.park(consumer, entry, reason)
        },
        count: (after, limit, types) => store.log.count(after, limit, types),
        deadLetters: (query) => store.log.deadLetters(query),
        deadLetter: (consumer, seq) => store.log.deadLetter(consumer, seq),
        deadLetterCounts: () => store.log.deadLetterCounts(),
        resolve: (consumer, seq) => store.log.resolve(consumer, seq),
        onAppend: (listener) => store.log.onAppend(listener),
      },
    }
    const { loop } = await start(['a', 'b', 'c'], poisoned('b'), {}, watched)
    await loop.idle()
    assert.deepEqual(order, ['position 1', 'dead letter 2', 'position 3'])
  })

  test('stays where it is while its dead letter cannot be written', async () => {
    const store = openMemoryStore(new SimulatedClock())
    let refusals = 2
    const park = store.log.park.bind(store.log)
    store.log.park = (consumer, entry, reason) =>
      refusals-- > 0 ? Promise.reject(new WaymarkError('STORE_FULL')) : park(consumer, entry, reason)
    const { loop, handled, heard } = await start(['a', 'b'], poisoned('a'), {}, store)
    await loop.idle()
    assert.deepEqual(handled, ['b'])
    assert.deepEqual(await parkedLearners(store), ['a'])
    assert.equal(heard.filter(({ error }) => error instanceof WaymarkError).length, 2)
  })
})

describe('a failure of the store', () => {
  test('is waited out however long it lasts; nothing is put aside', async () => {
    let failures = 5
    const { store, loop, handled, heard } = await start(learners(5), () => {
      if (failures-- > 0) throw new WaymarkError('STORE_UNAVAILABLE')
    })
    await loop.idle()
    assert.deepEqual(handled, learners(5))
    assert.deepEqual(await parkedLearners(store), [])
    assert.equal(heard.length, 5)
    assert.ok(heard.every(({ parked }) => parked === undefined))
  })

  test('takes no tries from the entry that comes after it', async () => {
    let [storeFailures, entryFailures] = [5, 2]
    const { store, loop, handled } = await start(['a'], () => {
      if (storeFailures-- > 0) throw new WaymarkError('STORE_FULL')
      if (entryFailures-- > 0) throw new Error('not yet')
    })
    await loop.idle()
    assert.deepEqual(handled, ['a'])
    assert.deepEqual(await parkedLearners(store), [])
  })

  test('while reading is waited out as well', async () => {
    const store = openMemoryStore(new SimulatedClock())
    let failures = 3
    const read = store.log.read.bind(store.log)
    store.log.read = (after, limit, types) =>
      failures-- > 0 ? Promise.reject(new Error('the store is away')) : read(after, limit, types)
    const { loop, handled } = await start(['a'], undefined, {}, store)
    await loop.idle()
    assert.deepEqual(handled, ['a'])
    assert.deepEqual(await parkedLearners(store), [])
  })
})

describe('an entry that was put aside and is driven again', () => {
  test('is handled alone, its dead letter is gone, and the position stays where it is', async () => {
    let mended = false
    const { store, loop, handled, batches } = await start(learners(5), (batch) => {
      if (!mended) poisoned('l1')(batch)
    })
    await loop.idle()
    mended = true
    const [letter] = await store.log.deadLetters({ limit: 10 })
    assert.ok(letter !== undefined)
    await loop.redrive(letter.entry)
    assert.deepEqual(handled, ['l0', 'l2', 'l3', 'l4', 'l1'])
    assert.equal(batches.at(-1), 1)
    assert.deepEqual(await parkedLearners(store), [])
    assert.equal(await store.log.position(NAME), 5)
    await append(store, 'later')
    await loop.idle()
    assert.equal(handled.at(-1), 'later')
  })

  test('keeps the new reason where it fails again, and nothing else is held up or counted as a failure', async () => {
    let fault = 'cannot handle l1'
    const { store, loop, handled, heard } = await start(learners(3), (batch) => {
      if (batch.includes('l1')) throw new Error(fault, { cause: new TypeError('deep down') })
    })
    await loop.idle()
    const told = heard.length
    fault = 'still cannot'
    const [letter] = await store.log.deadLetters({ limit: 10 })
    assert.ok(letter !== undefined)
    await assert.rejects(loop.redrive(letter.entry), /still cannot/)
    assert.match((await store.log.deadLetter(NAME, letter.entry.seq))?.reason ?? '', /still cannot[^]*deep down/)
    await append(store, 'later')
    await loop.idle()
    assert.deepEqual([handled, heard.length], [['l0', 'l2', 'later'], told])
  })

  test('keeps its reason where the store fails', async () => {
    let error: Error = new Error('cannot')
    const { store, loop } = await start(['a'], () => {
      throw error
    })
    await loop.idle()
    error = new WaymarkError('STORE_FULL')
    const [letter] = await store.log.deadLetters({ limit: 10 })
    assert.ok(letter !== undefined)
    await assert.rejects(loop.redrive(letter.entry), { code: 'STORE_FULL' })
    assert.match((await store.log.deadLetter(NAME, letter.entry.seq))?.reason ?? '', /^Error: cannot/)
  })

  test('is not handled while nobody can read it, and says so', async () => {
    const { store, loop, handled } = await start([])
    const occurrence = { type: 'unreadable', text: '{', reason: 'it is not JSON' } as const
    await assert.rejects(loop.redrive({ seq: 7, at: 1, occurrence }), /cannot be read: it is not JSON/)
    assert.deepEqual(handled, [])
    assert.match((await store.log.deadLetter(NAME, 7))?.reason ?? '', /it is not JSON/)
  })

  test('waits for the batch under way, and is told where the worker stops before its turn', async () => {
    const { promise: go, resolve } = Promise.withResolvers<undefined>()
    const { loop, store, handled } = await start(['a', 'b'], (batch) => (batch.includes('a') ? go : undefined))
    await new Promise((wait) => setTimeout(wait, 5))
    const [entry] = await store.log.read(1, 1)
    assert.ok(entry !== undefined)
    const driven = assert.rejects(loop.redrive(entry), { name: 'AbortError' })
    const stopped = loop.stop()
    resolve(undefined)
    await Promise.all([driven, stopped])
    assert.deepEqual(handled, ['a', 'b'])
    await assert.rejects(loop.redrive(entry), { name: 'AbortError' })
  })
})

describe('who waits with limited patience', () => {
  test('is told of the latest failure once there were more than one entry could cause', async () => {
    const { store, loop, heard } = await start(['a'], () => {
      throw new WaymarkError('STORE_FULL')
    })
    await assert.rejects(loop.idle('limited'), { code: 'STORE_FULL' })
    // Three tries alone, and two with others.
    assert.equal(heard.length, 3 + 2 + 1)
    assert.equal(await store.log.position(NAME), 0)
  })

  test('is not disturbed by entries that are put aside', async () => {
    const names = learners(30)
    const { store, loop } = await start(names, poisoned(...names), { readMax: 20, batchMax: 5 })
    await loop.idle('limited')
    assert.deepEqual(await parkedLearners(store), names)
  })
})

describe('stop', () => {
  test('ends after the batch under way, which counts', async () => {
    let begun: () => void = () => undefined
    const underWay = new Promise<void>((resolve) => (begun = resolve))
    const { store, loop, handled } = await start(learners(25), async () => {
      begun()
      await new Promise((resolve) => setTimeout(resolve, 10))
    })
    await underWay
    await loop.stop()
    assert.deepEqual(handled, learners(10))
    assert.equal(await store.log.position(NAME), 10)
    await append(store, 'late')
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(handled, learners(10))
  })

  test('ends at once while there is nothing to do', async () => {
    const { loop } = await start(['a'])
    await loop.idle()
    await loop.stop()
    await loop.stop()
  })

  test('ends at once while a failure is waited out; who waits for it to be idle is told that it will not be', async () => {
    const fails = (): void => {
      throw new WaymarkError('STORE_UNAVAILABLE')
    }
    const { loop, heard } = await start(['a'], fails, { backoffMs: 60_000 })
    while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    const idle = assert.rejects(loop.idle(), /stopped before it had handled everything/)
    const begun = performance.now()
    await loop.stop()
    await idle
    assert.ok(performance.now() - begun < 1000)
  })
})

describe('a consumer that lingers', () => {
  async function startLingering(
    lingerMs: number,
  ): Promise<{ readonly loop: Loop; readonly batches: number[]; store: Store }> {
    const store = openMemoryStore(new SimulatedClock())
    const batches: number[] = []
    const handle = async (entries: readonly LogEntry[]): Promise<void> => {
      batches.push(entries.length)
      await store.log.commit(NAME, entries.at(-1)?.seq ?? 0)
    }
    const consumer = { name: NAME, types: TRIGGERS, lingerMs, handle }
    const loop = startLoop(store.log, consumer, { readMax: 10, batchMax: 10, retries: 3, onError: assert.ifError })
    loops.push(loop)
    await loop.idle()
    await new Promise(setImmediate)
    return { loop, batches, store }
  }

  test('takes together what comes within that time', async () => {
    const { batches, store } = await startLingering(40)
    for (const learner of ['a', 'b', 'c']) {
      await append(store, learner)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    while (batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(batches, [3])
  })

  test('does not let those wait who wait for it, nor the end', async () => {
    const { loop, batches, store } = await startLingering(600_000)
    await append(store, 'a')
    await loop.idle()
    assert.deepEqual(batches, [1])
    await new Promise((resolve) => setTimeout(resolve, 5))
    await append(store, 'b')
    await new Promise((resolve) => setTimeout(resolve, 5))
    await loop.stop()
    assert.deepEqual(batches, [1])
  })
})
