/** The plugins of an installation, and what it knows of public events with them. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readHistory, SCHEMA_FOLDER } from './schema-folder.ts'
import { ConfigError } from './config.ts'
import { ALL_EVENTS, WAYMARK_EVENTS } from './public-events/catalogue/all.ts'
import { catalogueOf, type Catalogue } from './public-events/kernel/catalogue.ts'
import type { Snapshot } from './public-events/kernel/history.ts'
import { readAvsc } from './public-events/kernel/read-avsc.ts'
import type { Plugin } from './workers/consume/plugin.ts'
import type { WriterOf } from './workers/consume/reader.ts'

export interface Installed {
  readonly plugins: readonly Plugin[]
  /** All events that it can read: ours, those of plugins, and those of others. */
  readonly catalogue: Catalogue
  /** Those that it sends itself. */
  readonly published: Catalogue
}

/** This version as it is, without plugins. */
export const BARE: Installed = { plugins: [], catalogue: ALL_EVENTS, published: WAYMARK_EVENTS }

/**
 * @param paths what WAYMARK_PLUGINS names
 * @throws ConfigError where a plugin cannot be used
 */
export async function openPlugins(paths: readonly string[]): Promise<Installed> {
  const plugins: Plugin[] = []
  for (const path of paths) plugins.push(await loadPlugin(path))
  const own = plugins.flatMap(({ events = [] }) => events)
  try {
    const catalogue = catalogueOf([...ALL_EVENTS.values(), ...own])
    return { plugins, catalogue, published: catalogueOf([...WAYMARK_EVENTS.values(), ...own]) }
  } catch (error) {
    throw new ConfigError(`WAYMARK_PLUGINS: ${String(error)}`)
  }
}

async function loadPlugin(path: string): Promise<Plugin> {
  try {
    const module = (await import(pathToFileURL(resolve(path)).href)) as { readonly plugin?: unknown }
    if (!isPlugin(module.plugin)) throw new Error('it exports no plugin with a name')
    return module.plugin
  } catch (error) {
    throw new ConfigError(`WAYMARK_PLUGINS: ${path} cannot be used (${String(error)})`)
  }
}

/** What stands in it was written against the types of this version. */
function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
}

/** The stored schemas of all events: ours, and those of plugins that keep some. */
export function storedSchemas({ plugins }: Pick<Installed, 'plugins'>): readonly Snapshot[] {
  const folders = [SCHEMA_FOLDER, ...plugins.flatMap(({ schemas }) => schemas ?? [])]
  return folders.flatMap((folder) => readHistory(folder).snapshots)
}

/** The schemas of older minors, read when the first of them is met. */
export function storedWriters(installed: Pick<Installed, 'plugins'>): WriterOf {
  let stored: readonly Snapshot[] | undefined
  return (type, minor) => {
    stored ??= storedSchemas(installed)
    const found = stored.find((snapshot) => snapshot.type === type && snapshot.minor === minor)
    return found === undefined ? undefined : readAvsc(JSON.parse(found.text)).root
  }
}
