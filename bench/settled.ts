import { openToRead } from './oracle.ts'

const SETTLE_MS = 120_000

/** Waits until the workers have handled everything logged, so that no scenario pays for the one before. */
export async function settled(folder: string): Promise<void> {
  const database = openToRead(folder)
  try {
    const select = database.prepare(
      `SELECT coalesce((SELECT max(seq) FROM log), 0) - coalesce((SELECT min(seq) FROM position), 0) AS behind,
         (SELECT count(*) FROM position) AS consumers`,
    )
    const deadline = performance.now() + SETTLE_MS
    for (;;) {
      const row = select.get()
      if (Number(row?.['behind']) === 0) return
      if (performance.now() > deadline) throw new Error('the workers did not catch up in time')
      await new Promise((resolve) => {
        setTimeout(resolve, 10)
      })
    }
  } finally {
    database.close()
  }
}
