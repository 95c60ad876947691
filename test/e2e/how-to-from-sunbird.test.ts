/** The how-to on coming from Sunbird: its commands bring an export along, as they stand. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findFiles, TABLE_NAMES } from '../../src/commands/import/sunbird/files.ts'
import { exportTables, writeExport } from '../support/sunbird-export.ts'
import { BIN, environment, temporaryFolder } from '../support/process.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/how-to/from-sunbird.md'), 'utf8')
const PART = PAGE.slice(PAGE.indexOf('## Bring the data along'))

/** The code of the part in one language. */
function code(language: string): string {
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(PART)?.[1] ?? ''
}

test('the exports of the page are the tables that are read, under names that are found', (t) => {
  const copies = [...code('sql').matchAll(/^COPY \w+\.(\w+) .*TO '(export\/\S+)' WITH HEADER = true;$/gm)]
  assert.deepEqual(copies.map(([, table = '']) => table).sort(), [...TABLE_NAMES].sort())
  const folder = temporaryFolder()
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  writeExport(join(folder, 'export'), exportTables(1))
  const found = findFiles(join(folder, 'export')).files.map(({ name }) => `export/${name}`)
  assert.deepEqual(found.sort(), copies.map(([, , path = '']) => path).sort())
})

test('the commands of the page bring an export along', async (t) => {
  const folder = temporaryFolder()
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  mkdirSync(join(folder, 'bin'))
  symlinkSync(BIN, join(folder, 'bin/waymark'))
  writeExport(join(folder, 'export'), exportTables(8))
  const { promise, resolve } = Promise.withResolvers<{ readonly failed: boolean; readonly text: string }>()
  execFile('sh', ['-e', '-c', code('sh')], { cwd: folder, env: environment({}) }, (error, stdout, stderr) => {
    resolve({ failed: error !== null, text: stdout + stderr })
  })
  const { failed, text } = await promise
  assert.equal(failed, false, text)
  assert.match(text, /Nothing was changed\./)
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as { recomputed: number }
  assert.equal(report.recomputed, 8)
})
