/** What the demo is made of, in the forms in which the server takes it. Times are UTC milliseconds unless said. */

/** A node of a collection as content services publish it; more fields may stand in it. */
export interface Content {
  readonly identifier: string
  readonly name: string
  readonly mimeType: string
  readonly totalQuestions?: number
  readonly relationalMetadata?: { readonly optional?: boolean }
  readonly children?: readonly Content[]
}

/** Body of `PUT /v1/context/:collectionId/:contextId`, with its address. Dates are RFC 3339. */
export interface DemoContext {
  readonly collectionId: string
  readonly contextId: string
  readonly kind: 'batch' | 'program' | 'program-batch'
  readonly name: string
  readonly startDate: string
  readonly endDate: string
  readonly enrollmentEndDate: string
}

/** Names one learner's progress in one collection and context. */
export interface DemoKey {
  readonly userId: string
  readonly collectionId: string
  readonly contextId: string
}

/** Body of `POST /v1/enrolment/enrol`. */
export interface DemoEnrolment extends DemoKey {
  readonly clientTime: number
}

/** An item of `POST /v1/view/batch` that tells of a view. */
export interface ViewItem extends DemoKey {
  readonly op: 'start' | 'update' | 'end'
  readonly id: string
  readonly clientTime: number
  readonly contentId: string
  /** Percent. */
  readonly progress?: number
  /** Seconds in all. */
  readonly timespent?: number
  readonly progressDetails?: Readonly<Record<string, unknown>>
}

/** The part of a telemetry event (version 3) that is scored. */
export interface AssessEvent {
  readonly eid: 'ASSESS'
  readonly ets: number
  readonly edata: {
    readonly item: {
      readonly id: string
      readonly title: string
      readonly type: 'mcq'
      readonly maxscore: number
    }
    readonly score: number
    /** Seconds. */
    readonly duration: number
    readonly resvalues: readonly Readonly<Record<string, string>>[]
  }
}

/** An item of `POST /v1/view/batch` that submits an attempt. */
export interface AssessItem extends DemoKey {
  readonly op: 'assess'
  readonly id: string
  readonly clientTime: number
  readonly contentId: string
  readonly attemptId: string
  readonly assessments: readonly AssessEvent[]
}

export type Item = ViewItem | AssessItem

/** Everything that `bin/waymark demo` loads. */
export interface School {
  readonly seed: number
  /** End of the months that the data tell of; nothing happens later. */
  readonly untilMs: number
  readonly learners: readonly string[]
  readonly collections: readonly Content[]
  readonly contexts: readonly DemoContext[]
  readonly enrolments: readonly DemoEnrolment[]
  /** In the order in which they reach the server: some late, some twice. */
  readonly batches: readonly (readonly Item[])[]
}
