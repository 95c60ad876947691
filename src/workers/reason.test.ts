import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from './reason.ts'

test('a reason tells the error with its stack, and what caused it', () => {
  const told = reasonOf(new Error('no badge', { cause: new TypeError('no picture', { cause: 'no paper' }) }))
  assert.match(told, /^Error: no badge\n {4}at [^]*\ncaused by TypeError: no picture\n {4}at [^]*\ncaused by no paper$/)
})

test('whatever is thrown has a reason of bounded length', () => {
  const circle = new Error('circle')
  circle.cause = circle
  const stackless = new Error('bare')
  delete stackless.stack
  const nothing: unknown = Object.create(null)
  assert.match(reasonOf(circle), /^Error: circle/)
  assert.equal(reasonOf(stackless), 'Error: bare')
  assert.equal(reasonOf(nothing), 'something was thrown that cannot be told')
  assert.equal(reasonOf(Symbol('x')), 'Symbol(x)')
  assert.equal(reasonOf('x'.repeat(1_000_000)).length, 8_192)
})
