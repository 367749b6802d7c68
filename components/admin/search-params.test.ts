import { describe, expect, test } from 'vitest'
import { cursorParam, listParam, searchText, textParam } from '#components/admin/search-params.ts'

describe('a parameter of the address', () => {
  test.each([
    [undefined, null],
    ['', null],
    ['  ', null],
    [' a b ', 'a b'],
    [['first', 'second'], 'first'],
    ['nul\0less', 'nulless'],
  ])('given as %j is read as %j', (value, text) => {
    expect(textParam(value)).toBe(text)
  })

  test('is as long as a search may be, and a cursor as long as it was given', () => {
    expect(textParam('a'.repeat(500))).toHaveLength(200)
    expect(cursorParam('a'.repeat(500))).toHaveLength(500)
    expect(searchText({ cursor: 'a'.repeat(500) })).toHaveLength(507)
  })

  test('is a list by comma, of as many values as a filter takes', () => {
    const ids = Array.from({ length: 120 }, (_, n) => `user_${n}`)
    expect(listParam('a,,b')).toEqual(['a', 'b'])
    expect(listParam(',')).toBeUndefined()
    expect(listParam(ids.join(','))).toEqual(ids.slice(0, 100))
  })
})
