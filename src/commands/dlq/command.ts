/** `waymark dlq …`: what could not be delivered. */
import { InvalidArgumentError, type Command } from 'commander'
import type { ReadEnvironment, WithExample } from '../adding.ts'

/** Adds the commands below `waymark dlq`. They work through the server that runs, or without one. */
export function addDlqCommands(dlq: Command, readEnvironment: ReadEnvironment, withExample: WithExample): void {
  withExample(dlq, 'bin/waymark dlq list').description('dead letters: events that could not be delivered')

  withExample(dlq.command('list'), 'bin/waymark dlq list --group badges')
    .description('all dead letters: group, position, when and why')
    .option('--group <group>', 'of this group alone')
    .option('--json', 'print them as JSON')
    .action(async (options: { group?: string; json?: boolean }, command: Command) => {
      const { list } = await import('./list.ts')
      await list(readEnvironment(command), options)
    })

  withExample(dlq.command('show'), 'bin/waymark dlq show badges 120 --personal')
    .description('why one failed, with the stack, and what it says')
    .argument('<group>', 'the group')
    .argument('<position>', 'its position', readPosition)
    .option('--personal', 'show personal data too, not pseudonyms')
    .option('--json', 'print it as JSON')
    .action(
      async (group: string, position: number, options: { personal?: boolean; json?: boolean }, command: Command) => {
        const { show } = await import('./show.ts')
        await show(readEnvironment(command), group, position, options)
      },
    )
  addDrivingCommands(dlq, readEnvironment, withExample)
}

function addDrivingCommands(dlq: Command, readEnvironment: ReadEnvironment, withExample: WithExample): void {
  withExample(dlq.command('redrive'), 'bin/waymark dlq redrive badges')
    .description(
      'have all of a group tried again, or one, and say what became of each (exit 1 if any was not delivered)',
    )
    .argument('<group>', 'the group')
    .argument('[position]', 'this one alone', readPosition)
    .option('--json', 'print what became of them as JSON')
    .action(async (group: string, position: number | undefined, { json }: { json?: boolean }, command: Command) => {
      const { redrive } = await import('./redrive.ts')
      if (!(await redrive(readEnvironment(command), group, position, json === true))) process.exitCode = 1
    })

  withExample(dlq.command('drop'), 'bin/waymark dlq drop badges 120')
    .description('give one up: it is never handled, and what waits behind it goes on')
    .argument('<group>', 'the group')
    .argument('<position>', 'its position', readPosition)
    .option('--json', 'print what was given up as JSON')
    .action(async (group: string, position: number, { json }: { json?: boolean }, command: Command) => {
      const { drop } = await import('./drop.ts')
      await drop(readEnvironment(command), group, position, json === true)
    })
}

/** A position in the log of events. */
export function readPosition(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a position is a whole number, for example 120.')
}
