/** The command line: reads the configuration, runs one command, answers with an exit code (operation spec). */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { ConfigError, readConfig, VARIABLES, type Config } from './config.ts'
import type { BenchOptions } from './commands/bench.ts'
import { addDlqCommands } from './commands/dlq/command.ts'
import { addEventsCommands } from './commands/events/command.ts'
import { addGroupCommands } from './commands/events/group-commands.ts'
import { addSunbirdImport } from './commands/import/command.ts'
import { addMergeCommand } from './commands/merge/command.ts'
import { addRepairCommands } from './commands/repair/command.ts'
import { addModeCommands } from './commands/modes/command.ts'
import type { TokenOptions } from './commands/token.ts'
import { addTransferCommands } from './commands/transfer/command.ts'
import { WrongUse } from './commands/wrong-use.ts'
import { WaymarkError } from './domain/errors.ts'
import { ROLES } from './http/access.ts'
import { FolderInUse } from './stores/sqlite/lock.ts'
import { StoreRefused } from './stores/sqlite/store-refused.ts'

export const EXIT = { done: 0, failed: 1, wrongUse: 2, refused: 3 } as const

function readEnvironment(command: Command): Config {
  const { envFile } = command.optsWithGlobals<{ envFile?: string }>()
  if (envFile !== undefined) {
    try {
      process.loadEnvFile(envFile)
    } catch (error) {
      throw new ConfigError(
        `--env-file: ${envFile} cannot be read (${systemError(error).code ?? 'not a settings file'}). Example: --env-file .env`,
      )
    }
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
  withExample(waymark, 'bin/waymark serve')

  withExample(waymark.command('serve'), 'WAYMARK_PORT=9000 bin/waymark serve')
    .description('HTTP server with the workers inside it')
    .action(async (_options: unknown, command: Command) => {
      const { serve } = await import('./main.ts')
      await serve(readEnvironment(command))
    })

  withExample(waymark.command('work'), 'bin/waymark work')
    .description('workers alone (cluster profile)')
    .action((_options: unknown, command: Command) => {
      readEnvironment(command)
      throw new WrongUse(
        'work belongs to the cluster profile; in the embedded profile `bin/waymark serve` runs the workers too',
      )
    })

  withExample(
    waymark.command('token'),
    'bin/waymark token --user asha --role instructor --collection class-1-maths --expires PT8H',
  )
    .description("print one signed bearer token for this installation's key")
    .requiredOption('--user <id>', 'who the token speaks for')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('learner'))
    .option('--collection <id...>', 'collections of an instructor')
    .addOption(
      new Option('--expires <duration>', 'how long it is good for (ISO 8601 duration)')
        .argParser(readDuration)
        .default(readDuration('PT1H'), 'PT1H'),
    )
    .action(async (options: TokenOptions, command: Command) => {
      const { printToken } = await import('./commands/token.ts')
      process.stdout.write(`${await printToken(readEnvironment(command), options)}\n`)
    })

  withExample(waymark.command('demo'), 'bin/waymark demo')
    .description('load a small school and print what to try')
    .option('--json', 'print the report as JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const { demo } = await import('./commands/demo.ts')
      await demo(readEnvironment(command), options.json === true)
    })

  waymark
    .command('doctor')
    .description('check configuration and store in plain words')
    .option('--verify', "check the store's invariants and repair derived rows")
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExample:\n  bin/waymark doctor --verify')
    .action(async (options: { verify?: boolean; json?: boolean }, command: Command) => {
      const { doctor } = await import('./commands/doctor.ts')
      const sound = await doctor(readEnvironment(command), {
        verify: options.verify === true,
        json: options.json === true,
      })
      if (!sound) process.exitCode = EXIT.failed
    })

  addModeCommands(waymark.command('modes'), readEnvironment, withExample)

  withExample(waymark.command('bench'), 'bin/waymark bench --quick --scenario S1,S7 --json bench.json')
    .description('measure this version on this machine, against floors of the same run')
    .option('--quick', 'a minute and a half instead of ten minutes')
    .option('--scenario <ids>', 'only these, for example S1,S7')
    .option('--json <file>', 'write the report to a file')
    .option('--compare <file>', 'print the change of every target since an earlier report')
    .option('--gate', 'fail where a ratio misses its target by more than 15 %, twice in a row')
    .option('--history <file>', 'append the figures to a file, one line of JSON for each run')
    .option('--seed <number>', 'what the data is made from', readSeed, 1)
    .option('--write-docs', 'write docs/reference/performance.md')
    .action(async (options: BenchOptions) => {
      const { bench } = await import('./commands/bench.ts')
      if (!(await bench(options))) process.exitCode = EXIT.failed
    })

  const events = waymark.command('events')
  addEventsCommands(events, readEnvironment, withExample)
  addGroupCommands(events, readEnvironment, withExample)
  addDlqCommands(waymark.command('dlq'), readEnvironment, withExample)
  addRepairCommands(waymark, readEnvironment, withExample)
  const imports = waymark.command('import')
  addTransferCommands(waymark.command('export'), imports, readEnvironment, withExample)
  addSunbirdImport(imports, readEnvironment, withExample)
  addMergeCommand(waymark.command('merge-users'), readEnvironment, withExample)
  return waymark
}

/** An example under a command's help, and after every complaint about its use. */
function withExample(command: Command, example: string): Command {
  return command.addHelpText('after', `\nExample:\n  ${example}`).showHelpAfterError(`Example: ${example}`)
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

function readSeed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number is wanted, for example 1.')
}

/** The exit code of a failure, with its message on stderr. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse
  const setting = wrongSetting(error)
  if (setting !== undefined) return explain(refusal(setting, error))
  const message = error instanceof Error ? messageOf(error) : String(error)
  process.stderr.write(`waymark: ${message}\n`)
  if (error instanceof ConfigError || error instanceof WrongUse) return EXIT.wrongUse
  if (error instanceof FolderInUse || error instanceof StoreRefused) return EXIT.refused
  return EXIT.failed
}

/** An operator is told what is behind a refusal, which clients are not. */
function messageOf(error: Error): string {
  if (!(error instanceof WaymarkError) || !(error.cause instanceof Error)) return error.message
  return `the store does not answer (${error.cause.message}): bin/waymark doctor --verify says more; if it is damaged, restore a backup`
}

/** The setting that the system refused when it was put to use. */
function wrongSetting(error: unknown): 'DATA' | 'HOST' | 'PORT' | undefined {
  const { syscall, code } = systemError(error)
  if (syscall === 'mkdir') return 'DATA'
  if (syscall === 'getaddrinfo' || (syscall === 'listen' && code === 'EADDRNOTAVAIL')) return 'HOST'
  return syscall === 'listen' && code === 'EADDRINUSE' ? 'PORT' : undefined
}

function refusal(setting: 'DATA' | 'HOST' | 'PORT', error: unknown): Error {
  // That a port is taken is no wrong value: it may be free the next time.
  if (setting === 'PORT') return new Error('the port is in use: set WAYMARK_PORT to another one; 0 takes a free one')
  const { form, example } = VARIABLES[setting]
  const name = `WAYMARK_${setting}`
  return new ConfigError(`${name}: ${form} (${systemError(error).code ?? 'refused'}). Example: ${name}=${example}`)
}

function systemError(error: unknown): NodeJS.ErrnoException {
  return error instanceof Error ? error : new Error(String(error))
}

// Everything that is written holds learners' data or a key: for the owner alone.
process.umask(0o077)
// Whoever reads along may have read enough, as `head` does: no reason to end with a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
try {
  await program().parseAsync()
} catch (error) {
  process.exitCode = explain(error)
}
