/** A start that cannot go on for a reason the operator can mend: `message` is one line that says what to do. */
export class StartError extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'StartError'
  }
}
