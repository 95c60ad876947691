import { sharesRows } from '../../domain/progress/shared-rows.ts'
import { MODES } from '../../domain/progress/mode.ts'
import { catalogueKit } from './catalogue.kit.ts'
import { deadLettersKit } from './dead-letters.kit.ts'
import { deliveriesKit } from './deliveries.kit.ts'
import { eventLogKit } from './event-log.kit.ts'
import { historyKit } from './history.kit.ts'
import { logKit } from './log.kit.ts'
import { mergingKit } from './merging.kit.ts'
import { modesKit } from './modes.kit.ts'
import { progressStoreKit } from './progress-store.kit.ts'
import { recordViewsKit } from './record-views.kit.ts'
import { rulesKit } from './rules.kit.ts'
import { sharedRowsKit } from './shared-rows.kit.ts'
import { webhooksKit } from './webhooks.kit.ts'
import { IMPLEMENTATIONS, implementationsIn } from './stores.ts'

for (const implementation of IMPLEMENTATIONS) {
  progressStoreKit(implementation)
  recordViewsKit(implementation)
  logKit(implementation)
  deadLettersKit(implementation)
  eventLogKit(implementation)
  deliveriesKit(implementation)
  catalogueKit(implementation)
  rulesKit(implementation)
  webhooksKit(implementation)
}

for (const implementation of MODES.flatMap(implementationsIn)) {
  modesKit(implementation)
  mergingKit(implementation)
}

for (const implementation of MODES.filter(sharesRows).flatMap(implementationsIn)) sharedRowsKit(implementation)

for (const implementation of MODES.flatMap(implementationsIn)) historyKit(implementation)
