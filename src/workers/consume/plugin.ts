import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { Receiver } from './receiver.ts'

/** What an operator adds to an installation: a module of WAYMARK_PLUGINS exports one as `plugin`. */
export interface Plugin {
  readonly name: string
  /** Events of its own, which it emits. */
  readonly events?: readonly PublicEvent[]
  /**
   * Folder where `waymark events snapshot` stores the schemas of its events: messages of an older minor are read by
   * them. Without one, what is still in the log when a minor is raised becomes a dead letter.
   */
  readonly schemas?: string
  readonly groups?: readonly ConsumerGroup[]
  /** Receivers in the commit; those after it are groups. */
  readonly receivers?: readonly Receiver[]
}
