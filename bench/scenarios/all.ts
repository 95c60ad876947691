import { assessments } from './assessments.ts'
import { carryingOver } from './carrying-over.ts'
import { catchUp, leafCosts } from './catch-up.ts'
import { freshness } from './freshness.ts'
import { histories, storeSizes, uptime } from './growth.ts'
import { peer } from './peer.ts'
import { hotStatuses } from './hot-statuses.ts'
import { movingIn } from './moving-in.ts'
import { offlineSync } from './offline.ts'
import { restart } from './restart.ts'
import { publicEvents } from './public-events.ts'
import { rollUps } from './rollups.ts'
import type { Scenario } from './scenario.ts'
import { smallSummaryReads, summaryReads } from './summaries.ts'
import { heartbeats, hotCourse, mixed, singleUpdates } from './updates.ts'

/** In the order in which they run: what is compared with each other runs in turn, under the same moods of the machine. */
export const SCENARIOS: readonly Scenario[] = [
  singleUpdates,
  offlineSync,
  summaryReads,
  hotCourse,
  heartbeats,
  assessments,
  mixed,
  histories,
  storeSizes,
  rollUps,
  smallSummaryReads,
  freshness,
  catchUp,
  leafCosts,
  uptime,
  restart,
  peer,
  hotStatuses,
  carryingOver,
  publicEvents,
  movingIn,
]

/** Every name that a scenario can be asked for by. */
export const SCENARIO_IDS: readonly string[] = [
  ...new Set(SCENARIOS.flatMap(({ id }) => [id.split('-', 1)[0] ?? id, id])),
]
