/** Why a learner's row or summary would be as a dry run says, in the sentences of explanations. */
import { lookAtSources } from '../../domain/progress/carry.ts'
import { explainSummary, explainView } from '../../domain/progress/explanation.ts'
import { viewId, type EnrolmentKey, type ViewKey } from '../../domain/progress/key.ts'
import { tellSummary, tellView, type Telling } from '../../domain/progress/tell-explanation.ts'
import type { Showing } from './compare.ts'

export function whyRow({ mode, progress }: Showing, asked: ViewKey, telling: Telling): readonly string[] {
  const { rows, history } = progress.account(asked.userId, asked.contentId)
  const byKey = new Map(rows.map((row) => [viewId(row.key), row]))
  const explanation = explainView({
    mode,
    asked,
    rowAt: (key) => byKey.get(viewId(key)),
    lookAtSources: (target) => lookAtSources(history, target),
  })
  return tellView(explanation, telling)
}

export function whySummary({ mode, progress }: Showing, key: EnrolmentKey, telling: Telling): readonly string[] {
  const summary = progress.summary(key)
  return summary === undefined ? [] : tellSummary(explainSummary(mode, key, summary, []), telling)
}
