/** `waymark export` and `waymark import`: everything of a store out, and in again. */
import type { Command } from 'commander'
import { WrongUse } from '../wrong-use.ts'
import type { ReadEnvironment, WithExample } from '../adding.ts'

interface TransferOptions {
  readonly json?: boolean
}

/** @param imports may have commands of its own: what a folder is called like one of them is named `./…`. */
export function addTransferCommands(
  exports: Command,
  imports: Command,
  readEnvironment: ReadEnvironment,
  withExample: WithExample,
): void {
  withExample(exports, 'bin/waymark export ../waymark-2026-03-01')
    .description('write everything of the store into a new folder, as JSON lines; a server may run meanwhile')
    .argument('<folder>', 'a folder that is new or empty; what is written there names learners')
    .option('--json', 'print the report as JSON')
    .action(async (folder: string, options: TransferOptions, command: Command) => {
      const { exportTo } = await import('./export.ts')
      await exportTo(readEnvironment(command), folder, options.json === true)
    })

  withExample(imports, 'WAYMARK_DATA=./new-data bin/waymark import ../waymark-2026-03-01')
    .description('make a store of an export, in a data folder that holds none')
    .argument('[folder]', 'the folder of the export')
    .option('--json', 'print the report as JSON')
    .action(async (folder: string | undefined, options: TransferOptions, command: Command) => {
      if (folder === undefined) throw new WrongUse('name the folder of an export: bin/waymark import FOLDER')
      const { importFrom } = await import('./import.ts')
      importFrom(readEnvironment(command), folder, options.json === true)
    })
}
