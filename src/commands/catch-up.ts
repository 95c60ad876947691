import type { Config } from '../config.ts'
import type { Store } from '../ports/store.ts'
import { startWorkers } from '../wire.ts'

/** Has the workers handle everything that was logged. @returns why they come no further; undefined where they are done. */
export async function catchUp(config: Config, store: Store): Promise<string | undefined> {
  const loops = startWorkers(config, store, (_consumer, error) => {
    process.stderr.write(`waymark: a worker failed: ${String(error)}\n`)
  })
  try {
    for (const loop of loops) await loop.idle('limited')
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await Promise.all(loops.map((loop) => loop.stop()))
  }
}
