import { rmSync } from 'node:fs'
import { after } from 'node:test'
import { startServer, type Server } from './process.ts'

/** `startServer` for the tests of one file: what a failed test left running is ended, and the folders are removed. */
export function serversOfThisFile(): typeof startServer {
  const started: Server[] = []
  after(() => {
    for (const { child, folder } of started) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
  })
  return async (...arguments_) => {
    const server = await startServer(...arguments_)
    started.push(server)
    return server
  }
}
