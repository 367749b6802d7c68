/**
 * Google reads JSON by the mapping of protocol buffers: a name may come in camel or in snake case, null is a missing field,
 * whole numbers may come as text, and a list of one without its brackets (https://protobuf.dev/programming-guides/json).
 */
export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The fields of a message that have a value, by their names in camel case. */
export function fieldsOf(message: Fields): Fields {
  const entries = Object.entries(message)
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === null ? [] : [[camelCase(name), value]])))
}

/** A field that the message has in both spellings: which of them counts is anybody's guess. Null where there is none. */
export function namedTwice(message: Fields): string | null {
  const names = Object.keys(message)
  if (!names.some((name) => name.includes('_'))) return null
  return names.find((name) => camelCase(name) !== name && camelCase(name) in message) ?? null
}

export function camelCase(name: string): string {
  return name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** A list, also where one came without its brackets. */
export function listed(value: unknown): unknown {
  return isFields(value) ? [value] : value
}
