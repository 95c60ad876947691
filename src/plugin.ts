/**
 * What plugins, and services that live in this repository, write public events with: `import … from 'waymark/events'`.
 * Nothing else is promised to them; how to use it: docs/how-to/public-events.md.
 */

// Definitions
export { definePublicEvent, DefinitionError, PayloadError } from './public-events/kernel/define.ts'
export { field, list, map, opt, record } from './public-events/kernel/shape.ts'
export {
  asKey,
  boolean,
  bytes,
  datetime,
  double,
  long,
  opaqueKey,
  string,
  uuid,
} from './public-events/kernel/scalar.ts'
export { Bytes } from './public-events/kernel/bytes.ts'
export { catalogueOf, type Catalogue } from './public-events/kernel/catalogue.ts'
export type { Pii } from './public-events/kernel/shape.ts'
export type { Opaque } from './public-events/kernel/scalar.ts'
export type { Deprecation, Payload, PayloadInput, PublicEvent } from './public-events/kernel/public-event.ts'
export type { EventMetadata, Extensions } from './public-events/kernel/metadata.ts'

// Consumers and receivers
export { consumerGroup } from './workers/consume/consumer-group.ts'
export { afterCommit, inTransaction, Refusal } from './workers/consume/receiver.ts'
export { Unreadable } from './workers/consume/subscriber.ts'
export { EventTooLarge } from './codec/emission.ts'
export type {
  Apply,
  Commit,
  ConsumerGroup,
  Delivered,
  Following,
  GroupOptions,
  Handle,
} from './workers/consume/consumer-group.ts'
export type { Receiver } from './workers/consume/receiver.ts'
export type { RetryRule } from './workers/consume/subscriber.ts'
export type { Plugin } from './workers/consume/plugin.ts'

// The events of this version
export { ALL_EVENTS, OPENEDX_EVENTS, WAYMARK_EVENTS } from './public-events/catalogue/all.ts'
export * from './public-events/catalogue/waymark/attempt.ts'
export * from './public-events/catalogue/waymark/certificate.ts'
export * from './public-events/catalogue/waymark/collection.ts'
export * from './public-events/catalogue/waymark/enrolment.ts'
export * from './public-events/catalogue/waymark/learner.ts'
export * from './public-events/catalogue/waymark/live-event-attendance.ts'
export { EventSetId, LiveEventId } from './public-events/catalogue/waymark/live-event-place.ts'
export * from './public-events/catalogue/waymark/live-event-registration.ts'
export * from './public-events/catalogue/waymark/live-event.ts'
export * from './public-events/catalogue/waymark/measure.ts'
export { CollectionId, ContentId, ContextId, UserId } from './public-events/catalogue/waymark/place.ts'
export * from './public-events/catalogue/waymark/view.ts'
export * as openedx from './public-events/catalogue/openedx/events.ts'
