/** Writes docs/reference and docs/modes.md from the code; with --check only says whether it is up to date (exit 1 if not). */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { eventsDocument } from '../src/commands/events/document.ts'
import { VARIABLES } from '../src/config.ts'
import { openApiDocument } from '../src/http/openapi.ts'
import { errorTable } from '../src/http/envelope.ts'
import { RULES } from '../src/http/access.ts'
import { ROUTES } from '../src/http/routes.ts'
import { PUBLIC_ROUTES } from '../src/http/public-routes.ts'
import { BARE } from '../src/plugins.ts'
import { ALL_EVENTS } from '../src/public-events/catalogue/all.ts'
import { asyncApi } from '../src/public-events/kernel/asyncapi.ts'
import { KINDS } from '../src/stores/sqlite/transfer/kinds.ts'
import { table } from './markdown.ts'
import { modesDocument } from './modes-document.ts'

const FOLDER = join(import.meta.dirname, '../docs')

function configuration(): string {
  const rows = Object.entries(VARIABLES).map(([name, { default: value, form, example }]) => [
    `\`WAYMARK_${name}\``,
    value === '' ? '' : `\`${value}\``,
    form,
    `\`${example}\``,
  ])
  return `# Configuration

Generated from \`src/config.ts\` by \`npm run generate\`. Read from the environment, or from a file with \`--env-file FILE\`.
A wrong value and an unknown \`WAYMARK_…\` variable stop the start with exit code 2.

${table(['Variable', 'Default', 'Form', 'Example'], rows)}
`
}

function errors(): string {
  const rows = errorTable().map(({ code, status, text }) => [`\`${code}\``, String(status), text])
  return `# Error codes

Generated from \`src/domain/errors.ts\` by \`npm run generate\`. The code stands in \`params.err\` of the answer, the sentence in
\`params.errmsg\`, the field at fault in \`result.field\`. Codes never change their meaning.

${table(['Code', 'HTTP', 'What to do'], rows)}
`
}

function access(): string {
  const rows = ROUTES.map(({ method, url, access: rule }) => {
    const scopes = RULES[rule]
    return [`\`${method} ${url}\``, rule, scopes.learner, scopes.instructor, scopes.service, scopes.admin]
  })
  const open = PUBLIC_ROUTES.map(({ method, url, why }) => [`\`${method} ${url}\``, why])
  return `# Who may do what

Generated from \`src/http/access.ts\` and \`src/http/routes.ts\` by \`npm run generate\`. \`self\`: its own progress; \`collections\`: what
belongs to a collection that the token names.

${table(['Operation', 'Rule', 'learner', 'instructor', 'service', 'admin'], rows)}

Without a token:

${table(['Address', 'Why'], open)}
`
}

function exportKinds(): string {
  const rows = KINDS.map(({ file, holds, lineFields }) => [
    `\`${file}\``,
    holds,
    lineFields.map(({ name, type, optional }) => `\`${name}\` ${type}${optional ? '?' : ''}`).join(', '),
  ])
  return `# Files of an export

Generated from \`src/stores/sqlite/transfer/kinds.ts\` by \`npm run generate\`. Each line is one JSON object with these fields, in this
order. \`?\`: may be null. \`bytes\` are base64. How: [export and import](../how-to/export-and-import.md).

${table(['File', 'A line is', 'Fields'], rows)}

\`manifest.json\` holds \`format\`, the version of Waymark and of its tables (\`waymark\`, \`schema\`), \`mode\`, \`timeZone\`, and
\`kinds\`: of each file its \`kind\`, \`file\`, \`count\` of lines, \`bytes\` and \`sha256\`.
`
}

async function openapi(): Promise<string> {
  return `${JSON.stringify(await openApiDocument(ROUTES, PUBLIC_ROUTES), undefined, 2)}\n`
}

function asyncApiDocument(): string {
  const info = { title: 'Waymark', version: '1.0.0' }
  return `${JSON.stringify(asyncApi(ALL_EVENTS, info, 'waymark'), undefined, 2)}\n`
}

const pretty = async (name: string, text: string): Promise<string> => {
  if (!name.endsWith('.md')) return text
  return format(text, { ...(await resolveConfig(join(FOLDER, name))), parser: 'markdown' })
}

const files: Readonly<Record<string, string>> = {
  'reference/configuration.md': configuration(),
  'reference/errors.md': errors(),
  'reference/access.md': access(),
  'reference/export.md': exportKinds(),
  'reference/openapi.json': await openapi(),
  'reference/public-events.md': eventsDocument(BARE),
  'reference/asyncapi.json': asyncApiDocument(),
  'modes.md': modesDocument(),
}

mkdirSync(join(FOLDER, 'reference'), { recursive: true })
for (const [name, text] of Object.entries(files)) {
  const path = join(FOLDER, name)
  const wanted = await pretty(name, text)
  if (!process.argv.includes('--check')) writeFileSync(path, wanted)
  else if (readFileSync(path, 'utf8') !== wanted) {
    process.stderr.write(`docs/${name} is out of date: run npm run generate\n`)
    process.exitCode = 1
  }
}
