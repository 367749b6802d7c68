/** What an entry of the usage stream says of itself, where it can be read at all. Pure. */

/** The id of the event in it; null where it holds none. */
export function eventIdOf(payload: string): string | null {
  const value = jsonOf(payload)
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null
  return typeof id === 'string' && id !== '' ? id.slice(0, 64) : null
}

/** Laid out where it is JSON, else as it came. */
export function layOut(payload: string): { readonly text: string; readonly isJson: boolean } {
  const value = jsonOf(payload)
  return value === undefined ? { text: payload, isJson: false } : { text: JSON.stringify(value, null, 2), isJson: true }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
