/** What a completion costs by the enrolments of its learner: those that contain the content, and the others. */
import type { Config } from '../src/config.ts'
import type { Store } from '../src/ports/store.ts'
import { systemClock } from '../src/wire.ts'
import { alone, contentOf, placeOf, publish, record } from './carry-school.ts'
import { cpuOf } from './cpu.ts'
import { median } from './measure.ts'

const FEW = 3
const MANY = 300
/** Contents that a learner completes, in one commit; fewer where many enrolments contain each of them. */
const CONTENTS = 20
const CONTENTS_EVERYWHERE = 4
const WARM_UP = 4
const LEARNERS = 12
/** Learners whose many enrolments all contain the contents. */
const LEARNERS_EVERYWHERE = 2

/** Medians, microseconds of processor time of one completion. */
export interface CompletionCosts {
  /** Of a learner with a few enrolments, all of which contain the content. */
  readonly fewUs: number
  /** The same with many other enrolments beside them. */
  readonly fewAmongManyUs: number
  /** Of a learner with many enrolments, all of which contain it. */
  readonly manyUs: number
  readonly few: number
  readonly many: number
}

export async function completionCosts(store: Store, config: Config): Promise<CompletionCosts> {
  const contents = Array.from({ length: CONTENTS }, (_, leaf) => contentOf(leaf))
  const holding = names('holding', FEW)
  const everywhere = names('everywhere', MANY)
  const others = names('other', MANY)
  for (const id of holding) await publish(store, id, contents)
  for (const id of everywhere) await publish(store, id, contents.slice(0, CONTENTS_EVERYWHERE))
  for (const id of others) await publish(store, id, [`${id}-content`])
  const learn = async (userId: string, collections: readonly string[], count = CONTENTS): Promise<number> => {
    const now = systemClock.nowMs()
    const places = collections.map((id) => placeOf(userId, id))
    await Promise.all(places.map((place) => store.progress.enrol(place, now)))
    await store.progress.carry(places, config.CARRY_LEAVES_MAX)
    const keys = alone(userId, contents.slice(0, count))
    await record(store, 'start', keys, now)
    return ((await cpuOf(() => record(store, 'end', keys, now))) * 1000) / count
  }
  const costs = { few: [0], among: [0], many: [0] }
  for (let learner = 0; learner < WARM_UP + LEARNERS; learner += 1) {
    if (learner === WARM_UP) for (const list of Object.values(costs)) list.length = 0
    costs.few.push(await learn(`few-${String(learner)}`, holding))
    costs.among.push(await learn(`among-${String(learner)}`, [...holding, ...others]))
  }
  for (const userId of names('many', LEARNERS_EVERYWHERE)) {
    costs.many.push(await learn(userId, everywhere, CONTENTS_EVERYWHERE))
  }
  const [fewUs = 0, fewAmongManyUs = 0, manyUs = 0] = [costs.few, costs.among, costs.many].map((list) => median(list))
  return { fewUs, fewAmongManyUs, manyUs, few: FEW, many: MANY }
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index)}`)
}
