import type { Catalogue } from './catalogue.ts'
import { describedFields, type DescribedField } from './described-fields.ts'
import type { PublicEvent } from './public-event.ts'
import { subdomainOf } from './type-name.ts'

/** What is known of an event beside its definition, a sentence each. */
export type MoreFacts = (event: PublicEvent) => readonly string[]

/** The catalogue for readers: events by organisation and subdomain, each with every field. */
export function catalogueMarkdown(catalogue: Catalogue, moreOf: MoreFacts = () => []): string {
  const groups = Map.groupBy(
    catalogue.values(),
    ({ type }) => `${type.split('.').slice(0, 2).join('.')}: ${subdomainOf(type)}`,
  )
  const sections = [...groups].map(([name, events]) => {
    return [`## ${name}`, ...events.map((event) => eventMarkdown(event, moreOf(event)))].join('\n\n')
  })
  return sections.join('\n\n')
}

/** One event: what it tells, who sends it, where, and every field with its description and personal data. */
export function eventMarkdown(event: PublicEvent, more: readonly string[] = []): string {
  const { type, minor, description, producer, key, topics, since, deprecated, root } = event
  const facts = [
    `minor ${String(minor)}, since ${since}; producer: ${producer}`,
    `topics: ${topics.map((topic) => `\`${topic}\``).join(', ')}; key: \`${key}\``,
    ...(deprecated === undefined ? [] : [deprecation(deprecated)]),
    ...more,
  ]
  const rows = describedFields(root).map((field) => `| ${cellsOf(field).map(escape).join(' | ')} |`)
  const table = ['| Field | Type | Personal | What it is |', '| --- | --- | --- | --- |', ...rows]
  return [`### \`${type}\``, description, facts.map((fact) => `- ${fact}`).join('\n'), table.join('\n')].join('\n\n')
}

function deprecation({ from, sunset, replacedBy }: NonNullable<PublicEvent['deprecated']>): string {
  const instead = replacedBy === undefined ? '' : `; instead: \`${replacedBy}\``
  return `**deprecated** since ${from}, ends on ${sunset}${instead}`
}

function cellsOf({ path, type, optional, pii, description }: DescribedField): readonly string[] {
  return [`\`${path}\``, `${type}${optional ? ', may be null' : ''}`, pii ?? '', description]
}

function escape(cell: string): string {
  return cell.replaceAll('|', '\\|')
}
