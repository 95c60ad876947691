/** What there is to know of each event: its definition, who sends and who consumes it, its minors, its size. */
import { encodeAvro } from '../../codec/avro-encode.ts'
import { storedSchemas, type Installed } from '../../plugins.ts'
import { describedFields, type DescribedField } from '../../public-events/kernel/described-fields.ts'
import { minorsOf, type Minor } from '../../public-events/kernel/minors.ts'
import type { Deprecation, PublicEvent } from '../../public-events/kernel/public-event.ts'
import { fake } from '../../testing/fake.ts'
import { PROGRESS_EVENTS } from '../../workers/publish/progress-events.ts'

/** Who has to do with an event when it was sent. */
export interface ConsumerReport {
  readonly kind: 'group' | 'receiver'
  readonly name: string
  readonly plugin: string
  readonly description?: string
}

export interface EventReport {
  readonly type: string
  readonly minor: number
  readonly description: string
  readonly producer: string
  readonly key: string
  readonly topics: readonly string[]
  readonly since: string
  readonly deprecated?: Deprecation
  /** Where it is sent from; empty: nothing of this installation sends it. */
  readonly sentBy: readonly string[]
  /** Whether this installation would be the one to send it. */
  readonly own: boolean
  readonly consumers: readonly ConsumerReport[]
  readonly fields: readonly DescribedField[]
  readonly minors: readonly Minor[]
  /** Bytes of a payload whose texts are as long as the names of their fields, in Avro. */
  readonly typicalBytes: number
}

/** Reports on all events that an installation knows. */
export function eventReports(installed: Installed): readonly EventReport[] {
  const snapshots = storedSchemas(installed)
  return [...installed.catalogue.values()].map((event) => {
    const { type, minor, description, producer, key, topics, since, deprecated, root } = event
    return {
      type,
      minor,
      description,
      producer,
      key,
      topics,
      since,
      ...(deprecated === undefined ? {} : { deprecated }),
      sentBy: sendersOf(event, installed),
      own: installed.published.has(type),
      consumers: consumersOf(event, installed),
      fields: describedFields(root),
      minors: minorsOf(event, snapshots),
      typicalBytes: encodeAvro(root, fake(event)).length,
    }
  })
}

/** The progress core, or the plugin whose event it is: it says what it sends by naming it. */
function sendersOf(event: PublicEvent, { plugins }: Installed): readonly string[] {
  const core = PROGRESS_EVENTS.filter(([{ type }]) => type === event.type)
  const owners = plugins.filter(({ events = [] }) => events.some(({ type }) => type === event.type))
  return [
    ...core.map(([, occurrence]) => `the progress core (${occurrence})`),
    ...owners.map(({ name }) => `plugin ${name}`),
  ]
}

function consumersOf({ type }: PublicEvent, { plugins }: Installed): readonly ConsumerReport[] {
  return plugins.flatMap(({ name: plugin, groups = [], receivers = [] }) => {
    const reading = groups.filter(({ handlers }) => handlers.has(type))
    const receiving = receivers.filter(({ event }) => event.type === type)
    return [
      ...receiving.map(({ id }): ConsumerReport => ({ kind: 'receiver', name: id, plugin })),
      ...reading.map(({ name, options: { description } }): ConsumerReport => {
        return { kind: 'group', name, plugin, ...(description === undefined ? {} : { description }) }
      }),
    ]
  })
}
