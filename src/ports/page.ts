/** One page of a list. Lists are ordered by key, so that a page is found by seeking, not by counting. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; undefined on the last one. Opaque to clients. */
  readonly next: string | undefined
}

export interface PageRequest {
  /** `next` of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}
