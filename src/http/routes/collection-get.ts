import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { defineRoute } from '../route.ts'
import { closed, CollectionId } from '../schemas.ts'

export const collectionGet = defineRoute({
  id: 'api.collection.read',
  method: 'GET',
  url: '/v1/collection/:collectionId',
  tag: 'Collections',
  summary: 'A collection as it was published, and what progress reads from it',
  access: 'collection-read',
  params: closed({ collectionId: CollectionId }),
  result: Type.Object({
    content: Type.Object({}, { description: 'As it was sent.' }),
    publication: Type.Integer(),
    publishedOn: Type.Integer(),
    attemptPolicy: Type.String(),
    leafNodes: Type.Array(Type.String()),
    optionalNodes: Type.Array(Type.String(), { description: 'Leaves that need not be completed.' }),
    units: Type.Array(
      Type.Object({
        identifier: Type.String(),
        name: Type.String(),
        leafNodes: Type.Array(Type.String()),
        optionalNodes: Type.Array(Type.String()),
      }),
    ),
    ancestors: Type.Record(Type.String(), Type.Array(Type.String()), {
      description: 'For each leaf the nodes above it.',
    }),
  }),
  target: (call) => ({ collectionId: call.params.collectionId }),
  handle: async (services, call) => {
    const { collectionId } = call.params
    const { catalogue } = services.store
    const [published, content] = await Promise.all([
      catalogue.publication(collectionId),
      catalogue.content(collectionId),
    ])
    if (published === undefined || content === undefined) {
      throw new WaymarkError('COLLECTION_NOT_FOUND', { field: 'path.collectionId' })
    }
    const { structure } = published
    const ancestors = Object.create(null) as Record<string, readonly string[]>
    for (const [leaf, above] of structure.ancestors) ancestors[leaf] = above
    return {
      result: {
        content: JSON.parse(content) as unknown,
        publication: published.publication,
        publishedOn: published.publishedAt,
        attemptPolicy: structure.attemptPolicy,
        leafNodes: structure.root.leaves,
        optionalNodes: optionalOf(structure.root),
        units: structure.units.map((unit) => ({
          identifier: unit.id,
          name: unit.name,
          leafNodes: unit.leaves,
          optionalNodes: optionalOf(unit),
        })),
        ancestors,
      },
    }
  },
})

function optionalOf(unit: {
  readonly leaves: readonly string[]
  readonly required: readonly string[]
}): readonly string[] {
  const required = new Set(unit.required)
  return unit.leaves.filter((leaf) => !required.has(leaf))
}
