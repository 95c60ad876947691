import { assessments } from './assessments.ts'
import { catchUp, leafCosts } from './catch-up.ts'
import { freshness } from './freshness.ts'
import { histories, storeSizes, uptime } from './growth.ts'
import { peer } from './peer.ts'
import { offlineSync } from './offline.ts'
import { restart } from './restart.ts'
import { rollUps } from './rollups.ts'
import type { Scenario } from './scenario.ts'
import { smallSummaryReads, summaryReads } from './summaries.ts'
import { heartbeats, hotCourse, mixed, singleUpdates } from './updates.ts'

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  singleUpdates,
  hotCourse,
  heartbeats,
  offlineSync,
  assessments,
  summaryReads,
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
]

export const SCENARIO_IDS: readonly string[] = [...new Set(SCENARIOS.map(({ id }) => id))]
