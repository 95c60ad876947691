/** The collections of the demo (sources and licences: collections/README.md) and how much there is to learn in them. */
import { isId } from '../domain/id.ts'
import { readHierarchy } from '../domain/progress/hierarchy.ts'
import course from './collections/hierarchy-do_11305855864948326411234.json' with { type: 'json' }
import textbook from './collections/hierarchy-KP_FT_1594149835504.json' with { type: 'json' }
import science from './collections/science-class-6.json' with { type: 'json' }
import type { Content } from './types.ts'

/** Of our own: the only one with assessments. */
export const SCIENCE: Content = science
export const COURSE: Content = course
export const TEXTBOOK: Content = textbook

/** One content to learn. */
export interface Leaf {
  readonly id: string
  readonly required: boolean
  /** How many questions an assessment has; undefined where it is none. */
  readonly questions: number | undefined
}

/** The contents of a collection in the order of its hierarchy. */
export function leavesOf(content: Content): readonly Leaf[] {
  const limits = { nodesMax: 10_000, depthMax: 64, isId }
  const { root, questionTotals } = readHierarchy(content.identifier, content, 'best', limits)
  return root.leaves.map((id) => ({ id, required: root.required.includes(id), questions: questionTotals.get(id) }))
}
