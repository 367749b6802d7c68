/** Reads JSON whose every field must be understood: what nobody asked for is refused by its path. */
import { NotCarried } from '#lib/formats/neutral.ts'

export class Fields {
  /** Where the object stands in the caller's body, such as `messages.2.content.0`; empty for the body itself. */
  readonly at: string
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #asked = new Set<string>()

  constructor(value: unknown, at: string) {
    if (!isObject(value)) throw new NotCarried(at, 'it is no object')
    this.at = at
    this.#fields = value
  }

  path(name: string): string {
    return this.at ? `${this.at}.${name}` : name
  }

  /** Undefined where the field is absent or null. */
  get(name: string): unknown {
    this.#asked.add(name)
    return this.#fields[name] ?? undefined
  }

  string(name: string): string | undefined {
    const value = this.get(name)
    return value === undefined || typeof value === 'string' ? value : this.refuse(name, 'it is no string')
  }

  /** A string that must be there. */
  text(name: string): string {
    return this.string(name) ?? this.refuse(name, 'it is missing')
  }

  number(name: string): number | undefined {
    const value = this.get(name)
    return value === undefined || typeof value === 'number' ? value : this.refuse(name, 'it is no number')
  }

  boolean(name: string): boolean | undefined {
    const value = this.get(name)
    return value === undefined || typeof value === 'boolean' ? value : this.refuse(name, 'it is neither true nor false')
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.get(name)
    return value === undefined || Array.isArray(value) ? value : this.refuse(name, 'it is no list')
  }

  strings(name: string): readonly string[] | undefined {
    return this.list(name)?.map((item) => (typeof item === 'string' ? item : this.refuse(name, 'it holds no strings')))
  }

  object(name: string): Fields | undefined {
    const value = this.get(name)
    return value === undefined ? undefined : new Fields(value, this.path(name))
  }

  /** The object at `index` of a list. */
  item(name: string, index: number): Fields {
    return new Fields(this.list(name)?.[index], `${this.path(name)}.${index}`)
  }

  /** JSON that goes on as it is, such as a schema. */
  json(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.get(name)
    return value === undefined || isObject(value) ? value : this.refuse(name, 'it is no object')
  }

  /** Of these values alone; others are refused. */
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    return values.find((known) => known === value) ?? this.refuse(name)
  }

  /** May be there only with values that change nothing: nothing at all, an empty list or object, and `idle`. */
  only(name: string, idle: readonly unknown[] = [], why?: string): void {
    const value = this.get(name)
    if (value === undefined || idle.includes(value) || isEmpty(value)) return
    this.refuse(name, why)
  }

  refuse(name: string, why?: string): never {
    throw new NotCarried(this.path(name), why)
  }

  /** Refuses the first field that nobody has asked for. */
  end(): void {
    for (const [name, value] of Object.entries(this.#fields)) {
      if (value !== null && value !== undefined && !this.#asked.has(name)) this.refuse(name)
    }
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
