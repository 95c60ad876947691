import { catalogueKit } from './catalogue.kit.ts'
import { logKit } from './log.kit.ts'
import { progressStoreKit } from './progress-store.kit.ts'
import { recordViewsKit } from './record-views.kit.ts'
import { IMPLEMENTATIONS } from './stores.ts'

for (const implementation of IMPLEMENTATIONS) {
  progressStoreKit(implementation)
  recordViewsKit(implementation)
  logKit(implementation)
  catalogueKit(implementation)
}
