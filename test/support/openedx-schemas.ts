/** The schemas of Open edX in test/fixtures/openedx. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../fixtures/openedx')

function schemasIn(folder: string): ReadonlyMap<string, unknown> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.avsc'))
  return new Map(names.map((name) => [typeOf(name), JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown]))
}

/** `org+openedx+learning+badge+awarded+v1_schema.avsc` holds the schema of `org.openedx.learning.badge.awarded.v1`. */
function typeOf(name: string): string {
  return name.replace(/_schema\.avsc$/, '').replaceAll('+', '.')
}

/** As the project stores them, by event type. */
export const STORED = schemasIn(FOLDER)
/** What its code derives where the stored one is missing or older. */
export const DERIVED = schemasIn(join(FOLDER, 'derived'))
