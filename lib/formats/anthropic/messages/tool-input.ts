/** Tool arguments: a JSON text in the neutral exchange, an object on Anthropic's wire. */
import { isObject } from '#lib/formats/anthropic/messages/fields.ts'

/**
 * Arguments that are no JSON object (torn by the output maximum, mostly) go in whole under the name that Anthropic gives
 * for that: https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export function inputOf(json: string): Readonly<Record<string, unknown>> {
  if (json.trim() === '') return {}
  return wholeObject(json) ?? { INVALID_JSON: json }
}

/** Null where the text is not, or not yet, one whole JSON object. */
export function wholeObject(json: string): Readonly<Record<string, unknown>> | null {
  // The usual text that is not yet whole is told by its last character, at no cost.
  if (!json.trimEnd().endsWith('}')) return null
  try {
    const value = JSON.parse(json) as unknown
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
