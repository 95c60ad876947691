import { join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { openReadOnly } from '../database.ts'
import { refuseMigrating, storedMode } from '../stored-mode.ts'
import { openSqliteStore, type SqliteOptions } from '../store.ts'
import type { TransferProgress } from './write-export.ts'

/** Pages copied before others have their turn. */
const PAGES = 1000

/**
 * Copies one state of a store, beside the server that may go on writing, and folds what waits to be folded. Nothing of
 * the store itself is changed, and its lock is not taken.
 * @param from data folder of the store. @param to an empty folder for the copy.
 * @throws StoreRefused where there is no store, none that this version reads, or a change of mode is not done
 */
export async function copyStore(
  from: string,
  to: string,
  options: Omit<SqliteOptions, 'folder' | 'mode'>,
  onProgress: TransferProgress,
): Promise<DatabaseSync> {
  const source = openReadOnly(join(from, 'waymark.db'))
  try {
    // One transaction: what is written from here on is not seen, and does not make the copying begin anew.
    source.exec('BEGIN')
    const mode = storedMode(source)
    refuseMigrating(source)
    const path = join(to, 'waymark.db')
    const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }): void => {
      onProgress(totalPages - remainingPages, totalPages)
    }
    const pages = await backup(source, path, { rate: PAGES, progress })
    onProgress(pages, pages)
    // A copy that a power cut spoils is made again.
    const store = await openSqliteStore({ ...options, folder: to, mode, synchronous: 'OFF' })
    await store.fold()
    await store.close()
    return openReadOnly(path)
  } finally {
    source.close()
  }
}
