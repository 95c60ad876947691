import type { Catalogue } from './catalogue.ts'
import type { PublicEvent } from './public-event.ts'
import { isScalar, type DataType, type RecordType } from './shape.ts'
import { subdomainOf } from './type-name.ts'

/** The catalogue for readers: events by organisation and subdomain, each with every field. */
export function catalogueMarkdown(catalogue: Catalogue): string {
  const groups = Map.groupBy(
    catalogue.values(),
    ({ type }) => `${type.split('.').slice(0, 2).join('.')}: ${subdomainOf(type)}`,
  )
  return [...groups].map(([name, events]) => [`## ${name}`, ...events.map(eventMarkdown)].join('\n\n')).join('\n\n')
}

/** One event: what it tells, who sends it, where, and every field with its description and personal data. */
export function eventMarkdown(event: PublicEvent): string {
  const { type, minor, description, producer, key, topics, since, deprecated, root } = event
  const facts = [
    `- minor ${String(minor)}, since ${since}, sent by ${producer}`,
    `- topics: ${topics.map((topic) => `\`${topic}\``).join(', ')}; key: \`${key}\``,
    ...(deprecated === undefined ? [] : [deprecation(deprecated)]),
  ]
  const rows = fieldRows(root, '').map((cells) => `| ${cells.map(escape).join(' | ')} |`)
  const table = ['| Field | Type | Personal | What it is |', '| --- | --- | --- | --- |', ...rows]
  return [`### \`${type}\``, description, facts.join('\n'), table.join('\n')].join('\n\n')
}

function deprecation({ from, sunset, replacedBy }: NonNullable<PublicEvent['deprecated']>): string {
  const instead = replacedBy === undefined ? '' : `; instead: \`${replacedBy}\``
  return `- **deprecated** since ${from}, ends on ${sunset}${instead}`
}

function fieldRows({ fields }: RecordType, path: string): readonly (readonly string[])[] {
  return Object.entries(fields).flatMap(([key, { type, description, optional, pii }]) => {
    const name = path + key
    const row = [`\`${name}\``, `${typeName(type)}${optional ? ', may be null' : ''}`, pii ?? '', description]
    return [row, ...innerRows(type, name)]
  })
}

function innerRows(type: DataType, path: string): readonly (readonly string[])[] {
  if (isScalar(type)) return []
  if (type.kind === 'list') return innerRows(type.items, `${path}[]`)
  if (type.kind === 'map') return innerRows(type.values, `${path}{}`)
  return fieldRows(type, `${path}.`)
}

function typeName(type: DataType): string {
  if (isScalar(type)) return type.brand ?? type.kind
  if (type.kind === 'record') return type.name
  return type.kind === 'list' ? `list of ${typeName(type.items)}` : `map of ${typeName(type.values)}`
}

function escape(cell: string): string {
  return cell.replaceAll('|', '\\|')
}
