import Type from 'typebox'
import { isId } from '../../domain/id.ts'
import { WaymarkError } from '../../domain/errors.ts'
import {
  ATTEMPT_POLICIES,
  HierarchyError,
  readHierarchy,
  type AttemptPolicy,
  type HierarchyNode,
  type Structure,
} from '../../domain/progress/hierarchy.ts'
import { isFields } from '../input.ts'
import { defineRoute, type Services } from '../route.ts'
import { closed, CollectionId } from '../schemas.ts'

export const collectionPut = defineRoute({
  id: 'api.collection.publish',
  method: 'PUT',
  url: '/v1/collection/:collectionId',
  tag: 'Collections',
  summary: "Publish a collection's structure",
  description:
    'Takes a hierarchy as content services publish it: `{"request": {"content": {…}}}` or the bare content. Leaves and units with `relationalMetadata.optional` need not be completed. `attemptPolicy` (best, latest, first) says which attempt at an assessment counts. Publishing again recomputes every learner; it lowers no completed status and moves no completion date.',
  access: 'collection-write',
  params: closed({ collectionId: CollectionId }),
  verbatim: true,
  body: Type.Record(Type.String(), Type.Unknown()),
  result: Type.Object({
    identifier: Type.String(),
    publication: Type.Integer({ description: 'Counts the publications that differ.' }),
    changed: Type.Boolean(),
    leafNodesCount: Type.Integer(),
    requiredCount: Type.Integer(),
    unitsCount: Type.Integer(),
  }),
  example: {
    content: {
      identifier: 'class-1-maths',
      name: 'Maths, class 1',
      mimeType: 'application/vnd.ekstep.content-collection',
      children: [{ identifier: 'single-digit-addition' }, { identifier: 'double-digit-addition' }],
    },
  },
  target: (call) => ({ collectionId: call.params.collectionId }),
  handle: async (services, call) => {
    const { collectionId } = call.params
    const { content, attemptPolicy, nameOf } = contentOf(call.body, call.nameOf)
    const { identifier } = content
    if (identifier !== undefined && identifier !== collectionId) {
      throw new WaymarkError('COLLECTION_ID_MISMATCH', { field: nameOf('identifier') })
    }
    const structure = structureOf(services, collectionId, content, attemptPolicy, nameOf)
    const { publication, changed } = await services.store.catalogue.publish(structure, JSON.stringify(content))
    return {
      result: {
        identifier: collectionId,
        publication,
        changed,
        leafNodesCount: structure.root.leaves.length,
        requiredCount: structure.root.required.length,
        unitsCount: structure.units.length,
      },
    }
  },
})

interface SentContent {
  readonly content: HierarchyNode
  readonly attemptPolicy: AttemptPolicy
  readonly nameOf: (path: string) => string
}

/** The content object, wrapped or bare, and the policy beside it or in it. */
function contentOf(body: Readonly<Record<string, unknown>>, nameOf: (path: string) => string): SentContent {
  const wrapped = Object.hasOwn(body, 'content')
  const content = wrapped ? body['content'] : body
  if (!isFields(content)) throw new WaymarkError('INVALID_FIELD', { field: nameOf('content') })
  const inner = (path: string): string => nameOf(wrapped ? `content.${path}` : path)
  const [policy, field] = Object.hasOwn(content, 'attemptPolicy')
    ? [content['attemptPolicy'], inner('attemptPolicy')]
    : [wrapped ? body['attemptPolicy'] : undefined, nameOf('attemptPolicy')]
  const attemptPolicy = policy === undefined ? 'best' : ATTEMPT_POLICIES.find((known) => known === policy)
  if (attemptPolicy === undefined)
    throw new WaymarkError('INVALID_FIELD', { field, text: `attemptPolicy is one of ${ATTEMPT_POLICIES.join(', ')}.` })
  return { content, attemptPolicy, nameOf: inner }
}

function structureOf(
  services: Services,
  collectionId: string,
  content: HierarchyNode,
  attemptPolicy: AttemptPolicy,
  nameOf: (path: string) => string,
): Structure {
  const limits = {
    nodesMax: services.config.HIERARCHY_NODES_MAX,
    depthMax: services.config.HIERARCHY_DEPTH_MAX,
    isId,
  }
  try {
    return readHierarchy(collectionId, content, attemptPolicy, limits)
  } catch (error) {
    if (!(error instanceof HierarchyError)) throw error
    const text = `The hierarchy cannot be read: ${error.message}.`
    throw new WaymarkError('INVALID_HIERARCHY', { field: nameOf(error.path), text, cause: error })
  }
}
