/** `waymark events docs`: the catalogue for people and for other tools. */
import { writeFileSync } from 'node:fs'
import type { Installed } from '../../plugins.ts'
import { eventsDocument } from './document.ts'
import { eventReports } from './reports.ts'

export type DocumentFormat = 'markdown' | 'json'

const WRITERS: Readonly<Record<DocumentFormat, (installed: Installed) => string>> = {
  markdown: eventsDocument,
  json: (installed) => `${JSON.stringify(eventReports(installed), undefined, 2)}\n`,
}

/** Prints the catalogue, or writes it to a file. @throws Error where the file cannot be written */
export function docs(installed: Installed, format: DocumentFormat, file: string | undefined): void {
  const text = WRITERS[format](installed)
  if (file === undefined) {
    process.stdout.write(text)
    return
  }
  writeFileSync(file, text)
  process.stderr.write(`${String(installed.catalogue.size)} events are told of in ${file}\n`)
}
