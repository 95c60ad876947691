/** The clients and the network between them and the server: loses, repeats and reorders; clients send until answered. */
import { keepCompletions } from './expected.ts'
import { OPEN, type Model, type Part } from './model.ts'
import { answerText, expectedText, requestOf } from './requests.ts'
import type { Server } from './server.ts'
import type { Fate, Write } from './steps.ts'

/** A request on its way. */
interface Delivery {
  readonly name: string
  readonly write: Write
  readonly fates: readonly Fate[]
}

/** One write in the server's queue, and where its outcome is noted. */
interface Job {
  readonly part: Part
  readonly outcomes: (string | undefined)[]
  readonly index: number
}

/** Whom the clients tell. */
export interface Listener {
  note(line: string): void
  fail(text: string): void
  /** Something was taken away by design: what was reached there may be reached anew. @param of beginning of its names. */
  takenAway(of: string): void
}

export class Clients {
  readonly #model: Model
  readonly #listener: Listener
  /** Under way to the server. */
  #arriving: Delivery[] = []
  /** With the server, not yet answered. */
  readonly #unanswered = new Set<Delivery>()
  /** Submitted and not yet committed, in the order of submission. */
  #jobs: Job[] = []
  #sent = 0

  constructor(model: Model, listener: Listener) {
    this.#model = model
    this.#listener = listener
  }

  /** How many requests are under way. */
  get arriving(): number {
    return this.#arriving.length
  }

  get queued(): number {
    return this.#jobs.length
  }

  send(write: Write, fates: readonly Fate[]): void {
    this.#arriving.push({ name: `request ${String(this.#sent)}`, write, fates })
    this.#sent += 1
  }

  /** Lets one of the requests under way arrive, or be lost. The model says at once what must come of it. */
  deliver(index: number, server: Server, now: number): void {
    const [delivery] = this.#arriving.splice(index, 1)
    if (delivery === undefined) return
    const { write, name } = delivery
    const [fate = 'answered', ...fates] = delivery.fates
    this.#listener.note(`${name} ${fate}`)
    if (fate === 'request-lost') return void this.#arriving.push({ ...delivery, fates })
    if (fate === 'duplicated') this.#arriving.push({ ...delivery, fates: [] })
    const parts = this.#model.plan(write, now)
    const outcomes: (string | undefined)[] = parts.map((part) => part.refusal)
    const jobs = parts
      .map((part, at) => ({ part, outcomes, index: at }))
      .filter(({ part }) => part.refusal === undefined)
    // Attempts are submitted after their content was looked up, so behind the views of their batch.
    this.#jobs.push(...jobs.filter(({ part }) => part.op !== 'assess'))
    this.#jobs.push(...jobs.filter(({ part }) => part.op === 'assess'))
    void this.#call({ ...delivery, fates }, fate, outcomes, server)
  }

  async #call(
    delivery: Delivery,
    fate: Fate,
    outcomes: readonly (string | undefined)[],
    server: Server,
  ): Promise<void> {
    const { write, name } = delivery
    this.#unanswered.add(delivery)
    const answer = await server.call(requestOf(write))
    if (!server.alive) return
    this.#unanswered.delete(delivery)
    const text = answerText(write, answer)
    this.#listener.note(`${name} -> ${text}`)
    const known = outcomes.filter((outcome) => outcome !== undefined)
    const expected = expectedText(write, known)
    if (known.length < outcomes.length) {
      this.#listener.fail(`${name} was answered before its commit: ${JSON.stringify(write)}`)
    } else if (!known.includes(OPEN) && text !== expected) {
      this.#listener.fail(`${name} ${JSON.stringify(write)} was answered ${text} instead of ${expected}`)
    }
    if (fate === 'answer-lost') this.#arriving.push(delivery)
  }

  /** Everything submitted so far is committed. */
  committed(now: number): void {
    const jobs = this.#jobs.splice(0)
    for (const { part, outcomes, index } of jobs) {
      outcomes[index] = part.run(now)
      keepCompletions(this.#model)
      for (const name of [...(part.takes === undefined ? [] : [part.takes]), ...this.#model.carried.takenAway()]) {
        this.#listener.takenAway(name)
      }
    }
    this.#listener.note(`commit of ${String(jobs.length)}`)
  }

  /** The server is gone with what it had not committed: whoever got no answer sends again. */
  serverLost(): void {
    this.#jobs = []
    this.#arriving.push(...this.#unanswered)
    this.#unanswered.clear()
  }
}
