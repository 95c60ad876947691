/** Which topics an event goes to, by which key, and whether what names a person is taken out before. */
import type { Catalogue } from '../../public-events/kernel/catalogue.ts'
import { routeProblems } from '../../public-events/kernel/definition-problems.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'

export interface TopicRoute {
  readonly topic: string
  /** Dotted path to the partition key in the payload. */
  readonly key: string
  readonly redacted: boolean
}

/** The topics of every event that is published, by type. */
export type Routes = ReadonlyMap<string, readonly TopicRoute[]>

/** Routes that cannot be used: `problems` names everything that is wrong with them. */
export class RouteError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('; '))
    this.name = 'RouteError'
    this.problems = problems
  }
}

/**
 * The topics of all events: those of their definitions, and what an operator says beside or instead. The form is that of
 * Open edX's producer settings, with one word more:
 *
 *   { "org.waymark.….v1": { "warehouse": { "event_key_field": "view.user_id", "enabled": true, "redacted": true } } }
 *
 * A topic of the definition is turned off by `enabled: false`, and redacted by `redacted: true`.
 * @throws RouteError: a name, a path or a value that cannot be meant is not passed over
 */
export function readRoutes(catalogue: Catalogue, settings: unknown): Routes {
  const problems: string[] = []
  const given = objectOf(settings, 'the whole', problems)
  for (const type of given.keys()) if (!catalogue.has(type)) problems.push(`${type} is no event of this installation`)
  const routes = new Map<string, readonly TopicRoute[]>()
  for (const event of catalogue.values()) routes.set(event.type, routesOf(event, given.get(event.type), problems))
  if (problems.length > 0) throw new RouteError(problems)
  return routes
}

function routesOf(event: PublicEvent, settings: unknown, problems: string[]): readonly TopicRoute[] {
  const given = objectOf(settings, event.type, problems)
  const topics = new Map<string, TopicRoute>()
  for (const topic of event.topics) topics.set(topic, { topic, key: event.key, redacted: false })
  for (const [topic, value] of given) {
    const route = readRoute(event, topic, value, problems)
    if (route === undefined) topics.delete(topic)
    else topics.set(topic, route)
  }
  return [...topics.values()]
}

const KNOWN = new Set(['event_key_field', 'enabled', 'redacted'])

/** One topic; undefined where the event does not go there. */
function readRoute(event: PublicEvent, topic: string, value: unknown, problems: string[]): TopicRoute | undefined {
  const where = `${event.type}, ${topic}`
  const fields = objectOf(value, where, problems)
  for (const name of fields.keys()) if (!KNOWN.has(name)) problems.push(`${where}: ${name} is not known`)
  const key = fields.get('event_key_field') ?? event.key
  const enabled = flag(fields.get('enabled'), true, `${where}: enabled`, problems)
  const redacted = flag(fields.get('redacted'), false, `${where}: redacted`, problems)
  if (typeof key !== 'string') problems.push(`${where}: event_key_field must be text`)
  else problems.push(...routeProblems({ root: event.root, topic, key }).map((problem) => `${where}: ${problem}`))
  return enabled ? { topic, key: String(key), redacted } : undefined
}

function flag(value: unknown, fallback: boolean, where: string, problems: string[]): boolean {
  if (value !== undefined && typeof value !== 'boolean') problems.push(`${where} must be true or false`)
  return typeof value === 'boolean' ? value : fallback
}

/** An object as a map: any text may be a key. */
function objectOf(value: unknown, where: string, problems: string[]): ReadonlyMap<string, unknown> {
  if (value === undefined) return new Map()
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value))
  problems.push(`${where} must be an object`)
  return new Map()
}
