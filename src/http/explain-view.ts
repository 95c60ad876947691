/** What view/explain and summary/explain share: why one view is answered as it is, as far as the reader may know. */
import { lookAtSources } from '../domain/progress/carry.ts'
import { explainView, type ViewExplanation } from '../domain/progress/explanation.ts'
import { withinCollections } from '../domain/progress/explanation-within.ts'
import { viewId, type ViewKey } from '../domain/progress/key.ts'
import type { Principal } from './access.ts'
import { readsWithin } from './read-key.ts'
import type { Services } from './route.ts'

/**
 * Explains one view from all rows of its content that the learner has.
 * @param asked the key asked for, filled in.
 */
export async function explainTo(services: Services, principal: Principal, asked: ViewKey): Promise<ViewExplanation> {
  const { rows, history } = await services.store.progress.contentAccount(asked.userId, asked.contentId)
  const byKey = new Map(rows.map((row) => [viewId(row.key), row]))
  const explanation = explainView({
    mode: services.mode,
    asked,
    rowAt: (key) => byKey.get(viewId(key)),
    lookAtSources: (target) => lookAtSources(history, target),
  })
  return readsWithin(principal, asked.userId) ? withinCollections(explanation, principal.collections) : explanation
}
