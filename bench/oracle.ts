/** What the store must hold after the load, kept in memory and compared with the rows that are really there. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { contentOf, idsOf, type Group } from './groups.ts'
import type { Fact } from './workloads.ts'

/** Rows compared at most in one check, spread over all that were written. */
const COMPARED_MAX = 20_000

/** The number of a learner in a collection and context, and that of a content, from their ids. */
export const PARTICIPATION =
  '(SELECT participation FROM participation WHERE user_id = ? AND collection_id = ? AND context_id = ?)'
export const CONTENT = '(SELECT content FROM content WHERE content_id = ?)'

const SELECT = `SELECT progress, timespent_s FROM view WHERE participation = ${PARTICIPATION} AND content = ${CONTENT}`

/** Opens a store beside its server, to look and not to touch. */
export function openToRead(folder: string): DatabaseSync {
  return new DatabaseSync(join(folder, 'waymark.db'), { readOnly: true, timeout: 10_000 })
}

/** The greatest progress and time spent of every row of a group that updates were sent to. */
export class UpdateOracle {
  readonly #group: Group
  /** At least this was answered; at most that was sent. */
  readonly #least: Greatest
  readonly #most: Greatest

  constructor(group: Group) {
    this.#group = group
    const rows = group.learners * group.leaves
    this.#least = { progress: new Uint8Array(rows), timespent: new Uint32Array(rows) }
    this.#most = { progress: new Uint8Array(rows), timespent: new Uint32Array(rows) }
  }

  /** @param certain false where the update may have been left out for a read. */
  sent(fact: Fact, certain = true): void {
    const row = fact.learner * this.#group.leaves + fact.leaf
    raise(this.#most, row, fact)
    if (certain) raise(this.#least, row, fact)
  }

  /** `ok`, or the first row that is not what it must be. Every view must be in its table: see settled.ts. */
  check(folder: string): string {
    const written: number[] = []
    for (let row = 0; row < this.#most.timespent.length; row += 1) if (this.#most.timespent[row]) written.push(row)
    const step = Math.max(1, Math.floor(written.length / COMPARED_MAX))
    const database = openToRead(folder)
    try {
      const select = database.prepare(SELECT)
      for (let position = 0; position < written.length; position += step) {
        const row = written[position] ?? 0
        const ids = idsOf(this.#group, Math.floor(row / this.#group.leaves))
        const contentId = contentOf(ids.collectionId, row % this.#group.leaves)
        const found = select.get(ids.userId, ids.collectionId, ids.contextId, contentId)
        const fault = this.#fault(row, Number(found?.['progress']), Number(found?.['timespent_s']))
        if (fault !== undefined) return `WRONG: ${ids.userId} ${contentId}: ${fault}`
      }
      return written.length === 0 ? 'WRONG: nothing was written' : 'ok'
    } finally {
      database.close()
    }
  }

  #fault(row: number, progress: number, timespent: number): string | undefined {
    const between = (value: number, least = 0, most = 0): boolean => value >= least && value <= most
    const [least, most] = [this.#least, this.#most]
    if (!between(progress, least.progress[row], most.progress[row])) {
      return `progress ${String(progress)}, wanted ${String(most.progress[row])}`
    }
    if (!between(timespent, least.timespent[row], most.timespent[row])) {
      return `time spent ${String(timespent)}, wanted ${String(most.timespent[row])}`
    }
    return undefined
  }
}

interface Greatest {
  readonly progress: Uint8Array
  readonly timespent: Uint32Array
}

function raise({ progress, timespent }: Greatest, row: number, fact: Fact): void {
  progress[row] = Math.max(progress[row] ?? 0, fact.progress)
  timespent[row] = Math.max(timespent[row] ?? 0, fact.timespent)
}
