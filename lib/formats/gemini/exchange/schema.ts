/** Google's own schemas (a part of OpenAPI 3.0, with types in capitals) as JSON Schema. */
import { fieldsOf, isFields, type Fields } from '#lib/formats/gemini/fields.ts'
import { NotCarried } from '#lib/formats/neutral.ts'

const deepest = 100
/** Whole numbers of 64 bits come as text. */
const counts = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']

/** `at` is where the schema stands in the caller's body. */
export function jsonSchemaOf(value: unknown, at: string, depth = 0): Fields {
  if (!isFields(value)) throw new NotCarried(at, 'it is no schema')
  if (depth > deepest) throw new NotCarried(at, 'it is nested too deeply')
  const { type, nullable, properties, propertyOrdering, items, anyOf, example, format, ...others } = fieldsOf(value)
  const inner = (schema: unknown, name: string) => jsonSchemaOf(schema, `${at}.${name}`, depth + 1)
  const schema: Record<string, unknown> = { ...others }
  const plain = typeof type === 'string' && type !== 'TYPE_UNSPECIFIED' ? type.toLowerCase() : null
  if (plain !== null) schema.type = nullable === true ? [plain, 'null'] : plain
  if (format !== undefined && format !== 'enum') schema.format = format
  for (const name of counts) if (typeof schema[name] === 'string') schema[name] = Number(schema[name])
  if (isFields(properties)) {
    const names = inOrder(Object.keys(properties), propertyOrdering)
    schema.properties = Object.fromEntries(names.map((name) => [name, inner(properties[name], `properties.${name}`)]))
  }
  if (items !== undefined) schema.items = inner(items, 'items')
  if (Array.isArray(anyOf)) {
    const all: Fields[] = anyOf.map((one, i) => inner(one, `anyOf.${i}`))
    schema.anyOf = nullable === true && plain === null ? [...all, { type: 'null' }] : all
  }
  if (nullable === true && Array.isArray(schema.enum)) schema.enum = [...(schema.enum as unknown[]), null]
  if (example !== undefined) schema.examples = [example]
  return schema
}

/** JSON Schema has no order of properties but that in which they stand. */
function inOrder(names: readonly string[], ordering: unknown): readonly string[] {
  if (!Array.isArray(ordering)) return names
  const first = ordering.filter((name): name is string => names.includes(name as string))
  return [...new Set([...first, ...names])]
}
