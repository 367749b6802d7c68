import { expect, test } from 'vitest'
import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'

test.each([
  [undefined, {}],
  [{ type: 'object' }, {}],
  [{ type: 'string' }, 'simulated'],
  [{ type: ['integer', 'null'], minimum: 3 }, 3],
  [{ type: 'ARRAY', items: { type: 'STRING' } }, ['simulated']],
  [{ enum: ['c', 'f'] }, 'c'],
  [{ const: 7 }, 7],
  [{ anyOf: [{ type: 'boolean' }, { type: 'null' }] }, true],
  [{ type: 'array', items: { type: 'number' } }, [1]],
  [
    {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['c'] } },
      required: ['city', 'unit', 'gone'],
    },
    { city: 'simulated', unit: 'c' },
  ],
])('of %j the plainest value is %j', (schema, value) => {
  expect(sampleValue(schema)).toEqual(value)
})

test('a schema that contains itself ends', () => {
  const node: Record<string, unknown> = { type: 'object', properties: {} }
  node.properties = { next: node }
  expect(JSON.stringify(sampleValue(node)).length).toBeLessThan(200)
})
