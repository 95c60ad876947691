/** Processor time of this process, all threads and the kernel's share included. */

/** Milliseconds of processor time that some work took. */
export async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
