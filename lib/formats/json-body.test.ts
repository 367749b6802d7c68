import { describe, expect, test } from 'vitest'
import { withFields } from '#lib/formats/json-body.ts'

const text = '{"a":1.50, "b":"x"}'

function changed(added: Readonly<Record<string, unknown>>, again = false): string {
  return withFields(JSON.parse(text) as Record<string, unknown>, Buffer.from(text), added, again).toString()
}

describe('a body', () => {
  test.each([
    ['nothing is asked for', {}],
    ['it says the same already', { b: 'x' }],
    ['what shall not be there is not', { c: undefined }],
  ])('goes on byte for byte where %s', (_where, added) => {
    expect(changed(added)).toBe(text)
  })

  test('keeps its bytes around a field that it did not have', () => {
    expect(changed({ c: 'y', d: undefined })).toBe('{"c":"y","a":1.50, "b":"x"}')
  })

  test('loses a field that shall not be there', () => {
    expect(JSON.parse(changed({ b: undefined, c: 'y' }))).toEqual({ a: 1.5, c: 'y' })
  })

  test('is written again where it could be read in two ways', () => {
    expect(changed({}, true)).toBe('{"a":1.5,"b":"x"}')
  })
})
