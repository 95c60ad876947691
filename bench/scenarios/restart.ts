/** S13: `kill -9` under load, then from starting the process to its first answer, over the large store. */
import { send, serviceToken } from '../client.ts'
import { idsOf } from '../groups.ts'
import { usageOf } from '../proc.ts'
import { startProduct } from '../processes.ts'
import { folded } from '../settled.ts'
import type { Load } from '../workloads.ts'
import type { Scenario } from './scenario.ts'

const IDLE_MS = 500

export const restart: Scenario = {
  id: 'S13',
  title: 'start after kill -9',
  rounds: 'once',
  run: async (bench) => {
    const target = await bench.main()
    const group = bench.scale.groups.s1
    const load: Load = { kind: 'update', group, seed: bench.seed }
    // What was acknowledged last is still to be folded into its table when the process is killed.
    await bench.phase({ id: 'S13 load', what: '', target, load, seconds: 2 * bench.scale.phaseSeconds, folds: false })
    await target.server.end('SIGKILL')
    const token = await serviceToken(target)
    const begun = performance.now()
    const server = await startProduct(target.folder)
    const { status } = await send(server.port, 'POST', '/v1/summary/read', token, idsOf(bench.scale.groups.s6, 0))
    const answeredMs = performance.now() - begun
    bench.restarted(server, target.folder)
    await new Promise((resolve) => {
      setTimeout(resolve, IDLE_MS)
    })
    const { rssMb } = usageOf([server.pid])
    await folded(target.folder)
    const survived = bench.oracle(target, group).check(target.folder)
    return [
      {
        id: 'S13',
        what: 'kill -9 under load, then from start to first answer (p50)',
        p50: answeredMs,
        rssMb,
        errors: 0,
        check: status === 200 ? survived : `WRONG: the first answer is ${String(status)}`,
        note: `ready line after ${server.readyMs.toFixed(0)} ms; RSS is that of the idle server`,
      },
    ]
  },
}
