/** `waymark merge-users`: two accounts turned out to be one learner. */
import type { Command } from 'commander'
import type { ReadEnvironment, WithExample } from '../adding.ts'

/** Makes the command. It works through the server that runs, or without one. */
export function addMergeCommand(command: Command, readEnvironment: ReadEnvironment, withExample: WithExample): void {
  withExample(command, 'bin/waymark merge-users asha-old asha')
    .description(
      'make what one account did that of another learner; run again, it brings what came for the former one since',
    )
    .argument('<from>', 'the account that ends')
    .argument('<into>', 'the learner who stays, or a new one')
    .option('--json', 'print the report as JSON')
    .action(async (from: string, into: string, { json = false }: { json?: boolean }, command: Command) => {
      const { mergeUsers } = await import('./merge-users.ts')
      await mergeUsers(readEnvironment(command), from, into, json)
    })
}
