/** A readable page of the API, made from the OpenAPI document alone. Nothing is loaded from any host. */

interface Parameter {
  readonly name: string
  readonly in: string
  readonly description?: string
  readonly required?: boolean
  readonly schema?: unknown
}

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: unknown; readonly example?: unknown }>>
  }
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> }>
  >
}

export interface OpenApiDocument {
  readonly info?: { readonly title?: string; readonly version?: string; readonly description?: string }
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface ErrorRow {
  readonly code: string
  readonly status: number
  readonly text: string
}

/** A JSON Schema as far as the page shows it. */
interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** Text for HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Text for HTML in which `code` is marked as such. */
function prose(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

export function docsPage(document: OpenApiDocument, errors: readonly ErrorRow[]): string {
  const groups = new Map<string, string[]>()
  const links = new Map<string, string[]>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      // The document is our own: operations stand under lower-case methods.
      const operation = item[method] as Operation | undefined
      if (operation === undefined) continue
      const tag = operation.tags?.[0] ?? 'Other'
      groups.set(tag, [...(groups.get(tag) ?? []), section(path, method, operation)])
      links.set(tag, [
        ...(links.get(tag) ?? []),
        `<a href="#${anchor(operation, path, method)}">${escapeHtml(operation.summary ?? path)}</a>`,
      ])
    }
  }
  const title = escapeHtml(document.info?.title ?? '')
  const nav = inOrder(links)
    .map(([tag, list]) => `<h2>${escapeHtml(tag)}</h2>${list.join('')}`)
    .join('')
  const body = inOrder(groups)
    .map(([tag, list]) => `<h2 class="tag">${escapeHtml(tag)}</h2>${list.join('')}`)
    .join('')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} API</title>
<style>${STYLE}</style>
</head>
<body>
<nav aria-label="Operations"><p class="brand">${title}</p>${nav}<h2>Reference</h2><a href="#errors">Error codes</a><a href="/openapi.json">openapi.json</a></nav>
<main>
<h1>${title} API</h1>
<p>${prose(document.info?.description ?? '')}</p>
${body}
<h2 class="tag" id="errors">Error codes</h2>
<table><thead><tr><th>Code</th><th>HTTP</th><th>What to do</th></tr></thead><tbody>
${errors.map((row) => `<tr><td><code>${row.code}</code></td><td>${String(row.status)}</td><td>${escapeHtml(row.text)}</td></tr>`).join('\n')}
</tbody></table>
</main>
</body>
</html>
`
}

/** Groups in the order of the document; what only operators need comes last. */
function inOrder(groups: ReadonlyMap<string, readonly string[]>): (readonly [string, readonly string[]])[] {
  return [...groups].sort(([a], [b]) => Number(a === 'Operation') - Number(b === 'Operation'))
}

function section(path: string, method: string, operation: Operation): string {
  const request = schemaIn(operation.requestBody)
  const answer = schemaIn(operation.responses?.['200'])
  const parameters = operation.parameters ?? []
  const fields = request?.properties?.['request'] ?? request
  const example = operation.requestBody?.content?.['application/json']?.example
  const result = answer?.properties?.['result'] ?? answer
  return `<section id="${anchor(operation, path, method)}">
<h3>${escapeHtml(operation.summary ?? '')}</h3>
<p class="line"><span class="method ${method}">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></p>
${paragraphs(operation.description)}
${parameters.length === 0 ? '' : `<h4>In the address</h4>${table(parameters.map(parameterRow))}`}
${fields === undefined ? '' : `<h4>Request</h4>${fieldTable(fields)}`}
${example === undefined ? '' : `<pre tabindex="0">${escapeHtml(JSON.stringify(example, undefined, 2))}</pre>`}
${result === undefined ? '' : `<details><summary>Result</summary>${fieldTable(result)}</details>`}
</section>`
}

/** OpenAPI keeps what a parameter means beside its schema. */
function parameterRow({ name, in: place, description, required, schema }: Parameter): string {
  const described: Schema = { ...(description === undefined ? {} : { description }), ...(schema as Schema) }
  return row(name, described, required === true, place)
}

function anchor(operation: Operation, path: string, method: string): string {
  return escapeHtml((operation.operationId ?? `${method}${path}`).replace(/[^\w.]/g, '-'))
}

function paragraphs(text: string | undefined): string {
  return (text ?? '')
    .split('\n\n')
    .filter((part) => part !== '')
    .map((part) => `<p>${prose(part)}</p>`)
    .join('')
}

/** Both bodies and answers hold their schema under the media type. */
function schemaIn(
  part: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> } | undefined,
): Schema | undefined {
  return part?.content?.['application/json']?.schema as Schema | undefined
}

function fieldTable(schema: Schema): string {
  const { properties } = schema
  if (properties === undefined)
    return `<p>${prose([form(schema), schema.description ?? ''].filter((part) => part !== '').join('. '))}</p>`
  const rows = Object.entries(properties).map(([name, property]) =>
    row(name, property, schema.required?.includes(name) === true, ''),
  )
  return table(rows)
}

function table(rows: readonly string[]): string {
  if (rows.length === 0) return '<p>Empty.</p>'
  return `<table><thead><tr><th>Field</th><th>Form</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function row(name: string, schema: Schema, required: boolean, place: string): string {
  const meaning = [place === '' ? '' : `(${place})`, schema.description ?? schema.items?.description ?? '']
    .join(' ')
    .trim()
  return `<tr><td><code>${escapeHtml(name)}</code>${required ? '<span class="required" title="required">*</span>' : ''}</td><td>${escapeHtml(form(schema))}</td><td>${prose(meaning)}</td></tr>`
}

/** A schema in a few words. */
function form(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(form))].join(' or ')
  if (schema.items !== undefined) return `list of ${form(schema.items)}`
  if (schema.patternProperties !== undefined) return 'map'
  const range =
    schema.minimum !== undefined && schema.maximum !== undefined
      ? `, ${String(schema.minimum)} to ${String(schema.maximum)}`
      : ''
  const length = schema.maxLength === undefined ? '' : `, at most ${String(schema.maxLength)} characters`
  return `${schema.type ?? 'anything'}${range}${length}`
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1b2430;--dim:#5a6675;--line:#d8dee6;--back:#fff;--soft:#f4f6f9;--accent:#0b5fa5;--alarm:#b3202e}
@media (prefers-color-scheme:dark){:root{--ink:#e4e9ef;--dim:#9aa7b5;--line:#344050;--back:#12181f;--soft:#1b232d;--accent:#6db6f5;--alarm:#ff8a93}}
*{box-sizing:border-box}
body{margin:0;display:grid;grid-template-columns:17rem minmax(0,1fr);font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--back)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.25rem;border-right:1px solid var(--line);background:var(--soft);font-size:.875rem}
nav .brand{font-weight:700;font-size:1.1rem;margin:0}
nav h2{font-size:.72rem;text-transform:uppercase;letter-spacing:.06em;color:var(--dim);margin:1.1rem 0 .3rem}
nav a{display:block;padding:.15rem 0;color:inherit;text-decoration:none}
nav a:hover,nav a:focus-visible{color:var(--accent);text-decoration:underline}
main{padding:2rem 2.5rem 5rem;max-width:60rem;overflow-wrap:anywhere}
h1{margin-top:0}
h2.tag{margin:3rem 0 0;padding-bottom:.3rem;border-bottom:2px solid var(--line)}
section{padding:.5rem 0 1rem;border-bottom:1px solid var(--line)}
h3{margin:1.2rem 0 .3rem}h4{margin:1rem 0 .3rem;font-size:.9rem;color:var(--dim)}
code,pre{font:.875em ui-monospace,monospace}
pre{padding:.9rem;background:var(--soft);border:1px solid var(--line);border-radius:6px;overflow:auto}
.method{display:inline-block;min-width:4.2rem;text-align:center;padding:.1rem .4rem;border-radius:4px;font-weight:700;font-size:.78rem;color:#fff;background:#3d6b99}
.method.post{background:#2c7a4b}.method.put,.method.patch{background:#8a5a00}.method.delete{background:#a8323e}
table{width:100%;border-collapse:collapse;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
th{color:var(--dim);font-weight:600;border-top:0}
td:first-child{width:13rem}td:nth-child(2){width:15rem}
.required{color:var(--alarm);margin-left:.15rem}
summary{cursor:pointer;color:var(--accent);margin-top:.6rem}
@media (max-width:48rem){
body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}main{padding:1.25rem}
table,tbody,tr{display:block}thead{position:absolute;clip-path:inset(50%);white-space:nowrap;height:1px;overflow:hidden}
tr{padding:.45rem 0;border-top:1px solid var(--line)}
td{display:block;padding:0;border:0}td:first-child,td:nth-child(2){display:inline;width:auto}td:nth-child(2){margin-left:.75rem;color:var(--dim)}
}
`
