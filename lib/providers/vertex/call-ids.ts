/**
 * Ids of function calls, which Gemini's own API gives out and takes back, are unknown fields to Vertex AI: it matches calls
 * and responses by their names and their order, and refuses a request that has one.
 */
import { isFields, type Fields } from '#lib/formats/gemini/fields.ts'

/** The contents without them; the same object where there are none. */
export function withoutCallIds(contents: unknown): unknown {
  return changed(contents, (content) =>
    isFields(content) ? withField(content, 'parts', changed(content.parts, withoutId)) : content,
  )
}

const named = ['functionCall', 'function_call', 'functionResponse', 'function_response']

function withoutId(part: unknown): unknown {
  if (!isFields(part)) return part
  let result = part
  for (const name of named) {
    const value = part[name]
    if (!isFields(value) || !('id' in value)) continue
    const { id: _id, ...others } = value
    result = withField(result, name, others)
  }
  return result
}

/** A list of one may come without its brackets. */
function changed(value: unknown, change: (one: unknown) => unknown): unknown {
  if (!Array.isArray(value)) return change(value)
  const list = value.map(change)
  return list.some((one, index) => one !== value[index]) ? list : value
}

function withField(fields: Fields, name: string, value: unknown): Fields {
  return fields[name] === value ? fields : { ...fields, [name]: value }
}
