import { CRASH_POINTS, reachNothing, type Reach } from './ports/crash-points.ts'

/**
 * Ends this process, as `kill -9` would, when a crash point is reached for the nth time: `CRASH_AT=commit-ready:3`. Only
 * the fault tests set it; unset, or naming no point, it does nothing.
 */
export function crashAt(setting: string | undefined): Reach {
  const [name, nth = '1'] = (setting ?? '').split(':')
  if (!CRASH_POINTS.some((point) => point === name)) return reachNothing
  let left = Number(nth)
  return (point) => {
    if (point !== name) return
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
