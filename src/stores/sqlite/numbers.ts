/** Contents and participations by number: the names stand once in the file, and the rows that there are many of are short. */
import { LRUCache } from 'lru-cache'
import { enrolmentId, type EnrolmentKey } from '../../domain/progress/key.ts'
import type { Statements } from './database.ts'
import type { Journal } from './journal.ts'

/** Names and numbers kept in memory; the least recently used one leaves. */
const NUMBERS_MAX = 65_536

/** Table `content`. */
export class Contents {
  readonly #statements: Statements
  readonly #journal: Journal
  readonly #numbers = new LRUCache<string, number>({ max: NUMBERS_MAX })
  readonly #names = new LRUCache<number, string>({ max: NUMBERS_MAX })

  constructor(statements: Statements, journal: Journal) {
    this.#statements = statements
    this.#journal = journal
  }

  /** The number of a content; undefined where no row names it yet. */
  find(contentId: string): number | undefined {
    const known = this.#numbers.get(contentId)
    if (known !== undefined) return known
    const row = this.#statements.of('SELECT content FROM content WHERE content_id = ?').get(contentId)
    if (row === undefined) return undefined
    return this.#keep(contentId, Number(row['content']))
  }

  /** The number of a content, given to it now where it has none. Inside the transaction of the caller. */
  take(contentId: string): number {
    const found = this.find(contentId)
    if (found !== undefined) return found
    const row = this.#statements.of('INSERT INTO content (content_id) VALUES (?) RETURNING content').get(contentId)
    const number = this.#keep(contentId, Number(row?.['content']))
    this.#journal.note(() => {
      this.#numbers.delete(contentId)
      this.#names.delete(number)
    })
    return number
  }

  /** @throws where no content has that number: a row refers to nothing. */
  name(content: number): string {
    const known = this.#names.get(content)
    if (known !== undefined) return known
    const row = this.#statements.of('SELECT content_id FROM content WHERE content = ?').get(content)
    if (row === undefined) throw new Error(`no content has the number ${String(content)}`)
    const contentId = String(row['content_id'])
    this.#keep(contentId, content)
    return contentId
  }

  #keep(contentId: string, content: number): number {
    this.#numbers.set(contentId, content)
    this.#names.set(content, contentId)
    return content
  }
}

const FORGET = 'DELETE FROM learner WHERE learner = ? AND NOT EXISTS (SELECT 1 FROM copy WHERE learner = ?)'

/** Table `learner`: whose rows are found by content. */
export class Learners {
  readonly #statements: Statements
  readonly #journal: Journal
  readonly #numbers = new LRUCache<string, number>({ max: NUMBERS_MAX })

  constructor(statements: Statements, journal: Journal) {
    this.#statements = statements
    this.#journal = journal
  }

  /** The number of a learner; undefined where no row is of that learner. */
  find(userId: string): number | undefined {
    const known = this.#numbers.get(userId)
    if (known !== undefined) return known
    const row = this.#statements.rows('SELECT learner FROM learner WHERE user_id = ?').get(userId)
    if (row === undefined) return undefined
    this.#numbers.set(userId, Number(row[0]))
    return Number(row[0])
  }

  /** As `find`, given now where it is missing. Inside the transaction of the caller. */
  take(userId: string): number {
    const found = this.find(userId)
    if (found !== undefined) return found
    const row = this.#statements.rows('INSERT INTO learner (user_id) VALUES (?) RETURNING learner').get(userId)
    const number = Number(row?.[0])
    this.#numbers.set(userId, number)
    this.#journal.note(() => this.#numbers.delete(userId))
    return number
  }

  /** Takes away the name of a learner who has no row any more. Inside the transaction of the caller. */
  forget(userId: string): void {
    const number = this.find(userId)
    if (number === undefined) return
    const { changes } = this.#statements.of(FORGET).run(number, number)
    if (changes === 0) return
    this.#numbers.delete(userId)
    // What was read again before a rollback is read anew.
    this.#journal.note(() => this.#numbers.delete(userId))
  }
}

/** Table `participation`: which learner, collection and context has which number. */
export class Participations {
  readonly #statements: Statements
  readonly #journal: Journal
  readonly #numbers = new LRUCache<string, number>({ max: NUMBERS_MAX })
  /** What was found last. */
  #latest: { readonly key: EnrolmentKey; readonly number: number } | undefined
  /** Numbers of those that are known to be members. */
  readonly #members = new LRUCache<number, true>({ max: NUMBERS_MAX })

  constructor(statements: Statements, journal: Journal) {
    this.#statements = statements
    this.#journal = journal
  }

  /** The number of a participation; undefined where no row names it yet. */
  find(key: EnrolmentKey): number | undefined {
    // The items of a batch are mostly of one participation.
    if (this.#latest !== undefined && isSame(this.#latest.key, key)) return this.#latest.number
    const name = enrolmentId(key)
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.#read(key)
      if (number === undefined) return undefined
      this.#numbers.set(name, number)
    }
    this.#latest = { key, number }
    return number
  }

  #read(key: EnrolmentKey): number | undefined {
    const row = this.#statements.rows(FIND).get(key.userId, key.collectionId, key.contextId)
    return row === undefined ? undefined : Number(row[0])
  }

  /** As `find`, made now where it is missing. Inside the transaction of the caller. */
  take(key: EnrolmentKey): number {
    const found = this.find(key)
    if (found !== undefined) return found
    const row = this.#statements.rows(ADD).get(key.userId, key.collectionId, key.contextId)
    const [name, number] = [enrolmentId(key), Number(row?.[0])]
    this.#numbers.set(name, number)
    this.#journal.note(() => {
      this.#latest = undefined
      this.#numbers.delete(name)
    })
    return number
  }

  /** Notes that a new publication concerns this learner. Inside the transaction of the caller. */
  makeMember(key: EnrolmentKey): void {
    const number = this.take(key)
    if (this.#members.has(number)) return
    this.#statements.of('UPDATE participation SET member = 1 WHERE participation = ? AND member = 0').run(number)
    this.#members.set(number, true)
    this.#journal.note(() => this.#members.delete(number))
  }

  /** The row was removed, or emptied, in the transaction under way. */
  forget(key: EnrolmentKey, number: number): void {
    const name = enrolmentId(key)
    const drop = (): void => {
      this.#latest = undefined
      this.#numbers.delete(name)
      this.#members.delete(number)
    }
    drop()
    // What was read again before a rollback is read anew.
    this.#journal.note(drop)
  }
}

/** The index alone answers it. */
const FIND = 'SELECT participation FROM participation WHERE user_id = ? AND collection_id = ? AND context_id = ?'
const ADD = 'INSERT INTO participation (user_id, collection_id, context_id) VALUES (?, ?, ?) RETURNING participation'

function isSame(a: EnrolmentKey, b: EnrolmentKey): boolean {
  return a.userId === b.userId && a.collectionId === b.collectionId && a.contextId === b.contextId
}
