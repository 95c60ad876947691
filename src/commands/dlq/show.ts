import type { Config } from '../../config.ts'
import { letterPath, printJson, type LetterAnswer } from '../letters.ts'
import { mustAsk, withInstallation } from '../reach.ts'

/** `waymark dlq show`: why one dead letter failed, and what it says; personal data only where they are asked for. */
export async function show(
  config: Config,
  group: string,
  position: number,
  options: { readonly personal?: boolean; readonly json?: boolean },
): Promise<void> {
  const query = options.personal === true ? '?personal=true' : ''
  const letter = await withInstallation(config, (installation) =>
    mustAsk<LetterAnswer>(installation, 'GET', `${letterPath(group, position)}${query}`),
  )
  if (options.json === true) printJson(letter)
  else process.stdout.write(letterText(letter))
}

function letterText(letter: LetterAnswer): string {
  const { group, position, state, type, topic, key, loggedAt, failedAt, retryAt, tries, problem } = letter
  const facts: readonly (readonly [name: string, value: string | number | undefined])[] = [
    ['group', group],
    ['position', position],
    ['state', state],
    ['event', type],
    ['topic', topic],
    ['key', key],
    ['logged', loggedAt],
    ['failed', failedAt],
    ['tries', tries],
    ['tried again', retryAt],
    ['no payload', problem],
  ]
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(12)}${String(value)}`]))
  const content = letter.event ?? letter.entry
  return [
    ...lines,
    '',
    letter.reason ?? 'it waits behind another event of the same key',
    ...(content === undefined ? [] : ['', JSON.stringify(content, undefined, 2)]),
    '',
  ].join('\n')
}
