import assert from 'node:assert/strict'
import test from 'node:test'
import { fillKey, type ViewKey } from './key.ts'
import { countsIn, MODES, summaryRow, targetRow, type Mode } from './mode.ts'
import { KEY_SCENARIOS } from './seed-scenarios.ts'

const key = (collectionId: string, contextId: string, contentId: string): ViewKey => ({
  userId: 'u',
  collectionId,
  contextId,
  contentId,
})
const inContext = key('L', 'X', 'c')
const organic = fillKey({ userId: 'u', contentId: 'c' })

/** Row of a view in a collection, of the same collection without a context, and of an organic view. */
const TARGETS: Readonly<Record<Mode, readonly [ViewKey, ViewKey, ViewKey]>> = {
  strict: [inContext, key('L', 'L', 'c'), organic],
  content: [organic, organic, organic],
  collection: [key('L', 'L', 'c'), key('L', 'L', 'c'), organic],
  'copy-content': [inContext, key('L', 'L', 'c'), organic],
  'copy-collection': [inContext, key('L', 'L', 'c'), organic],
  move: [inContext, key('L', 'L', 'c'), organic],
}

for (const mode of MODES) {
  test(`mode ${mode} maps views to the rows of its table, and summaries read the rows that views write`, () => {
    const keys = [inContext, key('L', 'L', 'c'), organic]
    assert.deepEqual(
      keys.map((view) => targetRow(mode, view)),
      TARGETS[mode],
    )
    assert.deepEqual(summaryRow(mode, { userId: 'u', collectionId: 'L', contextId: 'X' }, 'c'), TARGETS[mode][0])
  })
}

test('mapping a row again leaves it where it is', () => {
  for (const mode of MODES) {
    for (const view of [inContext, organic, key('c', 'X', 'c')]) {
      const row = targetRow(mode, view)
      assert.deepEqual(targetRow(mode, row), row)
    }
  }
})

const COUNTS: Readonly<Record<Mode, readonly string[]>> = {
  strict: ['L/X'],
  content: ['L/X', 'L/Y', 'M/X'],
  collection: ['L/X', 'L/Y'],
  'copy-content': ['L/X'],
  'copy-collection': ['L/X'],
  move: ['L/X'],
}

for (const mode of MODES) {
  test(`in mode ${mode} a view in L/X counts in ${COUNTS[mode].join(', ')}, and for nobody else`, () => {
    const row = targetRow(mode, inContext)
    const counted = ['L/X', 'L/Y', 'M/X'].filter((name) => {
      const [collectionId = '', contextId = ''] = name.split('/')
      assert.equal(countsIn(mode, row, { userId: 'v', collectionId, contextId }), false)
      return countsIn(mode, row, { userId: 'u', collectionId, contextId })
    })
    assert.deepEqual(counted, COUNTS[mode])
  })
}

for (const { scenario, request, row } of KEY_SCENARIOS) {
  test(`the row of: ${scenario}`, () => {
    const { contentId } = request
    assert.deepEqual(fillKey({ userId: 'u', ...request }), { userId: 'u', ...row, contentId })
  })
}
