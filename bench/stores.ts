/** Makes the data folders of a run in threads, two at a time: there are two processors, and nothing is measured yet. */
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Group } from './groups.ts'

/** What a thread is told. */
export interface StoreWanted {
  readonly folder: string
  readonly groups: readonly Group[]
}

/** What a thread answers. */
export interface StoreMade {
  readonly rows: number
  readonly bytes: number
}

/** A data folder and the bytes of its store. */
export interface MadeStore {
  readonly folder: string
  readonly bytes: number
}

const AT_ONCE = 2

export class Stores {
  readonly #folder: string
  readonly #say: (text: string) => void
  readonly #made = new Map<string, Promise<MadeStore>>()
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** @param folder where data folders are made; it holds the token key of the run. */
  constructor(folder: string, say: (text: string) => void) {
    this.#folder = folder
    this.#say = say
  }

  /** The store of a name, made when it is first asked for. */
  store(name: string, groups: readonly Group[]): Promise<MadeStore> {
    const known = this.#made.get(name) ?? this.#make(name, groups)
    this.#made.set(name, known)
    return known
  }

  async #make(name: string, groups: readonly Group[]): Promise<MadeStore> {
    const folder = join(this.#folder, name)
    await this.#turn()
    try {
      const begun = performance.now()
      const { rows, bytes } = await inThread({ folder, groups })
      await cp(join(this.#folder, 'token-key.json'), join(folder, 'token-key.json'))
      const seconds = ((performance.now() - begun) / 1000).toFixed(1)
      this.#say(`store ${name}: ${String(rows)} view rows, ${(bytes / 1e6).toFixed(0)} MB in ${seconds} s`)
      return { folder, bytes }
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
    this.#running += 1
  }
}

async function inThread(wanted: StoreWanted): Promise<StoreMade> {
  const thread = new Worker(join(import.meta.dirname, 'make-store.ts'), { workerData: wanted })
  // An error of the thread rejects: `once` listens for it too.
  const [made] = (await once(thread, 'message')) as [StoreMade]
  await thread.terminate()
  return made
}
