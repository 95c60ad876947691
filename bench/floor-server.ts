/** One floor as a process: `floor-server.ts F0|F1|F4 FOLDER`. Prints the same ready line as the product. */
import Fastify from 'fastify'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readConfig } from '../src/config.ts'
import { authenticator } from '../src/http/authenticate.ts'
import { linkSigner } from '../src/http/links.ts'
import { nothingToRepair } from '../src/ports/repair.ts'
import { noWebhooks } from '../src/ports/webhook-control.ts'
import type { Services } from '../src/http/route.ts'
import { createServer } from '../src/http/server.ts'
import { deriveKey, openIssuers, ownKey } from '../src/http/token-keys.ts'
import { tokenChecker } from '../src/http/tokens.ts'
import { openMetrics } from '../src/observe.ts'
import { systemClock } from '../src/wire.ts'
import { restingOperations } from '../src/workers/operate/resting-operations.ts'
import { openNullStore } from './null-store.ts'

const LEAVES = 50

/** F0: the product as wire.ts puts it together, all middleware, over a store that does nothing. */
async function serveProduct(folder: string): Promise<number> {
  const config = readConfig({ WAYMARK_DATA: folder, WAYMARK_PORT: '0' })
  const own = ownKey(folder)
  const tokens = tokenChecker({
    issuers: await openIssuers(config.TOKEN_KEYS, own),
    audience: config.TOKEN_AUDIENCE,
    clockSkewMs: config.CLOCK_SKEW,
    cacheMax: config.TOKEN_CACHE_MAX,
    clock: systemClock,
  })
  const store = openNullStore(LEAVES)
  const services: Services = {
    config,
    clock: systemClock,
    mode: config.MODE,
    store,
    operations: restingOperations(store, systemClock),
    metrics: openMetrics(),
    links: linkSigner(deriveKey(own, 'links')),
    webhooks: noWebhooks,
    repair: nothingToRepair,
    report: () => undefined,
    unready: () => Promise.resolve(undefined),
  }
  const app = await createServer({
    services,
    authenticate: authenticator(tokens, config.TRUSTED_PROXIES),
    stopping: () => false,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return portOf(app.server.address())
}

/** F1: bare fastify with its own schema check, same body, an answer of the same form. */
async function serveFastify(): Promise<number> {
  const text = { type: 'string', minLength: 1, maxLength: 256 }
  const request = {
    type: 'object',
    additionalProperties: false,
    required: ['userId', 'contentId'],
    properties: {
      userId: text,
      collectionId: text,
      contextId: text,
      contentId: text,
      progress: { type: 'number', minimum: 0, maximum: 100 },
      timespent: { type: 'number', minimum: 0 },
      progressDetails: { type: 'object' },
    },
  }
  const app = Fastify()
  app.post<{ Body: { request: { contentId: string } } }>(
    '/v1/view/update',
    { schema: { body: { type: 'object', required: ['request'], properties: { request } } } },
    (sent, reply) => reply.send({ responseCode: 'OK', result: { [sent.body.request.contentId]: 'SUCCESS' } }),
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  return portOf(app.server.address())
}

/** F4: the least that node:http can do. */
function serveHello(): Promise<number> {
  const server = createHttpServer((_request, response) => {
    response.writeHead(200, { 'content-length': 5 })
    response.end('hello')
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(portOf(server.address()))
    })
  })
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

const [kind, folder = ''] = process.argv.slice(2)
const port = await (kind === 'F0' ? serveProduct(folder) : kind === 'F1' ? serveFastify() : serveHello())
process.stdout.write(`Floor listens on http://127.0.0.1:${String(port)}\n`)
