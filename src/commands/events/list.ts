import type { Catalogue } from '../../public-events/kernel/catalogue.ts'

/** Prints all events, one in a line, or as JSON. */
export function list(json: boolean, catalogue: Catalogue): void {
  const events = [...catalogue.values()].map((event) => {
    const { type, minor, description, producer, topics, key, since, deprecated } = event
    return {
      type,
      minor,
      description,
      producer,
      topics,
      key,
      since,
      ...(deprecated === undefined ? {} : { deprecated }),
    }
  })
  if (json) process.stdout.write(`${JSON.stringify(events, undefined, 2)}\n`)
  else {
    const width = Math.max(...events.map(({ type }) => type.length))
    for (const { type, minor, topics, key } of events) {
      process.stdout.write(`${type.padEnd(width)}  ${String(minor)}  ${topics.join(',')}  ${key}\n`)
    }
  }
}
