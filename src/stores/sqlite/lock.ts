import { DatabaseSync } from 'node:sqlite'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'

/** The data folder belongs to another process. Ends a command with exit code 3. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`the data folder ${folder} is in use by another Waymark process`)
    this.name = 'FolderInUse'
  }
}

/**
 * Takes the data folder for this process. The lock is the operating system's, held on a file of its own, so it ends
 * with the process however that ends.
 * @returns a function that gives it back.
 * @throws FolderInUse
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'waymark.lock')
  const lock = new DatabaseSync(path)
  chmodSync(path, 0o600)
  try {
    lock.exec('PRAGMA journal_mode=DELETE; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (error instanceof Error && /locked|busy/i.test(error.message)) throw new FolderInUse(folder)
    throw error
  }
  return () => {
    lock.close()
  }
}
