/** Reads a caller's messages to the last field: what nobody asks for by name is refused by name. */
import { fieldsOf, isFields, listed, namedTwice } from '#lib/formats/gemini/fields.ts'
import { NotCarried } from '#lib/formats/neutral.ts'

export class Message {
  /** Where it stands in the body, such as `contents.0.parts.1`; empty at its root. */
  readonly at: string
  readonly #rest: Map<string, unknown>

  constructor(value: unknown, at: string) {
    if (!isFields(value)) throw new NotCarried(at, 'it is no object')
    const twice = namedTwice(value)
    if (twice !== null) throw new NotCarried(within(at, twice), 'it is given in two spellings')
    this.at = at
    this.#rest = new Map(Object.entries(fieldsOf(value)))
  }

  path(name: string): string {
    return within(this.at, name)
  }

  take(name: string): unknown {
    const value = this.#rest.get(name)
    this.#rest.delete(name)
    return value
  }

  text(name: string): string | undefined {
    const value = this.take(name)
    if (value === undefined || typeof value === 'string') return value
    throw new NotCarried(this.path(name), 'it is no text')
  }

  /** Numbers may come as text. */
  number(name: string): number | undefined {
    const value = this.take(name)
    if (value === undefined || typeof value === 'number') return value
    if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
    throw new NotCarried(this.path(name), 'it is no number')
  }

  flag(name: string): boolean | undefined {
    const value = this.take(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw new NotCarried(this.path(name), 'it is neither true nor false')
  }

  texts(name: string): readonly string[] {
    const value = this.take(name) ?? []
    if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return value
    throw new NotCarried(this.path(name), 'it is no list of texts')
  }

  message(name: string): Message | null {
    const value = this.take(name)
    return value === undefined ? null : new Message(value, this.path(name))
  }

  messages(name: string): readonly Message[] {
    const list = listed(this.take(name) ?? [])
    if (!Array.isArray(list)) throw new NotCarried(this.path(name), 'it is no list')
    return list.map((value, i) => new Message(value, `${this.path(name)}.${i}`))
  }

  refuse(name: string, why?: string): never {
    throw new NotCarried(this.path(name), why)
  }

  /** After all that has a place was taken. */
  end(): void {
    for (const name of this.#rest.keys()) this.refuse(name)
  }
}

function within(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`
}
