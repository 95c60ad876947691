import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { configOf, filesOf, QUIET } from '../../../test/support/exports.ts'
import { SimulatedClock } from '../../../test/support/simulated-clock.ts'
import { MODES, type Mode } from '../../domain/progress/mode.ts'
import { apply, snapshot, stepIn, type Step } from '../../stores/kit/histories.ts'
import { LIMITS, type OpenedStore } from '../../stores/kit/stores.ts'
import { openSqliteStore } from '../../stores/sqlite/store.ts'
import { exportStore } from './export.ts'
import { importStore } from './import.ts'

const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 60) / 20)

async function openAt(folder: string, mode: Mode, nowMs?: number): Promise<OpenedStore> {
  const clock = new SimulatedClock(nowMs)
  // Few facts at once, so that some are folded and some wait when the export begins.
  const fold = { factsMax: 5, afterMs: Number.MAX_SAFE_INTEGER, rowsMin: 1 }
  const store = await openSqliteStore({ folder, mode, timeZone: 'UTC', clock, limits: LIMITS, fold })
  return { store, clock, close: () => store.close() }
}

async function holds(mode: Mode, before: readonly Step[], afterwards: readonly Step[]): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'waymark-transfer-'))
  const [first, second] = [configOf(join(root, 'first'), mode), configOf(join(root, 'second'), mode)]
  const open: OpenedStore[] = []
  try {
    const began = await openAt(first.DATA, mode)
    open.push(began)
    for (const step of before) await apply(began, step)
    await exportStore(first, join(root, 'exported'), QUIET)
    importStore(second, join(root, 'exported'), QUIET)
    await exportStore(second, join(root, 'again'), QUIET)
    assert.deepEqual(filesOf(join(root, 'again')), filesOf(join(root, 'exported')))
    // What a store holds in memory ends with its process: the two begin alike.
    await began.close()
    const [a, b] = [
      await openAt(first.DATA, mode, began.clock.nowMs()),
      await openAt(second.DATA, mode, began.clock.nowMs()),
    ]
    open.push(a, b)
    assert.deepEqual(await snapshot(b.store), await snapshot(a.store))
    for (const step of afterwards) assert.deepEqual(await apply(b, step), await apply(a, step))
    assert.deepEqual(await snapshot(b.store), await snapshot(a.store))
  } finally {
    for (const opened of open) await opened.close()
    rmSync(root, { recursive: true })
  }
}

for (const mode of MODES) {
  test(`in mode ${mode} a store that was exported and imported along any history shows and answers what the other does`, async () => {
    const steps = fc.array(stepIn(mode), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(steps, steps, (before, afterwards) => holds(mode, before, afterwards)),
      { numRuns: RUNS },
    )
  })
}
