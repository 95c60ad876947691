import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../../test/support/simulated-clock.ts'
import type { EnrolmentKey } from '../domain/progress/key.ts'
import type { LogEntry } from '../ports/log.ts'
import type { ConsumerPosition, ProgressStore } from '../ports/progress-store.ts'
import { openMemoryStore } from '../stores/memory/store.ts'
import { aggregator } from './aggregate.ts'

const GOING_ON = new AbortController().signal

interface Commit {
  readonly learners: readonly string[]
  readonly position: ConsumerPosition | undefined
}

/** A store that takes note of what it is to recompute. */
function watched(before: (keys: readonly EnrolmentKey[]) => void = () => undefined): {
  readonly progress: ProgressStore
  readonly commits: Commit[]
} {
  const { progress } = openMemoryStore(new SimulatedClock())
  const commits: Commit[] = []
  progress.recompute = (keys, position) => {
    before(keys)
    commits.push({ learners: keys.map(({ userId }) => userId), position })
    return Promise.resolve()
  }
  return { progress, commits }
}

/** An entry for each of these learners, in order. */
function entriesOf(...learners: readonly string[]): readonly LogEntry[] {
  const where = { collectionId: 'maths', contextId: 'maths', contentId: 'c1' }
  return learners.map((userId, index) => ({
    seq: index + 1,
    at: 1,
    occurrence: { type: 'view-started', userId, ...where },
  }))
}

test('triggers of one learner, far apart, are one recomputation; each commit is bounded, the last moves the position', async () => {
  const { progress, commits } = watched()
  await aggregator(progress, 2).handle(entriesOf('a', 'b', 'c', 'd', 'e', 'a', 'c', 'a'), GOING_ON)
  assert.deepEqual(commits, [
    { learners: ['a', 'b'], position: undefined },
    { learners: ['c', 'd'], position: undefined },
    { learners: ['e'], position: { consumer: 'aggregate', seq: 8 } },
  ])
})

test('few triggers are one commit with the position, also where they just fill it', async () => {
  const { progress, commits } = watched()
  await aggregator(progress, 2).handle(entriesOf('a', 'b', 'b'), GOING_ON)
  assert.deepEqual(commits, [{ learners: ['a', 'b'], position: { consumer: 'aggregate', seq: 3 } }])
})

test('told to stop, it ends between two commits and leaves the position where it was', async () => {
  const stopping = new AbortController()
  const { progress, commits } = watched((keys) => {
    if (keys.some(({ userId }) => userId === 'c')) stopping.abort()
  })
  await aggregator(progress, 2).handle(entriesOf('a', 'b', 'c', 'd', 'e'), stopping.signal)
  assert.deepEqual(
    commits.map(({ position }) => position),
    [undefined, undefined],
  )
})

test('a commit that fails leaves the position where it was', async () => {
  const { progress, commits } = watched((keys) => {
    if (keys.some(({ userId }) => userId === 'e')) throw new Error('not e')
  })
  await assert.rejects(aggregator(progress, 2).handle(entriesOf('a', 'b', 'c', 'd', 'e'), GOING_ON), /not e/)
  assert.deepEqual(
    commits.map(({ position }) => position),
    [undefined, undefined],
  )
})
