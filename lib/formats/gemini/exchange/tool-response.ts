/**
 * What a function gave back: an object to Google, text to others. Of the object, "output" is what the function gave and
 * "error" what went wrong; without either, all of it is the output.
 */
import { isFields, type Fields } from '#lib/formats/gemini/fields.ts'

export function textOfResponse(response: Fields): { readonly text: string; readonly failed: boolean } {
  const [name, ...others] = Object.keys(response)
  if (others.length === 0 && (name === 'output' || name === 'result'))
    return { text: textOf(response[name]), failed: false }
  if (others.length === 0 && name === 'error') return { text: textOf(response.error), failed: true }
  return { text: JSON.stringify(response), failed: false }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function responseOf(text: string, failed: boolean): Fields {
  const object = objectIn(text)
  if (failed) return { error: object ?? text }
  return object ?? { output: text }
}

/** The JSON object that the text is, or null. */
export function objectIn(text: string): Fields | null {
  if (!text.trimStart().startsWith('{')) return null
  try {
    const value = JSON.parse(text) as unknown
    return isFields(value) ? value : null
  } catch {
    return null
  }
}
