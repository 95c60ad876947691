/**
 * A public event in the outbox: made and checked before the transaction, appended in it (decision 16). What the progress
 * core tells needs none: its occurrences say the same in fewer bytes, and the relay makes the events.
 */
export interface Emission {
  readonly type: 'emitted'
  /** Type of the event, `org.waymark.….v1`, and the minor that its body was written by. */
  readonly event: string
  readonly minor: number
  /** UUID, lower case. */
  readonly id: string
  /** Partition key: events of one key stay in order. */
  readonly key: string
  /** When it happened, microseconds since 1970, UTC. */
  readonly timeUs: number
  /** Attributes of CloudEvents beyond those above: traceparent, correlationid, causationid. */
  readonly extensions?: Readonly<Record<string, string>>
  /** The payload in Avro, base64. */
  readonly body: string
}
