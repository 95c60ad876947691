/** `waymark events …`: the public events of this version, their schemas, and their bytes. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Config } from '../../config.ts'
import type { Installed } from '../../plugins.ts'
import type { Catalogue } from '../../public-events/kernel/catalogue.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'
import type { DocumentFormat } from './docs.ts'
import { eventOf } from './known-event.ts'
import type { SchemaFormat } from './schema.ts'
import type { WithExample } from '../adding.ts'

const FORMATS: readonly SchemaFormat[] = ['avro', 'json-schema', 'asyncapi', 'markdown']
const DOCUMENT_FORMATS: readonly DocumentFormat[] = ['markdown', 'json']

/** What is installed, as the environment of a command says. */
type Open = (command: Command) => Promise<Installed>

/**
 * Adds the commands below `waymark events`. Each loads what it needs when it is run.
 * @param readEnvironment reads the configuration for a command
 */
export function addEventsCommands(
  events: Command,
  readEnvironment: (command: Command) => Config,
  withExample: WithExample,
): void {
  const open: Open = async (command) => {
    const { openPlugins } = await import('../../plugins.ts')
    return openPlugins(readEnvironment(command).PLUGINS)
  }
  withExample(events, 'bin/waymark events list').description('public events: what they are, their schemas, their bytes')
  addHistoryCommands(events, open, withExample)
  addReadingCommands(events, open, withExample)
  addCodecCommands(events, open, withExample)
}

function addHistoryCommands(events: Command, open: Open, withExample: WithExample): void {
  withExample(events.command('check'), 'bin/waymark events check --json')
    .description('hold all definitions to the stored schemas: none edited, none broken, none forgotten (exit 1 if so)')
    .option('--json', 'print the findings as JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const { check } = await import('./check.ts')
      if (!check(json === true, await open(command))) process.exitCode = 1
    })

  withExample(events.command('snapshot'), 'bin/waymark events snapshot')
    .description('store the schemas of new events and new minors; what is stored is never changed')
    .option('--json', 'print what was stored as JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const { snapshot } = await import('./check.ts')
      if (!snapshot(json === true, await open(command))) process.exitCode = 1
    })
}

function addReadingCommands(events: Command, open: Open, withExample: WithExample): void {
  withExample(events.command('list'), 'bin/waymark events list --json')
    .description('all events: type, minor, topics, key')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const { list } = await import('./list.ts')
      list(json === true, (await open(command)).catalogue)
    })

  withExample(
    events.command('docs'),
    'WAYMARK_PLUGINS=./plugins/badges/plugin.ts bin/waymark events docs --out events.md',
  )
    .description('all events with their fields, who sends and consumes them, and what each minor added')
    .addOption(new Option('--format <format>', 'what it is written as').choices(DOCUMENT_FORMATS).default('markdown'))
    .option('--out <file>', 'write it to a file')
    .action(async ({ format, out }: { format: DocumentFormat; out?: string }, command: Command) => {
      const { docs } = await import('./docs.ts')
      docs(await open(command), format, out)
    })

  withExample(events.command('schema <type>'), 'bin/waymark events schema org.waymark.learning.content.view.ended.v1')
    .description('the schema of an event')
    .addOption(new Option('--format <format>', 'what it is written as').choices(FORMATS).default('avro'))
    .action(async (type: string, { format }: { format: SchemaFormat }, command: Command) => {
      const { printSchema } = await import('./schema.ts')
      printSchema(known(type, (await open(command)).catalogue, command), format)
    })
}

function addCodecCommands(events: Command, open: Open, withExample: WithExample): void {
  const example = `echo '{"user":{"id":1,"is_active":true,"pii":{"username":"u","email":"","name":""}}}' | bin/waymark events encode org.openedx.learning.auth.session.login.completed.v1 > login.bin`
  withExample(events.command('encode <type>'), example)
    .description('JSON of a payload on stdin, framed Avro on stdout')
    .option(
      '--schema-id <number>',
      "number of the schema in a registry (default: its number in this version's lock)",
      readNumber,
    )
    .action(async (type: string, { schemaId }: { schemaId?: number }, command: Command) => {
      const { encode } = await import('./encode.ts')
      await encode(known(type, (await open(command)).catalogue, command), schemaId)
    })

  withExample(events.command('decode'), 'bin/waymark events decode < login.bin')
    .description('framed Avro on stdin, JSON on stdout')
    .option('--type <type>', 'the event, where the frame has the number of another registry')
    .option('--minor <number>', 'the minor of the writer, with --type (default: the newest)', readNumber)
    .action(async ({ type, minor }: { type?: string; minor?: number }, command: Command) => {
      if (type === undefined && minor !== undefined) command.error('error: --minor goes with --type', { exitCode: 2 })
      const { decode } = await import('./decode.ts')
      const installed = await open(command)
      const event = type === undefined ? undefined : known(type, installed.catalogue, command)
      await decode(event === undefined ? undefined : { event, minor }, installed)
    })
}

/** The event of a type; a misspelt one is wrong use, answered with the nearest. */
function known(type: string, catalogue: Catalogue, command: Command): PublicEvent {
  const found = eventOf(type, catalogue)
  if (typeof found === 'string') return command.error(`error: ${found}`, { exitCode: 2 })
  return found
}

function readNumber(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number is wanted, for example 7.')
}
