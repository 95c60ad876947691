import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { Receiver } from './receiver.ts'

/** What an operator adds to an installation: a module of WAYMARK_PLUGINS exports one as `plugin`. */
export interface Plugin {
  readonly name: string
  /** Events of its own, which it emits. */
  readonly events?: readonly PublicEvent[]
  readonly groups?: readonly ConsumerGroup[]
  /** Receivers in the commit; those after it are groups. */
  readonly receivers?: readonly Receiver[]
}
