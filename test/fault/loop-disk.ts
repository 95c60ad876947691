/** A disk in a file, mounted by the loop device: what a copy of the file holds is what had reached the disk. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface LoopDisk {
  /** Where it is mounted. */
  readonly folder: string
  /** The disk as it is at this moment, mounted elsewhere: as after a power cut and the next start of the machine. */
  cutPower(): LoopDisk
  unmount(): void
}

const MEGABYTES = 512

/** Makes an empty ext4 disk. Its journal is written only when asked for, so that nothing is saved by luck. */
export function makeDisk(): LoopDisk {
  if (process.getuid?.() !== 0) throw new Error('this test mounts a disk in a file and must run as root')
  const home = mkdtempSync(join(tmpdir(), 'waymark-disk-'))
  const file = join(home, 'disk.img')
  run('truncate', '-s', `${String(MEGABYTES)}M`, file)
  run('mkfs.ext4', '-q', '-F', file)
  return mount(home, file)
}

function mount(home: string, file: string): LoopDisk {
  const folder = join(home, 'mounted')
  mkdirSync(folder)
  run('mount', '-o', 'loop,commit=300', file, folder)
  return {
    folder: join(folder, 'data'),
    cutPower: () => {
      const copied = mkdtempSync(join(tmpdir(), 'waymark-disk-'))
      const copy = join(copied, 'disk.img')
      run('cp', '--sparse=always', file, copy)
      return mount(copied, copy)
    },
    unmount: () => {
      run('umount', folder)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function run(command: string, ...arguments_: readonly string[]): void {
  execFileSync(command, [...arguments_], { stdio: ['ignore', 'ignore', 'inherit'] })
}
