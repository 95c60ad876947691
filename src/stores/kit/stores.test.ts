import { catalogueKit } from './catalogue.kit.ts'
import { logKit } from './log.kit.ts'
import { progressStoreKit } from './progress-store.kit.ts'
import { IMPLEMENTATIONS } from './stores.ts'

for (const implementation of IMPLEMENTATIONS) {
  progressStoreKit(implementation)
  logKit(implementation)
  catalogueKit(implementation)
}
