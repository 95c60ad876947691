/** What is served outside the envelope or without a token: health, figures, documents, and signed links. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { WaymarkError } from '../domain/errors.ts'
import { authorise } from './access.ts'
import { namesSomeone, type Authenticate } from './authenticate.ts'
import { docsPage, type OpenApiDocument } from './docs-page.ts'
import { envelope, errorTable, SUCCESS } from './envelope.ts'
import { openApiDocument } from './openapi.ts'
import { ROUTES } from './routes.ts'
import type { PublicRoute, Services } from './route.ts'
import { readFileLink, safeFileName, summaryFile } from './summary-file.ts'

/** Everything here, for the table that the tests walk: no learner's data without a token or a signature. */
export const PUBLIC_ROUTES: readonly PublicRoute[] = [
  { method: 'GET', url: '/', why: 'leads to the docs' },
  {
    method: 'GET',
    url: '/health/live',
    why: 'says only that the process runs',
    summary: 'Whether the process runs',
    id: 'api.health.live',
  },
  {
    method: 'GET',
    url: '/health/ready',
    why: 'says only whether it can serve',
    summary: 'Whether it can serve: 503 with the reason if not',
    id: 'api.health.ready',
  },
  {
    method: 'GET',
    url: '/metrics',
    why: 'figures without learners; from other machines with a token',
    summary: 'Figures for Prometheus',
    id: 'api.metrics',
  },
  { method: 'GET', url: '/openapi.json', why: 'the same for everyone' },
  { method: 'GET', url: '/docs', why: 'the same for everyone' },
  {
    method: 'GET',
    url: '/v1/summary/file/:name',
    why: 'the signature of the link stands for the token',
    summary: 'The file behind a download link',
    id: 'api.summary.file',
  },
]

export function servePublic(app: FastifyInstance, services: Services, authenticate: Authenticate): void {
  const named = (id: string) => ({ config: { id } })
  app.get('/', (_request, reply) => reply.redirect('/docs'))
  app.get('/health/live', named('api.health.live'), (request) =>
    answer(services, request, 'api.health.live', { live: true }),
  )
  app.get('/health/ready', named('api.health.ready'), async (request) => {
    const reason = await services.unready()
    if (reason !== undefined) throw reason
    return answer(services, request, 'api.health.ready', { ready: true })
  })
  app.get('/metrics', named('api.metrics'), async (request, reply) => {
    await checkMetrics(request, authenticate)
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await services.metrics.text())
  })
  serveDocs(app)
  app.get<{ Params: { name: string }; Querystring: Record<string, unknown> }>(
    '/v1/summary/file/:name',
    named('api.summary.file'),
    (request, reply) => sendFile(services, authenticate, request, reply),
  )
}

function answer({ clock }: Services, request: FastifyRequest, id: string, result: unknown): unknown {
  return envelope(id, request.id, clock.nowMs(), 200, SUCCESS, result)
}

/** The document and its page, made when first asked for and kept. */
function serveDocs(app: FastifyInstance): void {
  let made: Promise<OpenApiDocument> | undefined
  const document = (): Promise<OpenApiDocument> => (made ??= openApiDocument(ROUTES, PUBLIC_ROUTES))
  app.get('/openapi.json', document)
  app.get('/docs', async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
      )
      .send(docsPage(await document(), errorTable())),
  )
}

/** Open on this machine itself; everyone else, also through a proxy on this machine, needs a token. */
async function checkMetrics(request: FastifyRequest, authenticate: Authenticate): Promise<void> {
  const address = request.socket.remoteAddress ?? ''
  const local = address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1'
  const forwarded = 'x-forwarded-for' in request.headers || 'forwarded' in request.headers
  if (local && !forwarded) return
  const { principal, expired } = await authenticate(request)
  if (expired) throw new WaymarkError('TOKEN_EXPIRED')
  authorise('metrics-read', principal, {})
}

/** A link works without a token; who sends one all the same must be allowed to read what it leads to. */
async function sendFile(
  services: Services,
  authenticate: Authenticate,
  request: FastifyRequest<{ Params: { name: string }; Querystring: Record<string, unknown> }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const file = readFileLink(services, request.params.name, request.query, services.clock.nowMs())
  if (namesSomeone(request)) {
    const { principal, expired } = await authenticate(request)
    if (expired) throw new WaymarkError('TOKEN_EXPIRED')
    authorise('progress-read', principal, { userId: file.userId })
  }
  return reply
    .type(file.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="${safeFileName(file)}"`)
    .send(summaryFile(services, file))
}
