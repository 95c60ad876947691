/** OpenAPI 3.1 from the routes that run: what is documented is what is served. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import Fastify, { type FastifySchema } from 'fastify'
import Type, { type TSchema } from 'typebox'
import { RULES } from './access.ts'
import type { OpenApiDocument } from './docs-page.ts'
import { NO_COMPILERS } from './no-compilers.ts'
import type { PublicRoute, Route } from './route.ts'

const OPENAPI: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Waymark',
      version: 'v1',
      description:
        'Records learners’ progress and scores. Every answer comes in one envelope; errors carry a stable code in params.err, a sentence that says what to do in params.errmsg, and the field at fault in result.field.',
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        userToken: { type: 'apiKey', in: 'header', name: 'x-authenticated-user-token' },
      },
    },
    security: [{ bearer: [] }, { userToken: [] }],
  },
}

const Params = Type.Object({
  resmsgid: Type.Null(),
  msgid: Type.String(),
  err: Type.Union([Type.String(), Type.Null()]),
  status: Type.Union([Type.Literal('success'), Type.Literal('failed')]),
  errmsg: Type.Union([Type.String(), Type.Null()]),
})

/** The envelope around a result. */
function envelopeSchema(id: string, result: TSchema): TSchema {
  return Type.Object({
    id: Type.Literal(id),
    ver: Type.Literal('v1'),
    ts: Type.String({ description: '2021-06-23 05:37:40:575+0000' }),
    params: Params,
    responseCode: Type.Union([
      Type.Literal('OK'),
      Type.Literal('BAD_REQUEST'),
      Type.Literal('CLIENT_ERROR'),
      Type.Literal('SERVER_ERROR'),
    ]),
    result,
  })
}

const Fault = Type.Object({ field: Type.Optional(Type.String({ description: 'request.contents[2].contentId' })) })

/**
 * The document of the routes that are served. It is made apart from the server, when it is first asked for: the start
 * need not wait for it.
 */
export async function openApiDocument(
  routes: readonly Route[],
  publicRoutes: readonly PublicRoute[],
): Promise<OpenApiDocument> {
  const { default: swagger } = await import('@fastify/swagger')
  const app = Fastify({ exposeHeadRoutes: false, schemaController: { compilersFactory: NO_COMPILERS } })
  await app.register(swagger, OPENAPI)
  const describe = (method: Route['method'], url: string, schema: FastifySchema): void => {
    app.route({ method, url, schema, handler: () => undefined })
  }
  for (const { method, url, summary, id } of publicRoutes) {
    if (summary === undefined || id === undefined) continue
    describe(method, url, { summary, tags: ['Operation'], operationId: id, security: [] })
  }
  for (const route of routes) describe(route.method, route.url, schemaOf(route))
  await app.ready()
  // What swagger() makes is what docsPage reads.
  return app.swagger() as OpenApiDocument
}

/** How a route stands in the document. */
function schemaOf(route: Route): FastifySchema {
  const roles = Object.entries(RULES[route.access]).map(([role, scope]) => `${role}: ${scope}`)
  const failed = { description: 'Refused: see params.err.', ...envelopeSchema(route.id, Fault) }
  return {
    summary: route.summary,
    description: [route.description, `Who may: ${roles.join('; ')}.`].filter((line) => line !== '').join('\n\n'),
    tags: [route.tag],
    operationId: route.id,
    ...(isEmpty(route.params) ? {} : { params: route.params.schema }),
    ...(isEmpty(route.query) ? {} : { querystring: route.query.schema }),
    ...(route.body === undefined ? {} : { body: bodySchema(route.body.schema, route.example) }),
    response: {
      200: { description: 'Done.', ...envelopeSchema(route.id, route.result) },
      '4xx': failed,
      '5xx': failed,
    },
  }
}

function bodySchema(request: TSchema, example: unknown): TSchema {
  const examples = example === undefined ? {} : { examples: [{ request: example }] }
  return Type.Object({ request }, { description: 'The bare object is taken as well.', ...examples })
}

function isEmpty(input: Route['params']): boolean {
  const { schema } = input
  return 'properties' in schema && Object.keys(schema.properties as object).length === 0
}
