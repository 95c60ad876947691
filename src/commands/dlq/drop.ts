import type { Config } from '../../config.ts'
import { letterPath, printJson } from '../letters.ts'
import { mustAsk, withInstallation } from '../reach.ts'

/** `waymark dlq drop`: gives one dead letter up. What waits behind it goes on once something delivers to the group. */
export async function drop(config: Config, group: string, position: number, json: boolean): Promise<void> {
  await withInstallation(config, (installation) => mustAsk(installation, 'DELETE', letterPath(group, position)))
  if (json) printJson({ dropped: { group, position } })
  else process.stdout.write(`${group} ${String(position)} is given up\n`)
}
