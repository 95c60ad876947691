import { DefinitionError } from './define.ts'
import type { PublicEvent } from './public-event.ts'

/** All events that an installation knows, by type. */
export type Catalogue = ReadonlyMap<string, PublicEvent>

/**
 * Puts definitions together. There is no global list: plugins and tests make their own.
 * @throws DefinitionError where a type stands twice; upstream would take the last without a word
 */
export function catalogueOf(events: readonly PublicEvent[]): Catalogue {
  const catalogue = new Map<string, PublicEvent>()
  for (const event of events) {
    if (catalogue.has(event.type)) throw new DefinitionError(event.type, ['is defined twice'])
    catalogue.set(event.type, event)
  }
  return catalogue
}
