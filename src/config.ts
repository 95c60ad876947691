/**
 * Every setting and every limit, once. The environment is checked against one schema; docs/reference/configuration.md
 * is generated from it. Source: operation spec, "Environment".
 */
import Type, { type Static, type TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { resolve } from 'node:path'
import { MODES } from './domain/progress/mode.ts'

/** A wrong setting: names the variable, its form, and an example. Ends the start with exit code 2. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigError'
  }
}

/** One environment variable: default, form in words, example, and how its text is read. */
interface Variable<S extends TSchema> {
  readonly schema: S
  readonly default: string
  readonly form: string
  readonly example: string
  readonly read: (text: string) => unknown
}

const asText = (text: string): unknown => text
const asInteger = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text)
const asList = (text: string): unknown => text.split(/[\s,]+/).filter((part) => part !== '')
const asMillis = (text: string): unknown => {
  try {
    return Temporal.Duration.from(text).total({ unit: 'milliseconds', relativeTo: '2000-01-01T00:00:00Z[UTC]' })
  } catch {
    return text
  }
}
const isZone = (zone: string): boolean => {
  try {
    return Temporal.Now.zonedDateTimeISO(zone).timeZoneId !== ''
  } catch {
    return false
  }
}

const text = Type.String({ minLength: 1 })
const millis = Type.Number({ minimum: 0, maximum: 10 * 366 * 86_400_000 })
const count = (minimum: number, maximum: number): Type.TInteger => Type.Integer({ minimum, maximum })

function variable<S extends TSchema>(
  schema: S,
  fallback: string,
  form: string,
  example: string,
  read: (text: string) => unknown = asText,
): Variable<S> {
  return { schema, default: fallback, form, example, read }
}

/** All variables. Names in the code drop the prefix `WAYMARK_`. */
export const VARIABLES = {
  HOST: variable(text, '127.0.0.1', 'address to listen on; 127.0.0.1 keeps it on this machine', '0.0.0.0'),
  PORT: variable(count(0, 65_535), '8080', 'port to listen on, 0 to 65535; 0 takes a free one', '8080', asInteger),
  DATA: variable(text, './data', 'folder for waymark.db and the token key; made with mode 0700', '/var/lib/waymark'),
  MODE: variable(
    Type.Enum([...MODES]),
    'strict',
    `how progress counts: ${MODES.join(', ')}; see docs/modes.md`,
    'strict',
  ),
  PROFILE: variable(
    Type.Literal('embedded'),
    'embedded',
    'what it runs on; this version runs: embedded (one process, one file)',
    'embedded',
  ),
  TOKEN_KEYS: variable(
    Type.Array(text, { minItems: 1 }),
    'own',
    "whose tokens are taken: a list of 'own' (this installation's key) and [ISSUER=]FILE-or-URL of a JWKS",
    'own,https://id.example.org=https://id.example.org/jwks.json',
    asList,
  ),
  TOKEN_AUDIENCE: variable(text, 'waymark', 'the audience (aud) that tokens must name', 'waymark'),
  TIME_ZONE: variable(Type.Refine(text, isZone), 'UTC', 'IANA time zone of dates that carry none', 'Asia/Kolkata'),
  PUBLIC_URL: variable(
    Type.Refine(Type.String(), (url) => url === '' || (/^https?:\/\//.test(url) && URL.canParse(url))),
    '',
    'address that clients use, for links in answers; empty: that of the request',
    'https://waymark.example.org',
  ),
  TRUSTED_PROXIES: variable(
    Type.Array(text),
    '',
    'addresses or CIDR ranges whose x-authenticated-userid and X-Forwarded-* headers are believed',
    '10.0.0.5,10.1.0.0/16',
    asList,
  ),
  OFFLINE_GRACE: variable(
    millis,
    'P30D',
    'how long after its expiry a token may still sync its own past views (ISO 8601 duration)',
    'P30D',
    asMillis,
  ),
  CLOCK_SKEW: variable(
    millis,
    'PT30S',
    'how far clocks of token issuers may differ (ISO 8601 duration)',
    'PT30S',
    asMillis,
  ),
  CLIENT_TIME_AHEAD_MAX: variable(
    millis,
    'PT24H',
    'client times further in the future are refused; up to it they count as now (ISO 8601 duration)',
    'PT24H',
    asMillis,
  ),
  BODY_BYTES_MAX: variable(
    count(1024, 1 << 30),
    '8388608',
    'largest request body in bytes, unpacked',
    '8388608',
    asInteger,
  ),
  JSON_DEPTH_MAX: variable(count(8, 512), '64', 'deepest nesting of a JSON body', '64', asInteger),
  BATCH_ITEMS_MAX: variable(count(1, 10_000), '1000', 'most items in one batch', '1000', asInteger),
  CONTENT_IDS_MAX: variable(count(1, 10_000), '1000', 'most content ids in one read', '1000', asInteger),
  ASSESS_EVENTS_MAX: variable(count(1, 10_000), '1000', 'most assessment events in one submission', '1000', asInteger),
  DETAILS_BYTES_MAX: variable(
    count(64, 1 << 20),
    '16384',
    'largest progressDetails in bytes of JSON',
    '16384',
    asInteger,
  ),
  DETAILS_DEPTH_MAX: variable(count(1, 64), '16', 'deepest nesting of progressDetails', '16', asInteger),
  HIERARCHY_NODES_MAX: variable(count(1, 1_000_000), '20000', 'most nodes in one collection', '20000', asInteger),
  HIERARCHY_DEPTH_MAX: variable(count(1, 64), '20', 'deepest nesting of units in one collection', '20', asInteger),
  PAGE_ITEMS_MAX: variable(count(1, 10_000), '200', 'most items on one page of a list', '200', asInteger),
  PAGE_ITEMS: variable(count(1, 10_000), '50', 'items on one page where the request does not say', '50', asInteger),
  QUEUE_WRITES_MAX: variable(
    count(1, 10_000_000),
    '20000',
    'most writes that wait for a commit; past it 503',
    '20000',
    asInteger,
  ),
  FOLD_FACTS_MAX: variable(
    count(1, 10_000_000),
    '100000',
    'view facts that wait for their table before they are folded into it; more make a restart after a crash longer',
    '100000',
    asInteger,
  ),
  FOLD_AFTER: variable(
    millis,
    'PT10S',
    'how long a view fact waits for its table at most while others keep coming (ISO 8601 duration)',
    'PT10S',
    asMillis,
  ),
  FOLD_ROWS_MIN: variable(
    count(1, 100_000),
    '64',
    'rows folded in one commit at least; more when requests bring more',
    '64',
    asInteger,
  ),
  COMMIT_WRITES_MAX: variable(count(1, 100_000), '1000', 'most writes in one commit', '1000', asInteger),
  RETRY_AFTER: variable(count(1, 3600), '1', 'seconds that a 503 asks clients to wait', '1', asInteger),
  TOKEN_CACHE_MAX: variable(count(1, 10_000_000), '100000', 'most checked tokens kept in memory', '100000', asInteger),
  LINK_LIFETIME: variable(millis, 'PT5M', 'how long a download link works (ISO 8601 duration)', 'PT5M', asMillis),
  WORKER_READ_MAX: variable(
    count(1, 100_000),
    '20000',
    'most log entries that a worker reads at once; what they ask for is done once',
    '20000',
    asInteger,
  ),
  WORKER_BATCH_MAX: variable(count(1, 10_000), '64', 'most summaries that a worker commits at once', '256', asInteger),
  WORKER_RETRIES: variable(count(0, 100), '5', 'tries of one log entry before it is put aside', '5', asInteger),
  REPUBLISH_PAGE: variable(
    count(1, 10_000),
    '100',
    'learners recomputed per commit after a publication, and by a change of mode',
    '100',
    asInteger,
  ),
  REPAIR_EVERY: variable(
    Type.Number({ minimum: 0, maximum: 20 * 86_400_000 }),
    'PT1H',
    'how often the server looks for summaries that are not right and recomputes them; PT0S: never (ISO 8601 duration, at most P20D)',
    'PT1H',
    asMillis,
  ),
  REPAIR_MAX: variable(
    count(1, 10_000_000),
    '5000',
    'enrolments looked at each time, a page of WAYMARK_REPUBLISH_PAGE after the other; the next time goes on behind them',
    '5000',
    asInteger,
  ),
  CARRY_LEAVES_MAX: variable(
    count(1, 100_000),
    '200',
    'contents into which progress is copied in one commit; more are faster, and hold requests up for longer',
    '200',
    asInteger,
  ),
  IMPORT_COMMIT_ROWS: variable(
    count(1, 100_000),
    '1000',
    'rows of an import in one commit; fewer where they are long',
    '1000',
    asInteger,
  ),
  IMPORT_ROW_BYTES_MAX: variable(
    count(1024, 1 << 30),
    '33554432',
    'largest row of a file that is imported, in bytes',
    '33554432',
    asInteger,
  ),
  PLUGINS: variable(
    Type.Array(text),
    '',
    'modules with events, consumers and receivers of your own; see docs/how-to/public-events.md',
    './plugins/badges.ts',
    asList,
  ),
  EVENT_ROUTES: variable(
    Type.String(),
    '',
    'JSON file of topics beside or instead of those of the definitions; see docs/how-to/public-events.md',
    '/etc/waymark/routes.json',
  ),
  EVENT_RETENTION: variable(
    millis,
    'P14D',
    'how long public events are kept for consumers that come later; longer where a known group has not read them (ISO 8601 duration)',
    'P14D',
    asMillis,
  ),
  RELAY_BATCH_MAX: variable(
    count(1, 10_000),
    '200',
    'most entries of the outbox whose public events are appended in one commit',
    '200',
    asInteger,
  ),
  RELAY_LINGER: variable(
    millis,
    'PT0.02S',
    'how long after something happened more is waited for before it is published together (ISO 8601 duration)',
    'PT0.1S',
    asMillis,
  ),
  CONSUMER_RETRIES: variable(
    count(1, 1000),
    '8',
    'failures of one event in a group before it is a dead letter, where the group does not say',
    '8',
    asInteger,
  ),
  CONSUMER_BACKOFF: variable(
    millis,
    'PT1S',
    'first wait after a failure; each is twice the one before (ISO 8601 duration)',
    'PT1S',
    asMillis,
  ),
  CONSUMER_BACKOFF_MAX: variable(millis, 'PT5M', 'longest such wait (ISO 8601 duration)', 'PT5M', asMillis),
  HELD_EVENTS_MAX: variable(
    count(1, 10_000_000),
    '100000',
    'most events held up in one group behind failures; past it the group reads no more',
    '100000',
    asInteger,
  ),
  WEBHOOK_ALLOW: variable(
    Type.Array(text),
    '',
    'what webhooks may reach beyond https on the public internet: addresses, CIDR ranges, hosts, http://HOST[:PORT]; see docs/how-to/webhooks.md',
    'hooks.internal,10.1.0.0/16,http://127.0.0.1:9000',
    asList,
  ),
  WEBHOOKS_MAX: variable(count(0, 10_000), '100', 'most webhooks of this installation', '100', asInteger),
  WEBHOOK_TIMEOUT: variable(
    Type.Number({ minimum: 1, maximum: 600_000 }),
    'PT15S',
    'longest wait for the answer of a webhook (ISO 8601 duration, at most PT10M)',
    'PT15S',
    asMillis,
  ),
  WEBHOOK_CONCURRENCY: variable(
    count(1, 1000),
    '4',
    'keys, mostly learners, that are delivered to one webhook at the same time',
    '4',
    asInteger,
  ),
  WEBHOOK_RETRIES: variable(
    count(1, 1000),
    '25',
    'failures of one event in a webhook before it is a dead letter: with the waits below after three days',
    '25',
    asInteger,
  ),
  WEBHOOK_BACKOFF: variable(
    millis,
    'PT5S',
    'first wait after a failure of a webhook; each is twice the one before (ISO 8601 duration)',
    'PT5S',
    asMillis,
  ),
  WEBHOOK_BACKOFF_MAX: variable(
    millis,
    'PT6H',
    'longest such wait, and the longest that a webhook may ask for with Retry-After (ISO 8601 duration)',
    'PT6H',
    asMillis,
  ),
  WEBHOOK_DISABLE_AFTER: variable(
    millis,
    'P3D',
    'a webhook whose deliveries do nothing but fail for so long is disabled (ISO 8601 duration)',
    'P3D',
    asMillis,
  ),
  WEBHOOK_SECRET_OVERLAP: variable(
    millis,
    'PT24H',
    'how long the secret before a new one signs deliveries too (ISO 8601 duration)',
    'PT24H',
    asMillis,
  ),
  STOP_TIMEOUT: variable(
    millis,
    'PT9S',
    'longest wait for requests under way when stopping (ISO 8601 duration)',
    'PT9S',
    asMillis,
  ),
  REQUEST_TIMEOUT: variable(
    millis,
    'PT15S',
    'longest time to receive one request (ISO 8601 duration)',
    'PT15S',
    asMillis,
  ),
  LOG_LEVEL: variable(
    Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'warn',
    'least level of log lines on stderr: fatal, error, warn, info, debug, trace or silent',
    'info',
  ),
} as const

type Variables = typeof VARIABLES
export type Config = { readonly [Name in keyof Variables]: Static<Variables[Name]['schema']> }

const PREFIX = 'WAYMARK_'

/**
 * Reads the configuration from the environment. Unknown `WAYMARK_…` variables are refused: a misspelt limit must not
 * pass silently.
 * @throws ConfigError
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  for (const name of Object.keys(environment)) {
    if (name.startsWith(PREFIX) && !Object.hasOwn(VARIABLES, name.slice(PREFIX.length))) {
      const nearest = nearestVariable(name)
      throw new ConfigError(
        `${name} is not a setting of Waymark; ${nearest === undefined ? 'all of them: docs/reference/configuration.md' : `did you mean ${nearest}?`}`,
      )
    }
  }
  const config: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(VARIABLES)) {
    config[name] = readVariable(PREFIX + name, definition, environment[PREFIX + name])
  }
  config['DATA'] = resolve(String(config['DATA']))
  // Every entry was checked against its own schema above.
  return config as Config
}

function readVariable(name: string, definition: Variable<TSchema>, value: string | undefined): unknown {
  const read = definition.read(value === undefined || value === '' ? definition.default : value.trim())
  if (Check(definition.schema, read)) return read
  throw new ConfigError(`${name}: ${definition.form}. Example: ${name}=${definition.example}`)
}

/** The variable whose name is nearest to a misspelt one, if any is near. */
function nearestVariable(name: string): string | undefined {
  let best: string | undefined
  let bestDistance = 5
  for (const known of Object.keys(VARIABLES)) {
    const distance = editDistance(name.slice(PREFIX.length), known)
    if (distance < bestDistance) [best, bestDistance] = [PREFIX + known, distance]
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution))
    }
    row = next
  }
  return row[b.length] ?? 0
}
