/** A report as JSON whose rows are written as they come: no more of it is held in memory than a row. */
export interface JsonRows {
  add(row: object): void
  /** @param figures what stands behind the rows; at least one. */
  end(figures: Readonly<Record<string, unknown>>): void
}

/** @param head the object up to the bracket that its rows begin with. */
export function jsonRows(head: string, write: (text: string) => unknown): JsonRows {
  let before = head
  const add: JsonRows['add'] = (row) => {
    write(`${before}\n${JSON.stringify(row)}`)
    before = ','
  }
  return {
    add,
    end: (figures) => {
      write(`${before === head ? head : ''}\n],${JSON.stringify(figures).slice(1)}\n`)
    },
  }
}
