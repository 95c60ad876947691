/**
 * `node --expose-gc carry-over.ts FOLDER ENROLMENTS`: opens the embedded store in mode copy-content as the product does,
 * measures what carrying progress over costs, and prints it as JSON; how far the batch is stands on stderr.
 */
import { readConfig } from '../src/config.ts'
import { openSqliteStore } from '../src/stores/sqlite/store.ts'
import { storeOptions, systemClock } from '../src/wire.ts'
import { carryBatch, type BatchCost } from './carry-batch.ts'
import { completionCosts, type CompletionCosts } from './carry-completions.ts'
import { enrolmentCost, type EnrolmentCost } from './carry-enrolment.ts'
import { Commits, makeRule } from './carry-school.ts'

export interface CarryCosts {
  readonly enrolment: EnrolmentCost
  readonly batch: BatchCost
  readonly completions: CompletionCosts
}

const [folder = '', enrolments = ''] = process.argv.slice(2)
const config = readConfig({ WAYMARK_DATA: folder, WAYMARK_MODE: 'copy-content' })
const commits = new Commits()
const store = await openSqliteStore({ ...storeOptions(config, systemClock), onCommit: commits.add })
await makeRule(store)
const enrolment = await enrolmentCost(store, config, commits)
const completions = await completionCosts(store, config)
const batch = await carryBatch(store, config, commits, Number(enrolments))
process.stdout.write(JSON.stringify({ enrolment, batch, completions } satisfies CarryCosts))
await store.close()
