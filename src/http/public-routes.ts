/** What is served outside the envelope or without a token: health, figures, documents, and signed links. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { WaymarkError } from '../domain/errors.ts'
import { authorise } from './access.ts'
import type { Authenticate } from './authenticate.ts'
import { docsPage, type OpenApiDocument } from './docs-page.ts'
import { envelope, errorTable, SUCCESS } from './envelope.ts'
import type { Services } from './route.ts'
import { readFileLink, safeFileName, summaryFile } from './summary-file.ts'

/** Everything here, for the table that the tests walk: no learner's data without a token or a signature. */
export const PUBLIC_ROUTES = [
  { method: 'GET', url: '/', why: 'leads to the docs' },
  { method: 'GET', url: '/health/live', why: 'says only that the process runs' },
  { method: 'GET', url: '/health/ready', why: 'says only whether it can serve' },
  { method: 'GET', url: '/metrics', why: 'figures without learners; from other machines with a token' },
  { method: 'GET', url: '/openapi.json', why: 'the same for everyone' },
  { method: 'GET', url: '/docs', why: 'the same for everyone' },
  { method: 'GET', url: '/v1/summary/file/:name', why: 'the signature of the link stands for the token' },
] as const

export function servePublic(app: FastifyInstance, services: Services, authenticate: Authenticate): void {
  const hidden = { schema: { hide: true } }
  app.get('/', hidden, (_request, reply) => reply.redirect('/docs'))
  app.get('/health/live', describe('Whether the process runs', 'api.health.live'), (request) =>
    answer(services, request, 'api.health.live', { live: true }),
  )
  app.get(
    '/health/ready',
    describe('Whether it can serve: 503 with the reason if not', 'api.health.ready'),
    async (request) => {
      const reason = await services.unready()
      if (reason !== undefined) throw reason
      return answer(services, request, 'api.health.ready', { ready: true })
    },
  )
  app.get('/metrics', describe('Figures for Prometheus', 'api.metrics'), async (request, reply) => {
    await checkMetrics(request, authenticate)
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await services.metrics.text())
  })
  app.get('/openapi.json', hidden, () => app.swagger())
  serveDocs(app)
  app.get<{ Params: { name: string }; Querystring: Record<string, unknown> }>(
    '/v1/summary/file/:name',
    describe('The file behind a download link', 'api.summary.file'),
    (request, reply) => sendFile(services, authenticate, request, reply),
  )
}

function describe(summary: string, id: string) {
  return { schema: { summary, tags: ['Operation'], operationId: id, security: [] }, config: { id } }
}

function answer({ clock }: Services, request: FastifyRequest, id: string, result: unknown): unknown {
  return envelope(id, request.id, clock.nowMs(), 200, SUCCESS, result)
}

function serveDocs(app: FastifyInstance): void {
  let page: string | undefined
  app.get('/docs', { schema: { hide: true } }, (_request, reply) => {
    // swagger() writes what docsPage reads, and both are ours.
    page ??= docsPage(app.swagger() as OpenApiDocument, errorTable())
    return reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
      )
      .send(page)
  })
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
  if ('authorization' in request.headers || 'x-authenticated-user-token' in request.headers) {
    const { principal, expired } = await authenticate(request)
    if (expired) throw new WaymarkError('TOKEN_EXPIRED')
    authorise('progress-read', principal, { userId: file.userId })
  }
  return reply
    .type(file.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="${safeFileName(file)}"`)
    .send(summaryFile(services, file))
}
