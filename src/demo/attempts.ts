/** A learner's attempts at one assessment. */
import type { Random } from './random.ts'
import type { AssessEvent, AssessItem, DemoKey } from './types.ts'

const HOUR_MS = 3_600_000

/** Part of a question that is right: some questions give part of their points. */
const PARTS = [0, 1 / 3, 1 / 2, 2 / 3, 1] as const

/**
 * One to three attempts, mostly better each time, the last at most six days after the first; some attempts are sent
 * again later with other answers.
 */
export function attempts(
  random: Random,
  of: DemoKey & { readonly contentId: string },
  questions: number,
  startedAt: number,
): readonly Omit<AssessItem, 'id'>[] {
  const items: Omit<AssessItem, 'id'>[] = []
  let at = startedAt + 60_000
  const count = random.int(1, 3)
  for (let number = 1; number <= count; number += 1) {
    const submit = (): Omit<AssessItem, 'id'> => {
      const assessments = answers(random, of.contentId, questions, at, number)
      const clientTime = Math.max(...assessments.map((event) => event.ets)) + 1000
      // Ids are made on the device: the same attempt keeps its id when it is sent again.
      const attemptId = [of.userId, of.contextId, of.contentId, String(number)].join(':')
      return { op: 'assess', ...of, clientTime, attemptId, assessments }
    }
    items.push(submit())
    at += random.int(1, 24) * HOUR_MS
    if (random.chance(0.15)) items.push(submit())
    at += random.int(1, 24) * HOUR_MS
  }
  return items
}

/** The answers of one submission: some questions are left out, some are answered twice. */
function answers(
  random: Random,
  contentId: string,
  questions: number,
  at: number,
  attempt: number,
): readonly AssessEvent[] {
  const events: AssessEvent[] = []
  let ets = at
  const answer = (number: number): void => {
    const duration = random.int(5, 90)
    ets += duration * 1000
    events.push(assessEvent(random, `${contentId}-q${String(number)}`, number, ets, duration, attempt))
  }
  for (let number = 1; number <= questions; number += 1) {
    // The first question is always answered, so that no submission is empty.
    if (number > 1 && random.chance(0.08)) continue
    answer(number)
    if (random.chance(0.12)) answer(number)
  }
  return events
}

function assessEvent(
  random: Random,
  id: string,
  number: number,
  ets: number,
  duration: number,
  attempt: number,
): AssessEvent {
  const maxscore = 1 + (number % 3)
  const part = random.chance(0.15 + 0.25 * attempt) ? 1 : random.pick(PARTS)
  const score = Math.round(maxscore * part * 100) / 100
  const choice = random.pick(['a', 'b', 'c', 'd'])
  return {
    eid: 'ASSESS',
    ets,
    edata: {
      item: { id, title: `Question ${String(number)}`, type: 'mcq', maxscore },
      score,
      duration,
      resvalues: [{ [String(number)]: choice }],
    },
  }
}
