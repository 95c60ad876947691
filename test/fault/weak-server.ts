/** The server with a weaker durability than it ever has, so that the power-cut test can show what that would lose. */
import { readConfig } from '../../src/config.ts'
import { reachNothing } from '../../src/ports/crash-points.ts'
import { openWaymark, systemClock } from '../../src/wire.ts'

const synchronous = process.argv[2] === 'OFF' ? 'OFF' : 'NORMAL'
const config = readConfig(process.env)
const waymark = await openWaymark(config, systemClock, reachNothing, { synchronous })
const origin = await waymark.app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`Durability ${waymark.store.durability}\nWaymark listens on ${origin}\n`)
