/** Credentials that are JSON. */
import type * as z from 'zod'

/** Throws an error whose message names the field that is wrong and never its value. */
export function readShape<Shape extends z.ZodType>(shape: Shape, json: string): z.output<Shape> {
  const parsed = shape.safeParse(parseJson(json))
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new Error(`${path.join('.')}: ${message}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Error('the credential begins like JSON, and is none')
  }
}

/** This machine's own addresses, such as the provider simulator's. */
export function isOnThisMachine({ hostname }: URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
