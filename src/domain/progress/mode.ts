import type { ViewKey } from './key.ts'

/** The modes that this version runs. One mode per instance (viewer-service seed, "Config Modes"). */
export const MODES = ['strict'] as const
export type Mode = (typeof MODES)[number]

/**
 * The row that a write goes to and a read answers from. In `strict`, the default, nothing is mapped: progress counts
 * exactly where it was made.
 */
export function targetRow(mode: Mode, key: ViewKey): ViewKey {
  switch (mode) {
    case 'strict':
      return key
  }
}
