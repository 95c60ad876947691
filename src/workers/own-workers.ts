import { AGGREGATOR } from './aggregate.ts'
import { CARRIER } from './carry-over.ts'
import type { LogReader } from './consumer.ts'
import { RELAY } from './publish/relay.ts'
import { REPUBLISHER } from './republish.ts'

/** Every worker of Waymark itself, in whichever mode it runs: no group of consumers may have its name. */
export const OWN_WORKERS: ReadonlyMap<string, LogReader> = new Map(
  [AGGREGATOR, REPUBLISHER, CARRIER, RELAY].map((reader) => [reader.name, reader]),
)
