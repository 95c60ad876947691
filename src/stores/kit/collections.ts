/** Small collections for the kit's tests. */
import { isId } from '../../domain/id.ts'
import { readHierarchy, type AttemptPolicy, type Structure } from '../../domain/progress/hierarchy.ts'

/** A leaf, or a unit with its children. `?` in front of a name makes it optional. */
export type Outline = string | { readonly unit: string; readonly children: readonly Outline[] }

const LIMITS = { nodesMax: 1000, depthMax: 10, isId }

export function collection(id: string, children: readonly Outline[], policy: AttemptPolicy = 'best'): Structure {
  return readHierarchy(id, { identifier: id, name: id, children: children.map(node) }, policy, LIMITS)
}

function node(outline: Outline): object {
  const name = typeof outline === 'string' ? outline : outline.unit
  const relation = name.startsWith('?') ? { relationalMetadata: { optional: true } } : {}
  const children = typeof outline === 'string' ? {} : { children: outline.children.map(node) }
  return { identifier: name.replace(/^\?/, ''), ...relation, ...children }
}
