/** The store was written by a newer version or under another mode: nothing is changed. Exit code 3. */
export class StoreRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StoreRefused'
  }
}
