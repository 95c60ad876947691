/** `waymark modes`: tries another mode, and changes to it. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Config } from '../../config.ts'
import { MODES } from '../../domain/progress/mode.ts'
import type { ModeOptions } from './dry-run.ts'

const EXAMPLES_MAX = 1000

/**
 * Adds the commands below `waymark modes`.
 * @param readEnvironment reads the configuration for a command.
 */
export function addModeCommands(
  modes: Command,
  readEnvironment: (command: Command) => Config,
  withExample: (command: Command, example: string) => Command,
): void {
  withExample(modes, 'bin/waymark modes dry-run --to content').description(
    'try another mode of progress, and change to it',
  )
  common(withExample(modes.command('dry-run'), 'bin/waymark modes dry-run --to copy-content --rules rules.json'))
    .description('tell what another mode, or other rules, would change; changes nothing, beside a server too')
    .option('--examples <number>', 'how many examples to show', readCount, 5)
    .action(async (options: ModeOptions & { readonly examples: number }, command: Command) => {
      const { dryRun } = await import('./dry-run.ts')
      await dryRun(readEnvironment(command), options)
    })
  common(withExample(modes.command('migrate'), 'cp -r data data-before && bin/waymark modes migrate --to content'))
    .description(
      'take the store to another mode while no server runs; run again, it goes on where it ended. Copy the data folder before: there is no other way back',
    )
    .action(async (options: ModeOptions, command: Command) => {
      const { migrate } = await import('./migrate.ts')
      await migrate(readEnvironment(command), options)
    })
}

function common(command: Command): Command {
  return command
    .addOption(new Option('--to <mode>', 'the other mode').choices(MODES).makeOptionMandatory())
    .option('--rules <file>', "JSON list of rules that take the place of the instance's")
    .option('--json', 'print the report as JSON')
}

function readCount(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= EXAMPLES_MAX) return Number(text)
  throw new InvalidArgumentError(`a whole number up to ${String(EXAMPLES_MAX)} is wanted, for example 5.`)
}
