import Fastify, { LogController, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Server } from 'node:http'
import { randomUUID } from 'node:crypto'
import { WaymarkError } from '../domain/errors.ts'
import { admit, dispatch } from './dispatch.ts'
import type { Authenticate } from './authenticate.ts'
import { answerText } from './envelope.ts'
import { answerFailure, answersEarlier, rawFailure } from './failures.ts'
import { NO_COMPILERS } from './no-compilers.ts'
import { decodePayload, parseJson, readText } from './json-body.ts'
import type { Route, Services } from './route.ts'
import { ROUTES } from './routes.ts'
import { PUBLIC_ROUTES, servePublic } from './public-routes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `id` of the answer envelope. */
    id?: string
  }
}

export interface ServerOptions {
  readonly services: Services
  readonly authenticate: Authenticate
  /** Whether the process is stopping: then requests are refused. */
  readonly stopping: () => boolean
}

/** A path parameter is an id of 256 characters, each up to 12 characters when percent-encoded. */
const PARAM_CHARACTERS_MAX = 256 * 12 + 64
const MESSAGE_ID = /^[\w.-]{1,64}$/

/** How often connections are looked at for REQUEST_TIMEOUT: Node's own 30 s would let slow ones live three times as long. */
const CONNECTIONS_CHECK_MS = 1000

/** Builds the HTTP server with every route; it listens only when told to. */
export async function createServer({ services, authenticate, stopping }: ServerOptions): Promise<FastifyInstance> {
  const { config, clock } = services
  const report = (error: unknown, msgid: string): void => {
    app.log.error({ err: error, msgid }, 'a request failed')
  }
  const app = Fastify<Server>({
    logger: { level: config.LOG_LEVEL, stream: process.stderr, base: null },
    // Addresses carry learners' ids, so no line per request is written: metrics count them.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.BODY_BYTES_MAX,
    requestTimeout: config.REQUEST_TIMEOUT,
    http: {
      // Said here too, so that Node derives its time for the headers from it: otherwise bodies would get those 60 s.
      requestTimeout: config.REQUEST_TIMEOUT,
      connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
      // A missing Host is refused below, in the envelope; Node would refuse it without one.
      requireHostHeader: false,
    },
    schemaController: { compilersFactory: NO_COMPILERS },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: config.TRUSTED_PROXIES.length === 0 ? false : [...config.TRUSTED_PROXIES],
    genReqId: (request) => {
      const sent = request.headers['x-request-id']
      return typeof sent === 'string' && MESSAGE_ID.test(sent) ? sent : randomUUID()
    },
    routerOptions: { maxParamLength: PARAM_CHARACTERS_MAX, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => {
      // No hook runs for these.
      void reply.headers(SAFE_HEADERS)
      void answerFailure(error, 'api.http', request, reply, clock, report)
    },
    clientErrorHandler: (error, socket) => {
      if (socket.writable && !answersEarlier(socket)) socket.end(rawFailure(error, clock, randomUUID()))
      else socket.destroy()
    },
  })
  app.setErrorHandler((error, request, reply) => answerFailure(error, idOf(request), request, reply, clock, report))
  app.setNotFoundHandler((request, reply) =>
    answerFailure(new WaymarkError('NOT_FOUND'), 'api.http', request, reply, clock, report),
  )
  app.setReplySerializer(answerText)
  app.decorateRequest('identity')
  readBodies(app, services)
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(SAFE_HEADERS)
    if (stopping()) return done(new WaymarkError('STOPPING', { retryAfterSeconds: config.RETRY_AFTER }))
    // Before the body is read: whatever it holds, there is nothing here that would take it.
    if (request.is404) return done(new WaymarkError('NOT_FOUND'))
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
      return done(new WaymarkError('BAD_REQUEST'))
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Who was answered while the server stops must not send the next request here.
    if (stopping()) void reply.header('connection', 'close')
    done()
  })
  // Expectations other than 100-continue may be ignored (RFC 9110, 10.1.1); Node would answer without the envelope.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    services.metrics.request(route, request.method, reply.statusCode, reply.elapsedTime / 1000)
    done()
  })
  servePublic(app, services, authenticate)
  for (const route of ROUTES) serve(app, route, services, authenticate)
  refuseOtherMethods(app)
  await app.ready()
  return app
}

/** Answers are data for their client alone: neither guessed at, framed nor kept. */
const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
}

function serve(app: FastifyInstance, route: Route, services: Services, authenticate: Authenticate): void {
  app.route({
    method: route.method,
    url: route.url,
    config: { id: route.id },
    onRequest: async (request) => {
      admit(services, route, request, await authenticate(request))
    },
    handler: (request, reply) => dispatch(services, route, request, reply),
  })
}

/** JSON alone, unpacked and depth-checked; everything else is 415. */
function readBodies(app: FastifyInstance, { config }: Services): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      // Whether a route wants one is known where it is dispatched.
      if (body.length === 0) done(null, undefined)
      else done(null, parseJson(readText(body), config.JSON_DEPTH_MAX))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addHook('preParsing', (request, _reply, payload, done) => {
    try {
      done(null, decodePayload(request.headers['content-encoding'], payload, config.BODY_BYTES_MAX))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** A known address with another method: 405 with the methods that it has, instead of a 404 that misleads. */
function refuseOtherMethods(app: FastifyInstance): void {
  const served = new Map<string, string[]>()
  for (const { url, method } of [...ROUTES, ...PUBLIC_ROUTES]) served.set(url, [...(served.get(url) ?? []), method])
  for (const [url, methods] of served) {
    const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods
    app.route({
      method: app.supportedMethods.filter((method) => !allow.includes(method)),
      url,
      onRequest: (_request, reply, done) => {
        void reply.header('allow', allow.join(', '))
        done(new WaymarkError('METHOD_NOT_ALLOWED'))
      },
      handler: () => undefined,
    })
  }
}

function idOf(request: FastifyRequest): string {
  return request.routeOptions.config.id ?? 'api.http'
}
