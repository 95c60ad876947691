/** What the process tells of itself: Prometheus figures. No learner's data is in a name, a label or a log line. */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import type { Meter } from '@opentelemetry/api'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { ViewOutcome } from './domain/progress/view.ts'
import type { GroupState } from './ports/operations.ts'

/** Figures that are read when they are asked for. */
export interface Gauges {
  /** Writes that wait for a commit. */
  readonly queuedWrites: () => number
  /** Summaries that are behind their raw rows. */
  readonly summariesBehind: () => number
  /** Enrolments that progress has yet to be copied to. */
  readonly enrolmentsUncarried: () => number
  /** View facts acknowledged, and rows that folds have written of them, since the start. */
  readonly folded: () => { readonly facts: number; readonly rows: number }
}

/** How a group of consumers, or a worker, fares. */
export type GroupFigures = Pick<GroupState, 'name' | 'behind' | 'waiting' | 'dead'>

export interface Metrics {
  request(route: string, method: string, status: number, seconds: number): void
  view(outcome: ViewOutcome): void
  attempt(outcome: string): void
  commit(writes: number, milliseconds: number): void
  workerFailed(consumer: string, parked: boolean): void
  /** Some summaries were compared with their raw rows; `kinds`: what was found of each that was not right. */
  compared(looked: number, kinds: readonly string[]): void
  observe(gauges: Gauges): void
  /** @param groups read when the figures are asked for */
  observeGroups(groups: () => Promise<readonly GroupFigures[]>): void
  /** The Prometheus text of all figures. */
  text(): Promise<string>
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

export function openMetrics(): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meter = new MeterProvider({ readers: [exporter] }).getMeter('waymark')
  const histogram = (name: string, description: string, boundaries: number[]) =>
    meter.createHistogram(name, { description, advice: { explicitBucketBoundaries: boundaries } })

  const requests = histogram('waymark_http_request_duration_seconds', 'Time from request to answer', SECONDS)
  const commits = histogram('waymark_commit_duration_seconds', 'Time of one group commit', SECONDS)
  const commitWrites = histogram('waymark_commit_writes', 'Writes in one group commit', ROWS)
  const views = countViews(meter)
  const attempts = meter.createCounter('waymark_attempts', { description: 'Attempts submitted by what became of them' })
  const compared = meter.createCounter('waymark_summaries_compared', {
    description: 'Summaries compared with their raw rows',
  })
  const repaired = meter.createCounter('waymark_summaries_repaired', {
    description: 'Summaries found behind, missing, left over or wrong, and recomputed',
  })
  const failures = meter.createCounter('waymark_worker_failures', { description: 'Failures of workers by consumer' })

  return {
    request: (route, method, status, seconds) => {
      requests.record(seconds, { route, method, status })
    },
    view: views,
    attempt: (outcome) => {
      attempts.add(1, { outcome })
    },
    commit: (writes, milliseconds) => {
      commits.record(milliseconds / 1000)
      commitWrites.record(writes)
    },
    workerFailed: (consumer, parked) => {
      failures.add(1, { consumer, parked })
    },
    compared: (looked, kinds) => {
      compared.add(looked)
      for (const kind of kinds) repaired.add(1, { kind })
    },
    observe: (gauges) => {
      meter
        .createObservableGauge('waymark_queued_writes', { description: 'Writes that wait for a commit' })
        .addCallback((result) => {
          result.observe(gauges.queuedWrites())
        })
      meter
        .createObservableGauge('waymark_summaries_behind', { description: 'Summaries behind their raw rows' })
        .addCallback((result) => {
          result.observe(gauges.summariesBehind())
        })
      meter
        .createObservableGauge('waymark_enrolments_uncarried', {
          description: 'Enrolments that progress has yet to be copied to',
        })
        .addCallback((result) => {
          result.observe(gauges.enrolmentsUncarried())
        })
      meter
        .createObservableCounter('waymark_facts', { description: 'View facts acknowledged' })
        .addCallback((result) => {
          result.observe(gauges.folded().facts)
        })
      meter
        .createObservableCounter('waymark_folded_rows', { description: 'View rows written of acknowledged facts' })
        .addCallback((result) => {
          result.observe(gauges.folded().rows)
        })
    },
    observeGroups: (groups) => {
      observeGroups(meter, groups)
    },
    text: async () => {
      const { resourceMetrics } = await exporter.collect()
      // Neither the machine's paths nor the library's names belong into the figures.
      return new PrometheusSerializer('', false, undefined, true, true).serialize(resourceMetrics)
    },
  }
}

/**
 * Counts views by what they did. A batch counts hundreds at once: they are counted as plain numbers and read when they are
 * asked for, since the library's own counter sorts and hashes its labels for each of them.
 */
function countViews(meter: Meter): (outcome: ViewOutcome) => void {
  const counts = new Map<ViewOutcome, number>()
  meter
    .createObservableCounter('waymark_views', { description: 'View requests by what they did' })
    .addCallback((result) => {
      for (const [outcome, count] of counts) result.observe(count, { outcome })
    })
  return (outcome) => {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
}

/** Three figures of each group, from one look at all of them. */
function observeGroups(meter: Meter, groups: () => Promise<readonly GroupFigures[]>): void {
  const gauge = (name: string, description: string) => meter.createObservableGauge(name, { description })
  const behind = gauge('waymark_group_behind', 'Events that a group has yet to read, counted up to 10000')
  const waiting = gauge(
    'waymark_group_waiting',
    'Events of a group that are to be tried again, or wait behind such a one',
  )
  const dead = gauge('waymark_group_dead', 'Dead letters of a group')
  meter.addBatchObservableCallback(
    async (result) => {
      for (const state of await groups()) {
        const group = { group: state.name }
        result.observe(behind, state.behind, group)
        result.observe(waiting, state.waiting, group)
        result.observe(dead, state.dead, group)
      }
    },
    [behind, waiting, dead],
  )
}
