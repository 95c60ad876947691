/**
 * Names of event types: reverse DNS, subdomain, subject, action in the past tense, major version, such as
 * `org.waymark.learning.content.view.ended.v1` (Open edX, decision 2). Lower case, so that no two differ by case alone;
 * no hyphen, because Avro's names have none.
 */

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
// prettier-ignore
type NoLetter = ' ' | '!' | '"' | '#' | '$' | '%' | '&' | "'" | '(' | ')' | '*' | '+' | ',' | '-' | '/' | ':' | ';' |
  '<' | '=' | '>' | '?' | '@' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' | '~'
type Word = `${string}.`
/** Texts with something in them that no name has: one pattern each, because recursion over letters is too deep. */
type Misspelt =
  | `${string}${NoLetter}${string}`
  | `.${string}`
  | `${Digit | '_'}${string}`
  | `${string}.${Digit | '_' | '.'}${string}`
  | `${string}.v0`

/** `S` where it is the name of an event type; otherwise a type that says what is wanted, which `S` is not. */
export type TypeName<S extends string> = S extends Misspelt
  ? Wanted
  : S extends Lowercase<S>
    ? S extends `${Word}${Word}${Word}${Word}${Word}${infer Rest}`
      ? LastWord<Rest> extends `v${bigint}`
        ? S
        : Wanted
      : Wanted
    : Wanted
type LastWord<S extends string> = S extends `${string}.${infer Rest}` ? LastWord<Rest> : S
type Wanted =
  'wanted: reverse DNS, subdomain, subject, action, version, such as org.waymark.learning.content.view.ended.v1'

const NAME = /^(?:[a-z][a-z\d_]*\.){5,}v[1-9]\d*$/

/** The same at run time, for names that the compiler did not see. */
export function isTypeName(name: string): boolean {
  return NAME.test(name)
}

/** The parts of a type name that documents are ordered by. */
export function subdomainOf(type: string): string {
  return type.split('.')[2] ?? ''
}
