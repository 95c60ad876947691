/** A thread that makes one store, so that several are made at a time and the benchmark goes on meanwhile. */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { makeStore } from './fixture.ts'
import type { StoreMade, StoreWanted } from './stores.ts'

// Handed over by stores.ts alone.
const { folder, groups } = workerData as StoreWanted
let rows = 0
const bytes = makeStore(folder, groups, (made) => {
  rows = made
})
// On disk before anything is measured: what the kernel writes back later would slow down somebody's sync.
const file = openSync(join(folder, 'waymark.db'), 'r')
fsyncSync(file)
closeSync(file)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage({ rows, bytes } satisfies StoreMade)
