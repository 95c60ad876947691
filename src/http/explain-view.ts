/** What view/explain and summary/explain share: why one view is answered as it is, as far as the reader may know. */
import { explainContent } from '../domain/progress/explain-content.ts'
import type { ViewExplanation } from '../domain/progress/explanation.ts'
import { withinCollections } from '../domain/progress/explanation-within.ts'
import type { ViewKey } from '../domain/progress/key.ts'
import type { Merge } from '../domain/progress/merged-learners.ts'
import type { Principal } from './access.ts'
import { readsWithin } from './read-key.ts'
import type { Services } from './route.ts'

/**
 * Explains one view from all rows of its content that the learner has.
 * @param asked the key asked for, filled in.
 */
export async function explainTo(services: Services, principal: Principal, asked: ViewKey): Promise<ViewExplanation> {
  const { rows, history } = await services.store.progress.contentAccount(asked.userId, asked.contentId)
  const explanation = explainContent(asked, rows, history)
  return readsWithin(principal, asked.userId) ? withinCollections(explanation, principal.collections) : explanation
}

/**
 * The merges that brought a learner something. Who may read the learner only within collections is not told: these say
 * nothing of where it was.
 */
export async function mergesTo(services: Services, principal: Principal, userId: string): Promise<readonly Merge[]> {
  return readsWithin(principal, userId) ? [] : services.store.progress.mergesInto(userId)
}
