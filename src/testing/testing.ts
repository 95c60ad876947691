/** What tests of plugins and services are written with: `import … from 'waymark/events/testing'`. For any test runner. */
export { fake } from './fake.ts'
export { roundTrip, type RoundTripOptions } from './round-trip.ts'
export { testBus, type TestBus } from './test-bus.ts'
export type { BusOptions } from './bus-parts.ts'
export type { DeadEvent } from './dead-events.ts'
export type { Overrides } from './overrides.ts'
export type { Emitted, Published } from './record.ts'
export type { Clock } from '../ports/clock.ts'
