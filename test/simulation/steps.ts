/** Histories as plain data: everything that chance decides is in the steps, so that steps can be left out and kept. */
import type { AttemptPolicy } from '../../src/domain/progress/hierarchy.ts'
import type { Mode } from '../../src/domain/progress/mode.ts'
import type { CrashPoint } from '../../src/ports/crash-points.ts'
import type { Where } from './world.ts'

export interface ViewWrite {
  readonly op: 'start' | 'update' | 'end'
  /** Undefined: an organic view, in no collection. */
  readonly where: Where | undefined
  readonly userId: string
  readonly contentId: string
  readonly progress?: number
  readonly timespent?: number
  readonly page?: number
}

export interface AttemptWrite {
  readonly op: 'assess'
  readonly where: Where
  readonly userId: string
  readonly contentId: string
  readonly attemptId: string
  readonly score: number
  readonly at: number
}

/** One item of a batch, with the time that the client says. */
export type Item = (ViewWrite & { readonly at: number }) | AttemptWrite

/** A context is put: ended by hand, or with dates from which its status follows. */
export interface ContextWrite {
  readonly op: 'context'
  readonly collectionId: string
  /** Left out: the batch. */
  readonly contextId?: string
  readonly ended: boolean
  /** First and last moment, where its status follows from them. */
  readonly dates?: readonly [startsAt: number, endsAt: number]
  /** The rules that it names; left out: none of its own. */
  readonly rules?: readonly string[] | null
}

/** A request that changes something. */
export type Write =
  | ViewWrite
  | AttemptWrite
  | { readonly op: 'batch'; readonly userId: string; readonly items: readonly Item[] }
  | { readonly op: 'enrol'; readonly where: Where; readonly at?: number }
  | { readonly op: 'unenrol' | 'remove'; readonly where: Where }
  | { readonly op: 'removeAll'; readonly userId: string }
  | { readonly op: 'publish'; readonly collectionId: string; readonly outline: number; readonly policy: AttemptPolicy }
  | ContextWrite
  /** One of RULES, by its number. */
  | { readonly op: 'rule'; readonly rule: number }

/** What the network does to one delivery. Unless it is answered, the client sends again. */
export type Fate = 'answered' | 'request-lost' | 'answer-lost' | 'duplicated'

export type Step =
  /** A client sends: the request is under way, with what will happen to its deliveries; later ones are answered. */
  | { readonly do: 'send'; readonly write: Write; readonly fates: readonly Fate[] }
  /** The scheduler takes things that wait: a delivery, a commit, a turn of a worker. A pick counts modulo their number. */
  | { readonly do: 'turn'; readonly picks: readonly number[] }
  /** The machine loses power, now or at the next crash point. Of what is not synced, so much (0 to 1) reaches the disk. */
  | { readonly do: 'crash'; readonly at: CrashPoint | 'now'; readonly kept: number }
  | { readonly do: 'clock'; readonly milliseconds: number }
  /** A read, answered at once, by its number in the list of all reads. */
  | { readonly do: 'read'; readonly probe: number }
  /** Everything under way ends, and everything is compared. */
  | { readonly do: 'settle' }

/** What happened to one server in one mode. */
export interface History {
  readonly mode: Mode
  readonly steps: readonly Step[]
}

/** One line for a person to read. */
export function describeStep(step: Step): string {
  return JSON.stringify(step)
}
