import type { Bytes } from '../public-events/kernel/bytes.ts'

/**
 * Parts of a payload, down to any depth: what is left out is made up, or not looked at. A key of a certain sort may be
 * given as plain text. Items of a list may be parts too, but the list has as many items as are given.
 */
export type Overrides<T> = T extends string
  ? string
  : T extends Temporal.Instant | Bytes | number | boolean | null | undefined
    ? T
    : T extends readonly (infer I)[]
      ? readonly Overrides<I>[]
      : T extends object
        ? { readonly [K in keyof T]?: Overrides<T[K]> | undefined }
        : T
