/** `waymark events schema`: what is derived from a definition. */
import { asyncApi } from '../../public-events/kernel/asyncapi.ts'
import { catalogueOf } from '../../public-events/kernel/catalogue.ts'
import { schemaText } from '../../public-events/kernel/history.ts'
import { jsonSchema } from '../../public-events/kernel/json-schema.ts'
import { eventMarkdown } from '../../public-events/kernel/markdown.ts'
import type { PublicEvent } from '../../public-events/kernel/public-event.ts'

export type SchemaFormat = 'avro' | 'json-schema' | 'asyncapi' | 'markdown'

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

const WRITERS: Readonly<Record<SchemaFormat, (event: PublicEvent) => string>> = {
  avro: schemaText,
  'json-schema': (event) => json(jsonSchema(event)),
  asyncapi: (event) => json(asyncApi(catalogueOf([event]), { title: event.type, version: event.since })),
  markdown: (event) => `${eventMarkdown(event)}\n`,
}

/** Prints the schema of an event. */
export function printSchema(event: PublicEvent, format: SchemaFormat): void {
  process.stdout.write(WRITERS[format](event))
}
