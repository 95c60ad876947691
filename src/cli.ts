/** The command line: reads the configuration, runs one command, answers with an exit code (operation spec). */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { existsSync } from 'node:fs'
import { ConfigError, readConfig, type Config } from './config.ts'
import type { TokenOptions } from './commands/token.ts'
import { ROLES } from './http/access.ts'
import { FolderInUse } from './stores/sqlite/lock.ts'
import { StoreRefused } from './stores/sqlite/database.ts'

export const EXIT = { done: 0, failed: 1, wrongUse: 2, refused: 3 } as const

/** The command was used wrongly: says what is wrong and the nearest right form. */
class WrongUse extends Error {}

function readEnvironment(command: Command): Config {
  const { envFile } = command.optsWithGlobals<{ envFile?: string }>()
  if (envFile !== undefined) {
    if (!existsSync(envFile)) throw new ConfigError(`--env-file: ${envFile} does not exist`)
    process.loadEnvFile(envFile)
  }
  return readConfig(process.env)
}

function program(): Command {
  const waymark = new Command('waymark')
    .description('Records how far each learner has come.')
    .option('--env-file <file>', 'read settings from a file first (the environment wins)')
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()

  waymark
    .command('serve')
    .description('HTTP server with the workers inside it')
    .addHelpText('after', '\nExample:\n  WAYMARK_PORT=9000 bin/waymark serve')
    .action(async (_options: unknown, command: Command) => {
      const { serve } = await import('./main.ts')
      await serve(readEnvironment(command))
    })

  waymark
    .command('work')
    .description('workers alone (cluster profile)')
    .addHelpText('after', '\nExample:\n  bin/waymark work')
    .action((_options: unknown, command: Command) => {
      readEnvironment(command)
      throw new WrongUse(
        'work belongs to the cluster profile; in the embedded profile `bin/waymark serve` runs the workers too',
      )
    })

  waymark
    .command('token')
    .description("print one signed bearer token for this installation's key")
    .requiredOption('--user <id>', 'who the token speaks for')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('learner'))
    .option('--collection <id...>', 'collections of an instructor')
    .option('--expires <duration>', 'how long it is good for (ISO 8601 duration)', readDuration, readDuration('PT1H'))
    .addHelpText(
      'after',
      '\nExample:\n  bin/waymark token --user asha --role instructor --collection class-1-maths --expires PT8H',
    )
    .action(async (options: TokenOptions, command: Command) => {
      const { printToken } = await import('./commands/token.ts')
      process.stdout.write(`${await printToken(readEnvironment(command), options)}\n`)
    })

  return waymark
}

function readDuration(text: string): number {
  try {
    const duration = Temporal.Duration.from(text)
    if (duration.sign > 0) return duration.total({ unit: 'milliseconds', relativeTo: '2000-01-01T00:00:00Z[UTC]' })
  } catch {
    // Answered below, like a duration that is not positive.
  }
  throw new InvalidArgumentError('an ISO 8601 duration is wanted, for example PT1H or P7D.')
}

/** The exit code of a failure, with its message on stderr. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`waymark: ${message}\n`)
  if (error instanceof ConfigError || error instanceof WrongUse) return EXIT.wrongUse
  if (error instanceof FolderInUse || error instanceof StoreRefused) return EXIT.refused
  return EXIT.failed
}

try {
  await program().parseAsync()
} catch (error) {
  process.exitCode = explain(error)
}
