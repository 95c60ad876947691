import { lookAtSources } from './carry.ts'
import type { ContentHistory } from './copying.ts'
import { explainView, type RowAccount, type ViewExplanation } from './explanation.ts'
import { viewId, type ViewKey } from './key.ts'

/**
 * Explains one view from all rows of its content that the learner has. Source: progress modes, "Explain".
 * @param asked the key asked for, filled in.
 */
export function explainContent(
  asked: ViewKey,
  rows: readonly (RowAccount & { readonly key: ViewKey })[],
  history: ContentHistory,
): ViewExplanation {
  const byKey = new Map(rows.map((row) => [viewId(row.key), row]))
  return explainView({
    mode: history.mode,
    asked,
    rowAt: (key) => byKey.get(viewId(key)),
    lookAtSources: (target) => lookAtSources(history, target),
  })
}
