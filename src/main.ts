/** `waymark serve`: open, say where and how, serve until told to stop. */
import type { Config } from './config.ts'
import { leaveAddress, localUrl, removeAddress } from './server-address.ts'
import { crashAt } from './crash-at.ts'
import { openWaymark, systemClock } from './wire.ts'

/** So long after its end the process waits for what is left to end by itself. */
const LINGER_MS = 300

/** Runs the server until SIGTERM or SIGINT; resolves when it has stopped. A second signal stops at once. */
export async function serve(config: Config): Promise<void> {
  const waymark = await openWaymark(config, systemClock, crashAt(process.env['CRASH_AT']))
  // The folder is ours now: an address in it is of a server that was killed.
  removeAddress(config.DATA)
  const signalled = firstSignal()
  try {
    await waymark.app.listen({ host: config.HOST, port: config.PORT })
  } catch (error) {
    await waymark.stop()
    throw error
  }
  const address = waymark.app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.PORT
  const host = config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST
  leaveAddress(config.DATA, localUrl(config.HOST, port))
  process.stdout.write(
    [
      `Mode        ${config.MODE}`,
      `Profile     ${config.PROFILE}`,
      `Data        ${config.DATA}`,
      `Durability  ${waymark.store.durability}`,
      `Token       bin/waymark token --user YOU --role admin`,
      `Docs        http://${host}:${String(port)}/docs`,
      `Waymark listens on http://${host}:${String(port)}`,
      '',
    ].join('\n'),
  )
  const broken = await Promise.race([signalled, waymark.broken])
  // While the folder is still ours: afterwards it could be the next server's address.
  removeAddress(config.DATA)
  if (broken === undefined) {
    await waymark.stop()
    // Whatever a plugin still waits for does not keep the process.
    setTimeout(() => process.exit(), LINGER_MS).unref()
    return
  }
  // How the store closes matters less now than why it had to.
  await waymark.stop().catch(() => undefined)
  throw broken
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false
    const onSignal = (): void => {
      if (stopping) process.exit(1)
      stopping = true
      resolve()
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}
