import { ALL_EVENTS } from '../../public-events/catalogue/all.ts'

/** Prints all events of this version, one in a line, or as JSON. */
export function list(json: boolean): void {
  const events = [...ALL_EVENTS.values()].map((event) => {
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
