/**
 * JSON that is text already. Answers that name contents are written as text: an object with such a key costs the engine
 * three times as much to make and to print, and a batch answers hundreds of them.
 */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** For whoever prints it as part of something else. */
  toJSON(): unknown {
    return JSON.parse(this.text)
  }
}

/** Any value as JSON. */
export function jsonOf(value: unknown): string {
  return value instanceof JsonText ? value.text : JSON.stringify(value)
}
