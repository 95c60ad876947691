/** `waymark sync` and `waymark repair`: wrong numbers are put right. */
import { InvalidArgumentError, type Command } from 'commander'
import type { SyncOptions } from './sync.ts'
import type { RepairOptions } from './run.ts'
import type { ReadEnvironment, WithExample } from '../adding.ts'

/** Adds both commands. They work through the server that runs, or without one. */
export function addRepairCommands(waymark: Command, readEnvironment: ReadEnvironment, withExample: WithExample): void {
  common(
    withExample(waymark.command('sync'), 'bin/waymark sync --course class-1-maths --batch batch-1 --dry-run')
      .description(
        'recompute the summaries of a batch, or of some of its learners, and say which were wrong and how; run again, it goes on where it ended',
      )
      .requiredOption('--course <id>', 'the course, or another collection')
      .requiredOption('--batch <id>', 'the batch, or another context')
      .option('--user <id...>', 'these learners alone'),
  ).action(async (options: SyncOptions, command: Command) => {
    const { sync } = await import('./sync.ts')
    if (!(await sync(readEnvironment(command), options))) process.exitCode = 1
  })

  common(
    withExample(waymark.command('repair'), 'bin/waymark repair --dry-run').description(
      'find all summaries that are behind or wrong, say how, and recompute them; run again, it goes on where it ended',
    ),
  ).action(async (options: RepairOptions, command: Command) => {
    const { repair } = await import('./repair.ts')
    await repair(readEnvironment(command), options)
  })
}

function common(command: Command): Command {
  return command
    .option('--dry-run', 'only say which are wrong and how')
    .option('--anew', 'begin from the start, also where an earlier run did not come to its end')
    .option('--rate <number>', 'most enrolments in a second (default: 2000 beside a running server)', readRate)
    .option('--json', 'print the report as JSON')
}

function readRate(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number from 1 is wanted, for example 500.')
}
