/**
 * Attempts at assessments: how the answers of one attempt make its score, how submissions of one attempt merge, and
 * which attempt counts. Source: viewer-service seed "Content Submit Assess"; today's rules as in the Sunbird
 * assessment aggregator (latest answer per question, same attempt replaced only by a newer submission).
 */
import { compareText } from '../id.ts'
import type { AttemptPolicy } from './hierarchy.ts'

/** One answer to one question. Scores are doubles (1.33 of 3 exists). */
export interface Answer {
  readonly questionId: string
  /** When it was answered (`ets`), UTC milliseconds. */
  readonly answeredAt: number
  readonly score: number
  readonly maxScore: number
  readonly type: string
  readonly title: string
  readonly durationSeconds: number
  /** The learner's choices as the player sent them. */
  readonly response: unknown
}

/** The scored state of one attempt. */
export interface Attempt {
  readonly attemptId: string
  /** Time of the submission that counts (`assessmentTs`), UTC milliseconds. */
  readonly submittedAt: number
  /** Time of the first submission of this attempt. */
  readonly firstSubmittedAt: number
  readonly score: number
  readonly maxScore: number
  /** The answers as JSON text: one per question, by question id. */
  readonly answers: string
}

/** A learner's result in one content: the attempt that the policy chose. */
export interface AttemptResult {
  readonly contentId: string
  readonly score: number
  readonly maxScore: number
  readonly attempts: number
}

/**
 * The one answer per question that counts: the latest by time; of two at one time the first in the list, as today's
 * systems do. Sorted by question id, so that the same answers always give the same text and the same sum.
 */
export function latestAnswers(answers: readonly Answer[]): readonly Answer[] {
  const byQuestion = new Map<string, Answer>()
  for (const answer of answers) {
    const known = byQuestion.get(answer.questionId)
    if (known === undefined || answer.answeredAt > known.answeredAt) byQuestion.set(answer.questionId, answer)
  }
  return [...byQuestion.values()].sort((a, b) => compareText(a.questionId, b.questionId))
}

/** Scores one submission. Sums are rounded to 15 significant digits: 0.1 + 0.2 is 0.3. */
export function scoreAttempt(attemptId: string, submittedAt: number, answers: readonly Answer[]): Attempt {
  const kept = latestAnswers(answers)
  return {
    attemptId,
    submittedAt,
    firstSubmittedAt: submittedAt,
    score: sum(kept.map((answer) => answer.score)),
    maxScore: sum(kept.map((answer) => answer.maxScore)),
    answers: JSON.stringify(kept),
  }
}

/** Whether submission b replaces a: only a newer one does; of two at one time the greater text, to be order-free. */
export function attemptReplaces(a: Attempt, b: Attempt): boolean {
  return b.submittedAt > a.submittedAt || (b.submittedAt === a.submittedAt && compareText(b.answers, a.answers) > 0)
}

/** Merges two submissions of one attempt. Associative, commutative, idempotent. */
export function joinAttempts(a: Attempt, b: Attempt): Attempt {
  const winner = attemptReplaces(a, b) ? b : a
  return { ...winner, firstSubmittedAt: Math.min(a.firstSubmittedAt, b.firstSubmittedAt) }
}

/** What a submission does to the attempt on record. */
export interface AttemptDecision {
  /** `STALE`: the attempt on record is as new or newer, and stays. */
  readonly outcome: 'RECORDED' | 'REPLACED' | 'STALE'
  readonly attempt: Attempt
  /** Whether anything of the attempt is now another than before. */
  readonly changed: boolean
}

/** Decides what a submission does. The write itself merges, so `before` only serves the answer. */
export function decideAttempt(before: Attempt | undefined, submitted: Attempt): AttemptDecision {
  if (before === undefined) return { outcome: 'RECORDED', attempt: submitted, changed: true }
  const attempt = joinAttempts(before, submitted)
  const replaced = attemptReplaces(before, submitted)
  const changed = replaced || attempt.firstSubmittedAt !== before.firstSubmittedAt
  return { outcome: replaced ? 'REPLACED' : 'STALE', attempt, changed }
}

/**
 * The attempt that counts. `best`: greatest score, with the maximum of that attempt; `latest` and `first` by time.
 * Ties fall to the earlier attempt, then to the smaller id, so that the choice is one whatever the order of arrival.
 */
export function chooseAttempt(policy: AttemptPolicy, attempts: readonly Attempt[]): Attempt | undefined {
  let chosen: Attempt | undefined
  for (const attempt of attempts) {
    if (chosen === undefined || prefers(policy, attempt, chosen)) chosen = attempt
  }
  return chosen
}

function prefers(policy: AttemptPolicy, a: Attempt, b: Attempt): boolean {
  if (policy === 'best' && a.score !== b.score) return a.score > b.score
  if (policy === 'latest' && a.submittedAt !== b.submittedAt) return a.submittedAt > b.submittedAt
  if (a.firstSubmittedAt !== b.firstSubmittedAt) return a.firstSubmittedAt < b.firstSubmittedAt
  return compareText(a.attemptId, b.attemptId) < 0
}

function sum(values: readonly number[]): number {
  return Number(values.reduce((total, value) => total + value, 0).toPrecision(15))
}

/** Order of attempts in a list: as they were first submitted. */
export function compareAttempts(a: Attempt, b: Attempt): number {
  return a.firstSubmittedAt - b.firstSubmittedAt || compareText(a.attemptId, b.attemptId)
}
