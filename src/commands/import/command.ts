/** `waymark import sunbird`: brings the data of today's system along. */
import { Option, type Command } from 'commander'
import type { SunbirdOptions } from './sunbird/sunbird.ts'
import type { ReadEnvironment, WithExample } from '../adding.ts'

/** Adds it to `waymark import`. No server may run on the data folder meanwhile. */
export function addSunbirdImport(imports: Command, readEnvironment: ReadEnvironment, withExample: WithExample): void {
  withExample(imports.command('sunbird'), 'bin/waymark import sunbird ./export')
    .description(
      'read exports of the tables of Sunbird (CSV of cqlsh COPY, or JSON lines), and compare their summaries with what is recomputed; run again, it goes on where it ended',
    )
    .argument('<folder>', 'where the files of the export are')
    .option('--dry-run', 'only read the files and say which rows would be refused')
    .option('--anew', 'begin with the first file, also where an earlier run did not come to its end')
    .option('--null <text>', 'the text that stands for nothing (COPY … WITH NULL)', '')
    .addOption(
      new Option('--backslashes <how>', 'how often cqlsh doubled backslashes (otherwise it is found out)').choices([
        'once',
        'twice',
      ]),
    )
    .option('--keep-statuses', 'where no row of a content was imported, keep the status that user_enrolments has of it')
    .option('--refused <file>', 'where refused rows are written (default: refused.jsonl in the data folder)')
    .option('--json', 'print the report as JSON')
    .action(async (folder: string, _options: SunbirdOptions, command: Command) => {
      const { importSunbird } = await import('./sunbird/sunbird.ts')
      // --json is an option of `import` too, which takes it wherever it stands.
      await importSunbird(readEnvironment(command), folder, command.optsWithGlobals<SunbirdOptions>())
    })
}
