/**
 * A collection's structure as progress needs it: leaves, which of them are required, and the units above them.
 * Read from a published hierarchy (viewer-service seed; `relationalMetadata.optional`, issue "Collections").
 */

/** How several attempts at one assessment become one score. All attempts are kept whatever the policy. */
export const ATTEMPT_POLICIES = ['best', 'latest', 'first'] as const
export type AttemptPolicy = (typeof ATTEMPT_POLICIES)[number]

/** One node of a collection that has progress of its own: the collection itself or a unit in it. */
export interface Unit {
  readonly id: string
  readonly name: string
  /** All leaves below, each once, in the order of the hierarchy. */
  readonly leaves: readonly string[]
  /** The leaves that must be completed for this node to be complete. */
  readonly required: readonly string[]
}

export interface Structure {
  readonly collectionId: string
  readonly name: string
  readonly description: string
  readonly logo: string
  readonly attemptPolicy: AttemptPolicy
  /** The collection itself. */
  readonly root: Unit
  /** Every unit below it, in the order of the hierarchy. */
  readonly units: readonly Unit[]
  /** For each leaf the ids of all nodes above it, nearest first, the collection last. */
  readonly ancestors: ReadonlyMap<string, readonly string[]>
  /** For each leaf that says so, how many questions it has (`totalQuestions`). */
  readonly questionTotals: ReadonlyMap<string, number>
  /** Leaves of earlier publications: late work on them is still taken, though it no longer counts. */
  readonly formerLeaves: readonly string[]
  /** From when on today's required leaves hold, UTC milliseconds; 0 for the first publication: it holds for all time before. */
  readonly requiredSince: number
  /** What was required before, oldest first: who completed the collection then stays complete (decision 0007). */
  readonly formerEras: readonly Era[]
}

/** A time in which a collection required the same leaves. Both ends are inside. */
export interface Era {
  readonly required: readonly string[]
  readonly since: number
  readonly until: number
}

/** A node of a published hierarchy; only the fields that are read here. */
export interface HierarchyNode {
  readonly identifier?: unknown
  readonly name?: unknown
  readonly description?: unknown
  readonly appIcon?: unknown
  readonly posterImage?: unknown
  readonly mimeType?: unknown
  readonly totalQuestions?: unknown
  readonly relationalMetadata?: unknown
  readonly leafNodes?: unknown
  readonly children?: unknown
}

/** A hierarchy that cannot be read: `path` says where, in the body's own terms (`children[2].identifier`). */
export class HierarchyError extends Error {
  readonly path: string
  constructor(path: string, message: string) {
    super(message)
    this.name = 'HierarchyError'
    this.path = path
  }
}

export interface HierarchyLimits {
  readonly nodesMax: number
  readonly depthMax: number
  /** Whether a text may be an id (see domain/id.ts). */
  readonly isId: (text: string) => boolean
}

const COLLECTION_MIME = 'application/vnd.ekstep.content-collection'

/** What is gathered about a node while the tree is walked. */
interface Draft {
  readonly id: string
  readonly name: string
  readonly leaves: Set<string>
  readonly required: Set<string>
}

/** State of one walk. */
interface Walk {
  readonly limits: HierarchyLimits
  readonly drafts: Map<string, Draft>
  readonly ancestors: Map<string, Set<string>>
  readonly totals: Map<string, number>
  nodes: number
}

/** The nodes above a leaf on one path, nearest last; `optional` is true where that step's child is optional. */
interface Step {
  readonly draft: Draft
  readonly optional: boolean
}

/**
 * Reads a hierarchy. A leaf that stands in several places is required by a node as soon as one of its places below
 * that node is not optional; under an optional unit every place is optional (decision 0006).
 * @throws HierarchyError where the hierarchy is malformed, too deep or too large.
 */
export function readHierarchy(
  collectionId: string,
  content: HierarchyNode,
  attemptPolicy: AttemptPolicy,
  limits: HierarchyLimits,
): Structure {
  const walk: Walk = { limits, drafts: new Map(), ancestors: new Map(), totals: new Map(), nodes: 0 }
  const root = draftOf(walk, collectionId, content)
  checkChildren(content, '')
  const { children, leafNodes } = content
  if (Array.isArray(children) && children.length > 0)
    walkChildren(walk, children, [{ draft: root, optional: false }], '')
  else if (leafNodes !== undefined && leafNodes !== null) walkFlat(walk, leafNodes, root)
  const units = [...walk.drafts.values()].map(unitOf)
  return {
    collectionId,
    name: text(content.name),
    description: text(content.description),
    logo: text(content.appIcon) || text(content.posterImage),
    attemptPolicy,
    root: unitOf(root),
    units: units.filter((unit) => unit.id !== collectionId),
    ancestors: new Map([...walk.ancestors].map(([leaf, above]) => [leaf, [...above]])),
    questionTotals: walk.totals,
    formerLeaves: [],
    requiredSince: 0,
    formerEras: [],
  }
}

/** Eras that are remembered of one collection; with more the oldest is forgotten. */
export const ERAS_MAX = 50

/**
 * Whether the clock went back since what is required was published. Then the era that ends has no time of its own: who is
 * complete in it must be recorded before it ends, by whoever publishes.
 */
export function endsWithoutTime(previous: Structure, at: number): boolean {
  return at < previous.requiredSince
}

/**
 * The structure as successor of another: with the leaves that it drops, so that late work on them is not refused, and
 * with what was required until now.
 * @param at when it is published, UTC milliseconds
 */
export function succeed(next: Structure, previous: Structure | undefined, at: number): Structure {
  if (previous === undefined) return next
  const current = new Set(next.root.leaves)
  const former = new Set([...previous.formerLeaves, ...previous.root.leaves].filter((leaf) => !current.has(leaf)))
  const { requiredSince, formerEras } = previous
  if (sameSet(previous.root.required, next.root.required)) {
    return { ...next, formerLeaves: [...former], requiredSince, formerEras }
  }
  // What is done later must not fall into it.
  if (endsWithoutTime(previous, at)) return { ...next, formerLeaves: [...former], requiredSince, formerEras }
  const era = { required: previous.root.required, since: requiredSince, until: at }
  return { ...next, formerLeaves: [...former], requiredSince: at, formerEras: [...formerEras, era].slice(-ERAS_MAX) }
}

/** Every content that is a leaf of a collection, or was one. */
export function leavesEver({ root, formerLeaves }: Structure): readonly string[] {
  return formerLeaves.length === 0 ? root.leaves : [...root.leaves, ...formerLeaves]
}

/** Whether a content is a leaf of a collection, or was one. */
export function holdsLeaf({ ancestors, formerLeaves }: Structure, contentId: string): boolean {
  return ancestors.has(contentId) || formerLeaves.includes(contentId)
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a)
  return set.size === b.length && b.every((id) => set.has(id))
}

function walkChildren(walk: Walk, children: readonly unknown[], above: readonly Step[], path: string): void {
  if (above.length > walk.limits.depthMax) {
    throw new HierarchyError(`${path}children`, `the hierarchy is deeper than ${String(walk.limits.depthMax)} levels`)
  }
  children.forEach((child, index) => {
    const at = `${path}children[${String(index)}]`
    walk.nodes += 1
    if (walk.nodes > walk.limits.nodesMax) {
      throw new HierarchyError(at, `the hierarchy has more than ${String(walk.limits.nodesMax)} nodes`)
    }
    if (typeof child !== 'object' || child === null || Array.isArray(child)) {
      throw new HierarchyError(at, 'a child must be an object')
    }
    walkNode(walk, child as HierarchyNode, above, at)
  })
}

function walkNode(walk: Walk, node: HierarchyNode, above: readonly Step[], path: string): void {
  const id = node.identifier
  if (typeof id !== 'string' || !walk.limits.isId(id)) {
    throw new HierarchyError(`${path}.identifier`, 'identifier must be a string of 1 to 256 characters')
  }
  if (above.some((step) => step.draft.id === id)) {
    throw new HierarchyError(`${path}.identifier`, 'a node cannot stand below itself')
  }
  checkChildren(node, `${path}.`)
  const optional = isOptional(node)
  const children = node.children
  const isUnit = (Array.isArray(children) && children.length > 0) || node.mimeType === COLLECTION_MIME
  if (!isUnit) return addLeaf(walk, id, node, above, optional)
  const draft = draftOf(walk, id, node)
  if (Array.isArray(children)) walkChildren(walk, children, [...above, { draft, optional }], `${path}.`)
}

/** Children that are no list are refused: to read them as none would publish an empty collection. */
function checkChildren({ children }: HierarchyNode, path: string): void {
  if (children === undefined || children === null || Array.isArray(children)) return
  throw new HierarchyError(`${path}children`, 'children must be a list')
}

function addLeaf(walk: Walk, id: string, node: HierarchyNode, above: readonly Step[], optional: boolean): void {
  const total = node.totalQuestions
  if (typeof total === 'number' && Number.isFinite(total)) {
    walk.totals.set(id, Math.max(total, walk.totals.get(id) ?? 0))
  }
  const ancestors = walk.ancestors.get(id) ?? new Set<string>()
  walk.ancestors.set(id, ancestors)
  // Upwards: the place is required for a node while nothing between the node and the leaf is optional.
  let required = !optional
  for (let index = above.length - 1; index >= 0; index -= 1) {
    const step = above[index]
    if (step === undefined) continue
    step.draft.leaves.add(id)
    if (required) step.draft.required.add(id)
    ancestors.add(step.draft.id)
    required &&= !step.optional
  }
}

/** A collection published without children but with a list of leaf ids. */
function walkFlat(walk: Walk, leafNodes: unknown, root: Draft): void {
  if (!Array.isArray(leafNodes)) throw new HierarchyError('leafNodes', 'leafNodes must be a list of content ids')
  if (leafNodes.length > walk.limits.nodesMax) {
    throw new HierarchyError('leafNodes', `the hierarchy has more than ${String(walk.limits.nodesMax)} nodes`)
  }
  leafNodes.forEach((leaf: unknown, index) => {
    if (typeof leaf !== 'string' || !walk.limits.isId(leaf)) {
      throw new HierarchyError(`leafNodes[${String(index)}]`, 'a content id must be a string of 1 to 256 characters')
    }
    addLeaf(walk, leaf, {}, [{ draft: root, optional: false }], false)
  })
}

function draftOf(walk: Walk, id: string, node: HierarchyNode): Draft {
  const known = walk.drafts.get(id)
  if (known !== undefined) return known
  const draft: Draft = { id, name: text(node.name), leaves: new Set(), required: new Set() }
  walk.drafts.set(id, draft)
  return draft
}

function unitOf(draft: Draft): Unit {
  return { id: draft.id, name: draft.name, leaves: [...draft.leaves], required: [...draft.required] }
}

function isOptional(node: HierarchyNode): boolean {
  const relation = node.relationalMetadata
  return typeof relation === 'object' && relation !== null && (relation as { optional?: unknown }).optional === true
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
