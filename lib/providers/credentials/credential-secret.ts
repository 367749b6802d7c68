import { inspect } from 'node:util'

/** A provider's secret in memory. It shows itself only when asked by name, never in logs, JSON or string templates. */
export class CredentialSecret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }

  [inspect.custom](): string {
    return hidden
  }
}

const hidden = '[provider credential]'
