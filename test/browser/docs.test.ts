/** The page of the API in a real browser: complete, readable on a phone, in the dark and by keyboard, and self-contained. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { serversOfThisFile } from '../support/servers.ts'
import type { Server } from '../support/process.ts'

const startServer = serversOfThisFile()
/** Where screenshots go: kept where the environment names a folder. */
const kept = process.env['SCREENSHOTS']
const screenshots = kept ?? mkdtempSync(join(tmpdir(), 'waymark-screenshots-'))

let server: Server
let browser: Browser

before(async () => {
  server = await startServer()
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
})

after(async () => {
  // It is missing where the browser could not be started: that has failed the tests already.
  await (browser as Browser | undefined)?.close()
  if (kept === undefined) rmSync(screenshots, { recursive: true })
})

interface Visit {
  readonly page: Page
  /** Everything the page asked for. */
  readonly requests: readonly string[]
  /** What the browser complained of. */
  readonly complaints: readonly string[]
}

/** Opens the page anew, with nothing kept from before. */
async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  const response = await page.goto(`${server.origin}/docs`, { waitUntil: 'networkidle' })
  assert.equal(response?.status(), 200)
  return { page, requests, complaints }
}

/** Scripts in the page are text: their types are the browser's, not Node's. */
function evaluate<T>(page: Page, script: string): Promise<T> {
  return page.evaluate<T>(script)
}

interface Operation {
  readonly operationId: string
  readonly summary: string
}

async function operations(): Promise<readonly (Operation & { readonly method: string; readonly path: string })[]> {
  const response = await fetch(`${server.origin}/openapi.json`)
  const document = (await response.json()) as { paths: Record<string, Record<string, Operation>> }
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  )
}

/** Contrast of text and ground after WCAG, over the whole page: the least one and where it is. */
const CONTRAST = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => [r, g, b]
    .map((value) => value / 255)
    .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0)
  const groundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] > 0) return color
    }
    return [255, 255, 255]
  }
  let least = { ratio: 99, text: '' }
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('')
    if (text === '' || element.checkVisibility() === false) continue
    const pair = [luminance(channels(getComputedStyle(element).color)), luminance(groundOf(element))].sort((a, b) => b - a)
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05)
    if (ratio < least.ratio) least = { ratio, text: element.tagName + ' ' + text }
  }
  return least
})()`

describe('/docs in a browser', { timeout: 60_000 }, () => {
  test('has a section for every operation, reached from the navigation', async () => {
    const { page } = await visit()
    assert.equal(await page.title(), 'Waymark API')
    const expected = await operations()
    assert.ok(expected.length > 20)
    const ids = await evaluate<readonly string[]>(page, `[...document.querySelectorAll('section')].map((s) => s.id)`)
    assert.deepEqual([...ids].sort(), expected.map(({ operationId }) => operationId).sort())
    for (const { operationId, summary, method, path } of expected) {
      const section = page.locator(`section[id="${operationId}"]`)
      assert.equal(await section.locator('h3').innerText(), summary)
      const line = await section.locator('.line').innerText()
      assert.equal(line.replaceAll(/\s+/g, ' '), `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
      assert.equal(await page.locator(`nav a[href="#${operationId}"]`).count(), 1, operationId)
    }
    const broken = await evaluate<readonly string[]>(
      page,
      `[...document.querySelectorAll('a[href^="#"]')].map((a) => a.hash.slice(1)).filter((id) => document.getElementById(id) === null)`,
    )
    assert.deepEqual(broken, [])
    await page.screenshot({ path: join(screenshots, 'wide-light.png') })
  })

  test('asks no other host for anything, and the browser has nothing to complain of', async () => {
    const { page, requests, complaints } = await visit()
    for (const summary of await page.locator('summary').all()) await summary.click()
    await page.locator('nav a[href="#errors"]').click()
    assert.ok(requests.length > 0)
    for (const url of requests) assert.equal(new URL(url).origin, server.origin)
    assert.deepEqual(complaints, [])
  })

  test('fits a phone of 400 pixels: nothing is wider than the page, opened results included', async () => {
    const { page } = await visit({ viewport: { width: 400, height: 800 }, hasTouch: true, isMobile: true })
    await page.screenshot({ path: join(screenshots, 'narrow-top.png') })
    await page.locator('#errors').scrollIntoViewIfNeeded()
    for (const summary of await page.locator('summary').all()) await summary.click()
    const widths = await evaluate<readonly number[]>(
      page,
      `[document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]`,
    )
    assert.deepEqual(widths, [400, 400, 400])
    const wide = await evaluate<readonly string[]>(
      page,
      `[...document.querySelectorAll('main *:not(pre):not(pre *)')].filter((e) => e.getBoundingClientRect().right > 400.5).map((e) => e.outerHTML.slice(0, 100))`,
    )
    assert.deepEqual(wide, [])
    await page.screenshot({ path: join(screenshots, 'narrow.png'), fullPage: true })
  })

  test('is read by keyboard: links and results are reached in order, seen, and work', async () => {
    const { page } = await visit()
    await page.keyboard.press('Tab')
    const first = await evaluate<string>(page, 'document.activeElement.getAttribute("href")')
    assert.match(first, /^#/)
    assert.notEqual(
      await evaluate<string>(page, 'getComputedStyle(document.activeElement).outlineStyle'),
      'none',
      'the focus is visible',
    )
    await page.keyboard.press('Enter')
    assert.equal(new URL(page.url()).hash, first)
    const top = await evaluate<number>(
      page,
      `document.getElementById(${JSON.stringify(first.slice(1))}).getBoundingClientRect().top`,
    )
    assert.ok(top >= -1 && top < 900, `the section is in view: ${String(top)}`)
    const reached = new Set<string>()
    for (let presses = 0; presses < 200 && !reached.has('SUMMARY'); presses += 1) {
      await page.keyboard.press('Tab')
      reached.add(await evaluate<string>(page, 'document.activeElement.tagName'))
    }
    assert.ok(reached.has('SUMMARY'), [...reached].join())
    await page.keyboard.press('Enter')
    assert.equal(await evaluate<boolean>(page, 'document.activeElement.parentElement.open'), true)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`can be read in ${colorScheme} colours`, async () => {
      const { page } = await visit({ colorScheme })
      for (const summary of await page.locator('summary').all()) await summary.click()
      const ground = await evaluate<string>(page, 'getComputedStyle(document.body).backgroundColor')
      const [red = NaN] = (ground.match(/\d+/g) ?? []).map(Number)
      assert.ok(colorScheme === 'dark' ? red < 64 : red > 192, ground)
      const { ratio, text } = await evaluate<{ ratio: number; text: string }>(page, CONTRAST)
      assert.ok(ratio >= 4.5, `contrast ${ratio.toFixed(2)} of: ${text}`)
      await page.screenshot({ path: join(screenshots, `${colorScheme}.png`) })
    })
  }
})
