import { isObject } from '#lib/demo/simulator/rules/members.ts'
import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'
import { InvalidRequest } from '#lib/demo/simulator/wires/anthropic/request.ts'

/** The JSON that the caller's schema asks for, or null where it asks for none. Converse takes the schema as a text. */
export function formedText(request: unknown): string | null {
  const config = isObject(request) ? request.outputConfig : null
  const format = isObject(config) ? config.textFormat : null
  const structure = isObject(format) ? format.structure : null
  const named = isObject(structure) ? structure.jsonSchema : null
  if (!isObject(named)) return null
  return JSON.stringify(sampleValue(readSchema(named.schema)))
}

function readSchema(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown
  } catch {
    throw new InvalidRequest('outputConfig.textFormat.structure.jsonSchema.schema', 'Expected JSON')
  }
}
