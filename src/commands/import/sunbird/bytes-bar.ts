import { progressBar, type ProgressBar } from '../../../progress-bar.ts'
import type { ExportFile } from './files.ts'

/** How far the files have been read, by their bytes. */
export interface BytesBar extends Pick<ProgressBar, 'end'> {
  update(bytesOfFile: number): void
  /** The file is done. */
  next(file: ExportFile): void
}

const KIB = 1024

/** @param files that are read, one after the other. */
export function bytesBar(label: string, files: readonly ExportFile[]): BytesBar {
  const bar = progressBar(`${label} KiB`)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let before = 0
  const show = (bytes: number): void => {
    bar.update(Math.ceil((before + bytes) / KIB), Math.ceil(total / KIB))
  }
  return {
    update: show,
    next: ({ size }) => {
      before += size
      show(0)
    },
    end: () => {
      bar.end()
    },
  }
}
