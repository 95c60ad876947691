/** The how-to on export and import, pasted as it stands into a checkout whose data folder is that of a demo. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { KINDS } from '../../src/stores/sqlite/transfer/kinds.ts'
import { filesOf } from '../support/exports.ts'
import { BIN, environment, run, temporaryFolder } from '../support/process.ts'

const root = temporaryFolder()
const checkout = join(root, 'checkout')
after(() => {
  rmSync(root, { recursive: true, force: true })
})

test('the commands of the page move a store to another folder, where all of it is sound and its tokens hold', async () => {
  mkdirSync(checkout)
  symlinkSync(dirname(dirname(BIN)), join(checkout, 'waymark'))
  const data = join(checkout, 'data')
  assert.equal((await run(['demo'], { WAYMARK_DATA: data })).code, 0)
  const page = readFileSync(join(import.meta.dirname, '../../docs/how-to/export-and-import.md'), 'utf8')
  const lines = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, code = '']) => code).join('\n')
  assert.match(lines, /bin\/waymark export/)
  const pasted = lines.replaceAll('bin/waymark', 'waymark/bin/waymark')
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', pasted], {
    cwd: checkout,
    env: environment({}),
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /Exported \d+ rows .* of a store in mode strict to \.\.\/waymark-export/)
  assert.match(stdout, /Imported \d+ rows from \.\.\/waymark-export into \S+\/new-data .* The file is sound\./)
  assert.match(stdout, /ok {4}invariants +\d+ views and \d+ summaries compared, 0 found wrong/)
  assert.doesNotMatch(stdout, /WRONG|cannot be opened/)
  const again = join(root, 'again')
  assert.equal((await run(['export', again], { WAYMARK_DATA: join(root, 'new-data') })).code, 0)
  assert.deepEqual(filesOf(again), filesOf(join(root, 'waymark-export')))
})

test('the reference tells the fields of a line in the order in which they are written', () => {
  const document = readFileSync(join(import.meta.dirname, '../../docs/reference/export.md'), 'utf8')
  for (const { file, lineFields } of KINDS) {
    const row = document.split('\n').find((line) => line.startsWith(`| \`${file}\``)) ?? ''
    const told = [...(row.split(' | ').at(-1) ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)
    assert.deepEqual(
      told,
      lineFields.map(({ name }) => name),
    )
  }
})
