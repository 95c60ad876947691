import type { Config } from '../../config.ts'
import { allLetters, columns, printJson } from '../letters.ts'
import { withInstallation } from '../reach.ts'

/** `waymark dlq list`: all dead letters, one in a line, or as JSON. */
export async function list(
  config: Config,
  options: { readonly group?: string; readonly json?: boolean },
): Promise<void> {
  const letters = await withInstallation(config, (installation) => allLetters(installation, options.group))
  if (options.json === true) return printJson({ deadLetters: letters })
  if (letters.length === 0) process.stdout.write('there are no dead letters\n')
  else {
    const rows = letters.map(({ group, position, failedAt = '', type = '', reason = '' }) => [
      group,
      String(position),
      failedAt,
      type,
      reason,
    ])
    process.stdout.write(columns([['group', 'position', 'failed', 'event', 'reason'], ...rows]))
  }
}
