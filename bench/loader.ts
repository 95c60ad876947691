/** The loader: a process of its own, so that making load takes no time from the server. Told what to do over IPC. */
import type { Phase, PhaseResult } from './phase.ts'
import { runPhase } from './run-phase.ts'

export type LoaderCommand =
  { readonly kind: 'tokens'; readonly tokens: readonly string[] } | { readonly kind: 'phase'; readonly phase: Phase }

export type LoaderAnswer = { readonly result: PhaseResult } | { readonly error: string }

let tokens: readonly string[] = ['none']

process.on('message', (command: LoaderCommand) => {
  if (command.kind === 'tokens') {
    ;({ tokens } = command)
    return
  }
  runPhase(command.phase, tokens).then(
    (result) => {
      answer({ result })
    },
    (error: unknown) => {
      answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    },
  )
})
process.on('disconnect', () => {
  process.exit()
})

function answer(message: LoaderAnswer): void {
  process.send?.(message)
}
