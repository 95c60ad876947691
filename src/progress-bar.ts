/** How far a long command has come: a bar on a terminal, a line now and then where there is none (operation spec). */

/** Where it is shown: a stream such as stderr. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface ProgressBar {
  /** Says how much is done of how much in all, in any unit. */
  update(done: number, total: number): void
  /** Leaves the last state standing. */
  end(): void
}

const BAR_EVERY_MS = 100
const LINE_EVERY_MS = 5_000
const WIDTH = 24

/**
 * @param label what is going on, in a word or two
 * @param nowMs a clock of milliseconds that never goes back
 * @param peakMb most memory that this process has held at once, megabytes: said at the end
 */
export function progressBar(
  label: string,
  screen: Screen = process.stderr,
  nowMs: () => number = () => performance.now(),
  peakMb: () => number = () => Math.round(process.resourceUsage().maxRSS / 1024),
): ProgressBar {
  const begun = nowMs()
  const terminal = screen.isTTY === true
  let [done, total] = [0, 0]
  let shownAt = terminal ? -Infinity : begun
  const show = (end: string): void => {
    shownAt = nowMs()
    const memory = end === '' ? '' : `, ${String(peakMb())} MB of memory at most`
    const text = `${label} ${terminal ? bar(done, total) : ''}${figures(done, total, (shownAt - begun) / 1000)}${memory}`
    screen.write(terminal ? `\r${text.slice(0, (screen.columns ?? 80) - 1)}\u001B[K${end}` : `${text}\n`)
  }
  return {
    update: (...state) => {
      ;[done, total] = state
      if (nowMs() - shownAt >= (terminal ? BAR_EVERY_MS : LINE_EVERY_MS)) show('')
    },
    end: () => {
      show('\n')
    },
  }
}

function bar(done: number, total: number): string {
  const full = total === 0 ? 0 : Math.min(WIDTH, Math.floor((done / total) * WIDTH))
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] `
}

/** `3000/11000 27 %, 4100/s, 2 s left`; at the end the time that it took. */
function figures(done: number, total: number, seconds: number): string {
  const rate = seconds === 0 ? 0 : done / seconds
  const percent = total === 0 ? 100 : Math.floor((done * 100) / total)
  const time = done >= total ? `took ${duration(seconds)}` : rate === 0 ? '' : `${duration((total - done) / rate)} left`
  const parts = [`${String(done)}/${String(total)} ${String(percent)} %`, `${String(Math.round(rate))}/s`, time]
  return parts.filter((part) => part !== '').join(', ')
}

/** Seconds as `4 s` or `2 min 05 s`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 60
    ? `${String(whole)} s`
    : `${String(Math.floor(whole / 60))} min ${String(whole % 60).padStart(2, '0')} s`
}
