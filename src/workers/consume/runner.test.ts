import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { eventOf, handledIn, Recorder, run, type Fault } from '../../../test/support/delivering.ts'
import { WaymarkError } from '../../domain/errors.ts'
import type { Deliveries } from '../../ports/deliveries.ts'
import type { Store } from '../../ports/store.ts'
import { IMPLEMENTATIONS } from '../../stores/kit/stores.ts'
import { Unreadable } from './subscriber.ts'

const WHERE = ['commit', 'outside'] as const

/** Each guarantee holds on every store, for work in the commit and outside of it. */
function guarantee(
  what: string,
  check: (t: TestContext, store: Store, where: (typeof WHERE)[number]) => Promise<void>,
): void {
  for (const { name, open } of IMPLEMENTATIONS.slice(0, 2)) {
    for (const where of WHERE) {
      test(`${name}, work ${where}: ${what}`, async (t) => {
        const { store, close } = await open()
        t.after(close)
        await check(t, store, where)
      })
    }
  }
}

const failing =
  (...ids: readonly string[]): Fault =>
  ({ id }) => {
    if (ids.includes(id)) throw new Error(`${id} is broken`)
  }

function append(store: Store, ...names: readonly string[]): Promise<void> {
  // `a1` is an event of key `a`.
  return store.events.append(names.map((name) => eventOf(name, name.charAt(0))))
}

const handledOf = async (store: Store, key: string): Promise<readonly string[]> =>
  (await handledIn(store)).filter((id) => id.startsWith(key))

guarantee('events are handled once each, in the order of their key', async (t, store, where) => {
  await append(store, 'a1', 'b1', 'a2')
  const group = run(store, new Recorder().subscriber({}, where))
  t.after(() => group.stop())
  await append(store, 'b2', 'a3')
  await group.idle()
  await append(store, 'a4')
  await group.idle()
  assert.deepEqual(await handledOf(store, 'a'), ['a1', 'a2', 'a3', 'a4'])
  assert.deepEqual(await handledOf(store, 'b'), ['b1', 'b2'])
  assert.equal((await store.deliveries.find('group'))?.position, await store.events.last())
})

guarantee('an event that fails is tried again; its key waits in order, other keys go on', async (t, store, where) => {
  const recorder = new Recorder()
  recorder.fault = ({ id }, tries) => {
    if (id === 'a1' && tries < 2) throw new Error('not yet')
  }
  const retry = { max: 5, firstMs: 30, mostMs: 100 }
  const group = run(store, recorder.subscriber({ retry }, where))
  t.after(() => group.stop())
  await append(store, 'a1', 'b1', 'a2', 'b2')
  await group.idle()
  assert.deepEqual(await handledOf(store, 'a'), ['a1', 'a2'])
  const all = await handledIn(store)
  assert.ok(all.indexOf('b2') < all.indexOf('a1'), 'b did not wait for a')
  assert.ok(group.errors.length > 0)
  assert.deepEqual(await store.deliveries.held('group', 9), [])
})

guarantee('what fails too often is a dead letter with reason and stack; its key waits', async (t, store, where) => {
  const recorder = new Recorder()
  recorder.fault = failing('a1')
  const group = run(store, recorder.subscriber({}, where))
  t.after(() => group.stop())
  await append(store, 'a1', 'a2', 'b1')
  await group.idle()
  await append(store, 'a3', 'b2')
  await group.idle()
  assert.deepEqual(await handledIn(store), ['b1', 'b2'])
  const [dead, ...behind] = await store.deliveries.held('group', 9)
  assert.deepEqual([dead?.state, dead?.tries], ['dead', 3])
  assert.match(dead?.reason ?? '', /^Error: a1 is broken\n +at /)
  assert.deepEqual(
    behind.map(({ state, tries }) => [state, tries]),
    [
      ['waiting', 0],
      ['waiting', 0],
    ],
  )
  assert.equal(recorder.tries.get('a2'), undefined, 'what waits is not tried')
})

guarantee('a dead letter that is driven again is followed by what waited for it, in order', async (t, store, where) => {
  const recorder = new Recorder()
  recorder.fault = failing('a1')
  const group = run(store, recorder.subscriber({}, where))
  t.after(() => group.stop())
  await append(store, 'a1', 'a2', 'a3')
  await group.idle()
  assert.deepEqual(await handledIn(store), [])
  recorder.fault = () => undefined
  await store.deliveries.redrive('group', undefined, Date.now())
  await group.idle()
  assert.deepEqual(await handledIn(store), ['a1', 'a2', 'a3'])
})

guarantee('a dead letter that is given up lets its key go on', async (t, store, where) => {
  const recorder = new Recorder()
  recorder.fault = failing('a1', 'a3')
  const group = run(store, recorder.subscriber({}, where))
  t.after(() => group.stop())
  await append(store, 'a1', 'a2', 'a3', 'a4')
  await group.idle()
  const [dead] = await store.deliveries.held('group', 1)
  await store.deliveries.drop('group', dead?.seq ?? 0)
  await group.idle()
  assert.deepEqual(await handledIn(store), ['a2'])
  assert.deepEqual(
    (await store.deliveries.held('group', 9)).map(({ state }) => state),
    ['dead', 'waiting'],
  )
})

guarantee('a group may go on after a dead letter', async (t, store, where) => {
  const recorder = new Recorder()
  recorder.fault = failing('a1')
  const group = run(store, recorder.subscriber({ afterDead: 'go-on' }, where))
  t.after(() => group.stop())
  await append(store, 'a1', 'a2')
  await group.idle()
  await append(store, 'a3')
  await group.idle()
  assert.deepEqual(await handledIn(store), ['a2', 'a3'])
  assert.deepEqual(
    (await store.deliveries.held('group', 9)).map(({ state }) => state),
    ['dead'],
  )
})

guarantee('what cannot be read is not tried again', async (t, store, where) => {
  const recorder = new Recorder()
  recorder.fault = ({ id }) => {
    if (id === 'a1') throw new Unreadable('no schema', { cause: new Error('byte 3') })
  }
  const group = run(store, recorder.subscriber({}, where))
  t.after(() => group.stop())
  await append(store, 'a1', 'b1')
  await group.idle()
  const [dead] = await store.deliveries.held('group', 9)
  assert.deepEqual([dead?.state, dead?.tries], ['dead', 1])
  assert.match(dead?.reason ?? '', /no schema[^]*caused by Error: byte 3/)
  assert.deepEqual(await handledIn(store), ['b1'])
})

guarantee('types that are not known are skipped', async (t, store, where) => {
  const group = run(store, new Recorder().subscriber({}, where))
  t.after(() => group.stop())
  await store.events.append([eventOf('a1', 'a'), eventOf('a2', 'a', 't', 'other'), eventOf('a3', 'a')])
  await group.idle()
  assert.deepEqual(await handledIn(store), ['a1', 'a3'])
})

guarantee(
  'a group that stops on unknown types handles what is before them, and goes on when told to',
  async (t, store, where) => {
    let known = false
    const accepts = ({ type }: { type: string }) => (known || type !== 'other' ? 'deliver' : 'stop')
    const group = run(store, new Recorder().subscriber({ accepts }, where))
    t.after(() => group.stop())
    await store.events.append([eventOf('a1', 'a'), eventOf('a2', 'a', 't', 'other'), eventOf('a3', 'a')])
    await group.idle()
    assert.deepEqual(await handledIn(store), ['a1'])
    assert.match((await store.deliveries.find('group'))?.paused ?? '', /other at position 2$/)
    known = true
    await store.deliveries.pause('group', undefined)
    await group.idle()
    assert.deepEqual(await handledIn(store), ['a1', 'a2', 'a3'])
  },
)

guarantee('a paused group handles nothing until it is resumed', async (t, store, where) => {
  await store.deliveries.open('group', 0)
  await store.deliveries.pause('group', 'for now')
  const group = run(store, new Recorder().subscriber({}, where))
  t.after(() => group.stop())
  await append(store, 'a1')
  await group.idle()
  assert.deepEqual(await handledIn(store), [])
  await store.deliveries.pause('group', undefined)
  await group.idle()
  assert.deepEqual(await handledIn(store), ['a1'])
})

guarantee(
  'after a replay everything from there on is handled once more, and what was before is not',
  async (t, store, where) => {
    const group = run(store, new Recorder().subscriber({}, where))
    t.after(() => group.stop())
    await append(store, 'a1', 'b1', 'a2')
    await group.idle()
    const [, second] = await store.events.read(0, 9, ['t'])
    await store.deliveries.replay('group', (second?.seq ?? 0) - 1)
    await group.idle()
    assert.deepEqual(await handledOf(store, 'a'), ['a1', 'a2', 'a2'])
    assert.deepEqual(await handledOf(store, 'b'), ['b1', 'b1'])
  },
)

guarantee('an event that stands twice in the log is handled once', async (t, store, where) => {
  await append(store, 'a1', 'a2', 'a1')
  const group = run(store, new Recorder().subscriber({}, where))
  t.after(() => group.stop())
  await group.idle()
  await append(store, 'a2')
  await group.idle()
  assert.deepEqual(await handledIn(store), ['a1', 'a2'])
})

guarantee('a group that is started again goes on where it stopped, with what was held up', async (t, store, where) => {
  const recorder = new Recorder()
  recorder.fault = failing('a1')
  const first = run(store, recorder.subscriber({}, where))
  await append(store, 'a1', 'b1', 'a2')
  await first.idle()
  await first.stop()
  await append(store, 'a3', 'b2')
  const second = run(store, recorder.subscriber({}, where))
  t.after(() => second.stop())
  await second.idle()
  assert.deepEqual(await handledIn(store), ['b1', 'b2'])
  assert.equal((await store.deliveries.held('group', 9)).length, 3)
})

guarantee('where too much is held up, no more is read until some of it goes on', async (t, store, where) => {
  const recorder = new Recorder()
  recorder.fault = failing('a1')
  const group = run(store, recorder.subscriber({}, where), { heldMax: 2 })
  t.after(() => group.stop())
  await append(store, 'a1', 'a2')
  await group.idle()
  await append(store, 'b1')
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.deepEqual(await handledIn(store), [])
  recorder.fault = () => undefined
  await store.deliveries.redrive('group', undefined, Date.now())
  await group.idle()
  assert.deepEqual([...(await handledIn(store))].sort(), ['a1', 'a2', 'b1'])
})

guarantee(
  'a failure of the store is waited out: no event is blamed for it, and none is overtaken',
  async (t, store, where) => {
    const recorder = new Recorder()
    let broken = 3
    recorder.fault = ({ id }) => {
      if (id === 'a1' && broken > 0) {
        broken -= 1
        throw new WaymarkError('STORE_UNAVAILABLE')
      }
    }
    const group = run(store, recorder.subscriber({ retry: { max: 1, firstMs: 1, mostMs: 1 } }, where))
    t.after(() => group.stop())
    await append(store, 'a1', 'a2', 'b1')
    await group.idle()
    assert.deepEqual(await handledOf(store, 'a'), ['a1', 'a2'])
    assert.deepEqual(await handledOf(store, 'b'), ['b1'])
    assert.deepEqual(await store.deliveries.held('group', 9), [])
  },
)

guarantee('a group that begins with the latest is told nothing of the past', async (t, store, where) => {
  await append(store, 'a1')
  const group = run(store, new Recorder().subscriber({ from: 'latest' }, where))
  t.after(() => group.stop())
  await group.idle()
  await append(store, 'a2')
  await group.idle()
  assert.deepEqual(await handledIn(store), ['a2'])
})

guarantee(
  'where the store fails as the group moves on, it moves on later and handles nothing twice',
  async (t, store, where) => {
    let broken = 2
    const deliveries = new Proxy(store.deliveries, {
      get: (target, name: keyof Deliveries) => {
        if (name === 'advance' && broken > 0) {
          broken -= 1
          return () => Promise.reject(new WaymarkError('STORE_UNAVAILABLE'))
        }
        // A store's methods belong to it.
        return target[name].bind(target) as unknown
      },
    })
    const group = run(store, new Recorder().subscriber({}, where), { deliveries })
    t.after(() => group.stop())
    await append(store, 'a1', 'b1')
    await group.idle()
    await append(store, 'a2')
    await group.idle()
    assert.deepEqual(await handledOf(store, 'a'), ['a1', 'a2'])
    assert.deepEqual(await handledOf(store, 'b'), ['b1'])
    assert.equal((await store.deliveries.find('group'))?.position, await store.events.last())
  },
)
