import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'

/** The plainest value that fits a JSON schema: what the simulated model passes to a tool. */
export function sampleValue(schema: unknown, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return {}
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const alternatives = schema.anyOf ?? schema.oneOf
  if (Array.isArray(alternatives)) return sampleValue(alternatives[0], depth + 1)

  switch (nameOfType(Array.isArray(schema.type) ? schema.type[0] : schema.type)) {
    case 'string':
      return 'simulated'
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1
    case 'boolean':
      return true
    case 'null':
      return null
    case 'array':
      return schema.items === undefined ? [] : [sampleValue(schema.items, depth + 1)]
    default:
      return sampleObject(schema, depth)
  }
}

const MAX_DEPTH = 6

/** Gemini writes the types of its schemas in capitals. */
function nameOfType(type: unknown): unknown {
  return typeof type === 'string' ? type.toLowerCase() : type
}

/** Required members only; all of them where the schema does not say. */
function sampleObject(schema: Members, depth: number): unknown {
  if (!isObject(schema.properties)) return {}
  const { properties } = schema
  const names = Array.isArray(schema.required) ? schema.required : Object.keys(properties)
  return Object.fromEntries(
    names
      .filter((name): name is string => typeof name === 'string' && Object.hasOwn(properties, name))
      .map((name) => [name, sampleValue(properties[name], depth + 1)]),
  )
}
