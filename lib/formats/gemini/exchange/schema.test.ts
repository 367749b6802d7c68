import { describe, expect, test } from 'vitest'
import { jsonSchemaOf } from '#lib/formats/gemini/exchange/schema.ts'

describe('a schema in Google’s words', () => {
  test.each<[string, object, object]>([
    ['types in capitals', { type: 'STRING' }, { type: 'string' }],
    ['a type that says nothing', { type: 'TYPE_UNSPECIFIED', description: 'x' }, { description: 'x' }],
    ['null', { type: 'INTEGER', nullable: true }, { type: ['integer', 'null'] }],
    [
      'a choice that may be null',
      { type: 'STRING', format: 'enum', enum: ['a'], nullable: true },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [
      'counts as text',
      { type: 'STRING', minLength: '2', max_length: '9' },
      { type: 'string', minLength: 2, maxLength: 9 },
    ],
    ['a format', { type: 'STRING', format: 'date-time' }, { type: 'string', format: 'date-time' }],
    ['an example', { type: 'STRING', example: 'x' }, { type: 'string', examples: ['x'] }],
    ['a list', { type: 'ARRAY', items: { type: 'NUMBER' } }, { type: 'array', items: { type: 'number' } }],
    [
      'a choice of schemas',
      { any_of: [{ type: 'STRING' }, { type: 'BOOLEAN' }], nullable: true },
      { anyOf: [{ type: 'string' }, { type: 'boolean' }, { type: 'null' }] },
    ],
    [
      'properties, whose names are nobody’s spelling',
      {
        type: 'OBJECT',
        properties: { max_items: { type: 'STRING' }, type: { type: 'STRING' } },
        required: ['max_items'],
      },
      {
        type: 'object',
        properties: { max_items: { type: 'string' }, type: { type: 'string' } },
        required: ['max_items'],
      },
    ],
  ])('is JSON Schema with %s', (_what, schema, expected) => expect(jsonSchemaOf(schema, 'at')).toEqual(expected))

  test('has its properties in the order that it asks for', () => {
    const properties = { a: { type: 'STRING' }, b: { type: 'STRING' }, c: { type: 'STRING' } }
    const schema = jsonSchemaOf({ type: 'OBJECT', properties, propertyOrdering: ['c', 'x', 'a'] }, 'at')
    expect(Object.keys(schema.properties as object)).toEqual(['c', 'a', 'b'])
    expect(schema).not.toHaveProperty('propertyOrdering')
  })

  test.each([
    ['no object', { type: 'ARRAY', items: 7 }, 'at.items'],
    ['nested without end', nested(1_000), 'at'],
  ])('that is %s is refused by its place', (_what, schema, place) => {
    expect(() => jsonSchemaOf(schema, 'at')).toThrow(place)
  })
})

function nested(depth: number): object {
  let schema: object = { type: 'STRING' }
  for (let i = 0; i < depth; i++) schema = { type: 'ARRAY', items: schema }
  return schema
}
