/** The catalogue of an installation, for people. docs/reference/public-events.md is that of this version without plugins. */
import type { Installed } from '../../plugins.ts'
import { catalogueMarkdown } from '../../public-events/kernel/markdown.ts'
import { eventReports, type ConsumerReport, type EventReport } from './reports.ts'

/** Markdown. */
export function eventsDocument(installed: Installed): string {
  const reports = new Map(eventReports(installed).map((report) => [report.type, report]))
  const more = ({ type }: { readonly type: string }): readonly string[] => {
    const report = reports.get(type)
    return report === undefined ? [] : factsOf(report)
  }
  return `# Public events

Written by \`bin/waymark events docs\`; of this version without plugins by \`npm run generate\`, from \`src/public-events/catalogue\`. What
an installation tells, and what of others it can read. The Avro schemas of ours stand in \`src/public-events/schemas\`, every minor of
each; \`bin/waymark events schema TYPE\` prints the newest. Personal data is marked as naming a person (identifier), reaching one
(contact), or written by one (free-text). The size is that of a payload whose texts are about as long as the names of their fields.

${catalogueMarkdown(installed.catalogue, more)}
`
}

function factsOf({ sentBy, own, consumers, minors, typicalBytes }: EventReport): readonly string[] {
  const unsent = own ? 'defined, not sent by this version yet' : 'read, not sent by Waymark'
  const changes = minors.slice(1).map(({ minor, added }) => {
    return `minor ${String(minor)} added ${added.map((path) => `\`${path}\``).join(', ')}`
  })
  return [
    sentBy.length === 0 ? unsent : `sent by ${sentBy.join('; ')}`,
    ...(consumers.length === 0 ? [] : [`consumers: ${consumers.map(consumerText).join('; ')}`]),
    ...changes,
    `typically ${String(typicalBytes)} bytes of Avro`,
  ]
}

function consumerText({ kind, name, plugin, description }: ConsumerReport): string {
  const what = kind === 'group' ? 'group' : 'receiver in the commit'
  const why = description === undefined ? '' : `, ${description}`
  return `${what} \`${name}\` of plugin ${plugin}${why}`
}
