/** The code of a how-to, laid out as its readers would: every block names its file in the first line. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { environment } from './process.ts'

const ROOT = join(import.meta.dirname, '../..')
const TOOLS = join(ROOT, 'node_modules/.bin')
/** Tests that are run by a test would run nothing, and call that a success. */
const OF_THE_RUNNER = 'NODE_TEST_CONTEXT'

interface Said {
  readonly failed: boolean
  readonly text: string
}

export class HowToPage {
  readonly text: string
  /** Within the checkout, so that `waymark/events` is found from there, and out of the sight of git. */
  readonly folder: string

  constructor(page: string) {
    this.text = readFileSync(join(ROOT, page), 'utf8')
    // As a server makes it, which may come after.
    mkdirSync(join(ROOT, 'data'), { recursive: true, mode: 0o700 })
    this.folder = mkdtempSync(join(ROOT, 'data/how-to-'))
    for (const [, code = ''] of this.text.matchAll(/```ts\n([^]*?)```/g)) {
      const path = /^\/\/ (plugins\/\S+\.ts)\n/.exec(code)?.[1]
      assert.ok(path !== undefined, `a block does not say which file it is:\n${code}`)
      this.write(path, code)
    }
    this.write('tsconfig.json', JSON.stringify({ extends: '../../tsconfig.json', include: ['plugins'] }))
  }

  file(path: string): string {
    return join(this.folder, path)
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.file(path)), { recursive: true })
    writeFileSync(this.file(path), text)
  }

  /** Puts text in the place of other text, which must be there. */
  edit(path: string, from: string | RegExp, to: string): void {
    const text = readFileSync(this.file(path), 'utf8')
    const edited = text.replace(from, () => to)
    assert.notEqual(edited, text)
    this.write(path, edited)
  }

  /** Runs a tool in the folder. */
  tool(name: string, ...arguments_: readonly string[]): Promise<Said> {
    const { promise, resolve } = Promise.withResolvers<Said>()
    const { [OF_THE_RUNNER]: _, ...env } = environment({})
    execFile(join(TOOLS, name), [...arguments_], { cwd: this.folder, env }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, text: stdout + stderr })
    })
    return promise
  }

  compile(): Promise<Said> {
    return this.tool('tsc', '-p', 'tsconfig.json')
  }

  /** Holds the code to the rules of this repository, and runs its tests. */
  async passes(tests: number): Promise<void> {
    assert.deepEqual(await this.compile(), { failed: false, text: '' })
    const { failed, text } = await this.tool('node', '--test', '--test-reporter=tap', 'plugins/**/*.test.ts')
    assert.equal(failed, false, text)
    assert.match(text, new RegExp(`# pass ${String(tests)}\n# fail 0\n`))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
