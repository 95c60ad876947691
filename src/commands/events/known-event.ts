import type { Catalogue } from '../../public-events/kernel/catalogue.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'

/** The event of a type, or a sentence that says there is none and which was probably meant. */
export function eventOf(type: string, catalogue: Catalogue): PublicEvent | string {
  const found = catalogue.get(type)
  if (found !== undefined) return found
  const words = new Set(type.split(/[._]/))
  const shared = (other: string): number => other.split(/[._]/).filter((word) => words.has(word)).length
  const [nearest = ''] = [...catalogue.keys()].sort((a, b) => shared(b) - shared(a))
  return `${type} is no event of this installation; did you mean ${nearest}? All of them: bin/waymark events list`
}
