/** Makes a failing history smaller: steps are left out as long as what is left still fails. */
import type { Step } from './steps.ts'

/** Whether a history fails. */
export type Fails = (steps: readonly Step[]) => Promise<boolean>

/**
 * Delta debugging: first large parts are left out, then smaller ones, then single steps, again and again; at last what
 * is left is made plainer. @param runsMax how many histories may be tried.
 */
export async function shrink(failing: readonly Step[], fails: Fails, runsMax: number): Promise<readonly Step[]> {
  let [steps, runs] = [failing, 0]
  const holds = async (candidate: readonly Step[]): Promise<boolean> => {
    runs += 1
    return runs <= runsMax && (await fails(candidate))
  }
  let size = Math.ceil(steps.length / 2)
  while (size > 0 && runs < runsMax) {
    const before = steps.length
    for (let from = 0; from < steps.length;) {
      const candidate = [...steps.slice(0, from), ...steps.slice(from + size)]
      if (await holds(candidate)) steps = candidate
      else from += size
    }
    if (size > 1) size = Math.ceil(size / 2)
    else if (steps.length === before) break
  }
  for (let index = 0; index < steps.length;) {
    const before = steps
    for (const plainer of plainerSteps(before[index])) {
      const candidate = before.with(index, plainer)
      if (!(await holds(candidate))) continue
      steps = candidate
      break
    }
    if (steps === before) index += 1
  }
  return steps
}

/** The same step with a little less in it. */
function plainerSteps(step: Step | undefined): readonly Step[] {
  if (step?.do === 'turn') return step.picks.length > 1 ? [{ do: 'turn', picks: step.picks.slice(0, 1) }] : []
  if (step?.do !== 'send') return []
  const plain: Step = { ...step, fates: [] }
  const { write } = step
  const calmer = step.fates.length > 0 ? [plain] : []
  if (write.op === 'batch' && write.items.length > 1) {
    const fewer = write.items.map((_, left) => write.items.filter((_, index) => index !== left))
    return [...calmer, ...fewer.map((items): Step => ({ ...plain, write: { ...write, items } }))]
  }
  return calmer
}
