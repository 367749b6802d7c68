import { describe, expect, test } from 'vitest'
import { groupDigits, parseDollars, parseWhole, restDollars } from '#components/ui/number-text.ts'

describe('a typed figure', () => {
  test.each([
    ['150,000', '150000'],
    [' 1 000 ', '1000'],
    ['007', '7'],
    ['', ''],
    ['-5', null],
    ['1.5', null],
    ['1e3', null],
    ['9999999999999999', null],
  ])('%j is the whole number %j', (text, value) => expect(parseWhole(text)).toBe(value))

  test.each([
    ['$1,184.90', '1184.90'],
    ['.5', '0.5'],
    ['120.', '120'],
    ['', ''],
    ['.', null],
    ['1.2.3', null],
    ['0.0000000001', null],
    ['-1', null],
  ])('%j is the amount %j', (text, value) => expect(parseDollars(text)).toBe(value))

  test('at rest it is grouped, and money shows its cents', () => {
    expect(groupDigits('150000')).toBe('150,000')
    expect(restDollars('1200')).toBe('1,200.00')
    expect(restDollars('0.125')).toBe('0.125')
    expect(restDollars('')).toBe('')
  })
})
