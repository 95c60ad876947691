/** The command was used wrongly: says what is wrong and the nearest right form. Exit code 2. */
export class WrongUse extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WrongUse'
  }
}
