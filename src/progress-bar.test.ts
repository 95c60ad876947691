import assert from 'node:assert/strict'
import test from 'node:test'
import { progressBar } from './progress-bar.ts'

function screen(isTTY: boolean, columns = 200) {
  const written: string[] = []
  return { isTTY, columns, written, write: (text: string) => written.push(text) }
}

test('a terminal sees a bar with rate and remaining time, on one line', () => {
  const shown = screen(true)
  let now = 0
  const bar = progressBar(
    'load',
    shown,
    () => now,
    () => 42,
  )
  bar.update(0, 1000)
  now = 10
  bar.update(1, 1000)
  now = 2000
  bar.update(500, 1000)
  now = 4000
  bar.update(1000, 1000)
  bar.end()
  assert.deepEqual(shown.written, [
    '\rload [........................] 0/1000 0 %, 0/s\u001B[K',
    '\rload [############............] 500/1000 50 %, 250/s, 2 s left\u001B[K',
    '\rload [########################] 1000/1000 100 %, 250/s, took 4 s\u001B[K',
    '\rload [########################] 1000/1000 100 %, 250/s, took 4 s, 42 MB of memory at most\u001B[K\n',
  ])
})

test('a bar never wraps on a narrow terminal', () => {
  const shown = screen(true, 20)
  progressBar(
    'load',
    shown,
    () => 0,
    () => 42,
  ).end()
  assert.equal(shown.written.join(''), '\rload [.............\u001B[K\n')
})

test('without a terminal there is a line every few seconds and one at the end', () => {
  const shown = screen(false)
  let now = 0
  const bar = progressBar(
    'load',
    shown,
    () => now,
    () => 42,
  )
  for (now = 0; now <= 90_000; now += 1000) bar.update(now / 1000, 300)
  bar.end()
  assert.equal(shown.written.length, 19)
  assert.equal(shown.written[0], 'load 5/300 1 %, 1/s, 4 min 55 s left\n')
  assert.ok(shown.written.at(-1)?.startsWith('load 90/300 30 %'))
})

test('nothing to do is done', () => {
  const shown = screen(false)
  progressBar(
    'load',
    shown,
    () => 0,
    () => 42,
  ).end()
  assert.deepEqual(shown.written, ['load 0/0 100 %, 0/s, took 0 s, 42 MB of memory at most\n'])
})
