/** Why a learner's row or summary would be as a dry run says, in the sentences of explanations. */
import { explainContent } from '../../domain/progress/explain-content.ts'
import { explainSummary } from '../../domain/progress/explanation.ts'
import type { EnrolmentKey, ViewKey } from '../../domain/progress/key.ts'
import { tellSummary, tellView, type Telling } from '../../domain/progress/tell-explanation.ts'
import type { Showing } from './compare.ts'

export function whyRow({ progress }: Showing, asked: ViewKey, telling: Telling): readonly string[] {
  const { rows, history } = progress.account(asked.userId, asked.contentId)
  return tellView(explainContent(asked, rows, history), telling)
}

export function whySummary({ mode, progress }: Showing, key: EnrolmentKey, telling: Telling): readonly string[] {
  const summary = progress.summary(key)
  return summary === undefined ? [] : tellSummary(explainSummary(mode, key, summary, []), telling)
}
