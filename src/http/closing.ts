/** The end of a server: requests under way are finished, and connections that keep it from ending are ended. */
import type { FastifyInstance } from 'fastify'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

const SWEEP_MS = 50

/**
 * Watches the connections of a server from its beginning. The function returned takes no new requests, finishes those
 * under way, and cuts off after so many milliseconds what is not finished then.
 */
export function closer(app: FastifyInstance): (timeoutMs: number) => Promise<void> {
  const closeSilent = trackSilent(app.server)
  return async (timeoutMs) => {
    // Again and again: a connection may become idle, or be made, after the stop began.
    const sweep = setInterval(() => {
      closeSilent()
      app.server.closeIdleConnections()
    }, SWEEP_MS)
    const cut = setTimeout(() => {
      app.server.closeAllConnections()
    }, timeoutMs)
    try {
      await app.close()
    } finally {
      clearInterval(sweep)
      clearTimeout(cut)
    }
  }
}

/**
 * Browsers and balancers connect ahead of their requests. Node does not count a connection that never sent anything as
 * idle, so closing the server would wait for it: the function returned ends these.
 */
function trackSilent(server: Server): () => void {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}
