/** What is known of one public event besides its payload. Travels in headers, never in the payload (decision 3 of Open edX). */
export interface EventMetadata {
  readonly type: string
  readonly minor: number
  /** UUID, lower case. A consumer handles each once. */
  readonly id: string
  /** Service that sent it, as a path: `/waymark/learning/worker`. */
  readonly source: string
  /** Host that sent it. */
  readonly sourceHost: string
  /** Version of the library that defines the event: `11.2.0`. */
  readonly sourceLib: string
  /** When it happened, not when it was sent. */
  readonly time: Temporal.Instant
  readonly extensions?: Extensions
}

/** Attributes that CloudEvents has and upstream's headers have not. */
export interface Extensions {
  /** W3C trace context, which the receiver's work belongs to. */
  readonly traceparent?: string
  readonly tracestate?: string
  /** Shared by all that follows from one request. */
  readonly correlationid?: string
  /** Id of the event that this one follows from. */
  readonly causationid?: string
  readonly partitionkey?: string
  /** Where the schema of the payload can be read. */
  readonly dataschema?: string
  readonly deprecated?: boolean
}
