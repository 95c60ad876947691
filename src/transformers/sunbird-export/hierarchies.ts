/** `content_hierarchy`: published collections, each with its hierarchy as JSON text. */
import { HierarchyError, readHierarchy, type HierarchyNode, type Structure } from '../../domain/progress/hierarchy.ts'
import { isId } from '../../domain/id.ts'
import { RowFault } from './export-row.ts'
import { taken, type ImportRules, type Table } from './table.ts'

export interface HierarchyImport {
  readonly structure: Structure
  /** The hierarchy as it was exported, JSON text. */
  readonly content: string
}

export const HIERARCHIES: Table<HierarchyImport> = {
  name: 'content_hierarchy',
  columns: [['identifier'], ['hierarchy']],
  read: (row, rules) => {
    const collectionId = row.id('identifier')
    if (collectionId.endsWith('.img'))
      throw new RowFault('identifier', 'this is a draft; only what is published counts')
    const content = row.text('hierarchy')
    if (content === undefined) throw new RowFault('hierarchy', 'hierarchy is missing')
    const node = nodeOf(content)
    if (node.identifier !== undefined && node.identifier !== collectionId) {
      throw new RowFault('hierarchy', 'hierarchy.identifier and identifier differ')
    }
    return taken({ structure: structureOf(collectionId, node, rules), content })
  },
}

/**
 * Reads a file that holds one hierarchy alone, as JSON text.
 * @throws RowFault
 */
export function readHierarchyFile(content: string, rules: ImportRules): HierarchyImport {
  const node = nodeOf(content)
  const { identifier } = node
  if (typeof identifier !== 'string' || !isId(identifier)) {
    throw new RowFault('hierarchy.identifier', 'identifier must be a string of 1 to 256 characters')
  }
  return { structure: structureOf(identifier, node, rules), content }
}

/** The best attempt counts: that is the only policy of today's system. */
function structureOf(collectionId: string, node: HierarchyNode, rules: ImportRules): Structure {
  if (collectionId.endsWith('.img')) throw new RowFault('identifier', 'this is a draft; only what is published counts')
  try {
    return readHierarchy(collectionId, node, 'best', rules.hierarchy)
  } catch (error) {
    if (!(error instanceof HierarchyError)) throw error
    throw new RowFault(`hierarchy.${error.path}`, error.message)
  }
}

function nodeOf(content: string): HierarchyNode {
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch {
    throw new RowFault('hierarchy', 'hierarchy is not JSON')
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new RowFault('hierarchy', 'hierarchy is no JSON object')
  }
  return json
}
