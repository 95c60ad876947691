/** `waymark events groups`, `pause`, `resume`, `replay`, `forget` and `tail`: how events reach their consumers. */
import { InvalidArgumentError, type Command } from 'commander'
import { readPosition } from '../dlq/command.ts'
import type { TailOptions } from './tail.ts'
import type { ReadEnvironment, WithExample } from '../adding.ts'

interface Json {
  readonly json?: boolean
}

/** Adds them below `waymark events`. They work through the server that runs, or without one. */
export function addGroupCommands(events: Command, readEnvironment: ReadEnvironment, withExample: WithExample): void {
  withExample(events.command('groups'), 'bin/waymark events groups')
    .description('who events are delivered to: position, how far behind, waiting, dead letters, paused and why')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: Json, command: Command) => {
      const { listGroups } = await import('./groups.ts')
      await listGroups(readEnvironment(command), json === true)
    })

  withExample(events.command('tail'), 'bin/waymark events tail --topic learning-enrolment-lifecycle')
    .description('print events as they come: id, time, type, key')
    .option('--topic <topic...>', 'of these topics alone')
    .option('--from-position <position>', 'begin there; 0 is everything that is kept', readPosition)
    .option('--personal', 'show personal data too, not pseudonyms')
    .option('--json', 'print each as a CloudEvent in one line')
    .action(async (options: TailOptions, command: Command) => {
      const { tail } = await import('./tail.ts')
      await tail(readEnvironment(command), options)
    })
  addPauseCommands(events, readEnvironment, withExample)
  addReplayCommands(events, readEnvironment, withExample)
}

function addPauseCommands(events: Command, readEnvironment: ReadEnvironment, withExample: WithExample): void {
  withExample(events.command('pause <group>'), 'bin/waymark events pause badges --reason "the printer is empty"')
    .description('stop deliveries to a group, until it is resumed')
    .option('--reason <text>', 'why, for those who find it paused')
    .option('--json', 'print the group as JSON')
    .action(async (group: string, { reason, json }: Json & { reason?: string }, command: Command) => {
      const { pauseGroup } = await import('./groups.ts')
      await pauseGroup(readEnvironment(command), group, reason, json === true)
    })

  withExample(events.command('resume <group>'), 'bin/waymark events resume badges')
    .description('go on with deliveries to a group')
    .option('--json', 'print the group as JSON')
    .action(async (group: string, { json }: Json, command: Command) => {
      const { resumeGroup } = await import('./groups.ts')
      await resumeGroup(readEnvironment(command), group, json === true)
    })
}

function addReplayCommands(events: Command, readEnvironment: ReadEnvironment, withExample: WithExample): void {
  withExample(events.command('replay'), 'bin/waymark events replay --group badges --from-time 2026-03-01T00:00:00Z')
    .description('have a group, which may be new, handle events again')
    .requiredOption('--group <group>', 'the group')
    .option('--from-time <time>', 'events published then or later (RFC 3339)', readTime)
    .option('--from-position <position>', 'begin there; 0 is everything that is kept', readPosition)
    .option('--json', 'print the group as JSON')
    .action(async (options: Json & { group: string; fromTime?: string; fromPosition?: number }, command: Command) => {
      const { group, fromTime: time, fromPosition: position, json } = options
      if ((time === undefined) === (position === undefined)) {
        command.error('error: say from where: --from-time TIME or --from-position POSITION', { exitCode: 2 })
      }
      const { replay } = await import('./groups.ts')
      const from = time === undefined ? { position: position ?? 0 } : { time }
      await replay(readEnvironment(command), group, from, json === true)
    })

  withExample(events.command('forget <group>'), 'bin/waymark events forget old-badges')
    .description('forget a group that nothing delivers to: its position, what it handled, its dead letters')
    .option('--json', 'print what was forgotten as JSON')
    .action(async (group: string, { json }: Json, command: Command) => {
      const { forgetGroup } = await import('./groups.ts')
      await forgetGroup(readEnvironment(command), group, json === true)
    })
}

function readTime(text: string): string {
  try {
    Temporal.Instant.from(text)
    return text
  } catch {
    throw new InvalidArgumentError('a time with an offset is wanted, for example 2026-03-01T00:00:00Z.')
  }
}
