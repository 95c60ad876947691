/** The plugin of badges (test/fixtures/plugins), and what it did. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const BADGES_PLUGIN = join(import.meta.dirname, '../fixtures/plugins/badges.ts')

export interface Badges {
  readonly folder: string
  /** Makes it fail for learners whose name begins with `poison`, or mends it. */
  breaks(broken: boolean): void
  /** `USER COLLECTION` of each badge, in the order in which they were made. */
  made(): readonly string[]
  remove(): void
}

export function openBadges(): Badges {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-badges-'))
  const [broken, handled] = [join(folder, 'broken'), join(folder, 'handled.txt')]
  return {
    folder,
    breaks: (breaks) => {
      if (breaks) writeFileSync(broken, '')
      else rmSync(broken, { force: true })
    },
    made: () => (existsSync(handled) ? readFileSync(handled, 'utf8').trimEnd().split('\n') : []),
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
