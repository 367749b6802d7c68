import { describe, expect, test } from 'vitest'
import {
  formatAge,
  formatAxisMoney,
  formatBigCount,
  formatCallCost,
  formatChange,
  formatClock,
  formatCount,
  formatDate,
  formatDuration,
  formatHash,
  formatKey,
  formatLatency,
  formatLimitMoney,
  formatLogTime,
  formatMoment,
  formatMoney,
  formatMoneyDifference,
  formatPercent,
  formatPrice,
  formatRelative,
  formatReset,
  formatTokens,
  plural,
  shareOf,
  toDecimal,
  toNanos,
} from '#components/ui/format.ts'

/** The unit stands after a no-break space; the tables below are easier to read with a plain one. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ')
const at = (text: string) => Date.parse(text)

describe('money', () => {
  test.each([
    ['17767.63', '$17,767.63'],
    ['0', '$0.00'],
    ['0.005', '$0.01'],
    ['0.0049', '$0.00'],
    ['-611.4', '\u2212$611.40'],
    ['-0.001', '$0.00'],
    ['9000000', '$9,000,000.00'],
    [1_234_567_890_123_456_789n, '$1,234,567,890.12'],
  ])('%s in a table is %s', (money, text) => expect(formatMoney(money)).toBe(text))

  test('keeps what a float would lose', () => {
    expect(formatMoney('9007199254740993.11')).toBe('$9,007,199,254,740,993.11')
  })

  test.each([
    ['0.0638', '$0.0638'],
    ['0', '$0'],
    ['0.00004', 'under $0.0001'],
    ['0.00005', '$0.0001'],
    ['0.07', '$0.0700'],
    ['12.3', '$12.3000'],
  ])('%s for one call is %s', (money, text) => expect(formatCallCost(money)).toBe(text))

  test.each([
    ['600', '$600'],
    ['600.5', '$600.50'],
    ['1500', '$1,500'],
  ])('%s as a limit is %s', (money, text) => expect(formatLimitMoney(money)).toBe(text))

  test.each([
    ['20000', '$20k'],
    ['1500', '$1,500'],
    ['12500', '$12.5k'],
    ['1500000', '$1.5M'],
    ['0', '$0'],
  ])('%s on an axis is %s', (money, text) => expect(formatAxisMoney(money)).toBe(text))

  test('a difference always has its sign', () => {
    expect(formatMoneyDifference('967.27')).toBe('+$967.27')
    expect(formatMoneyDifference('-611.4')).toBe('\u2212$611.40')
    expect(formatMoneyDifference('0')).toBe('$0.00')
  })

  test.each([
    ['0.25', '2', '$0.25 / $2'],
    ['0.3', '2.5', '$0.30 / $2.50'],
    ['0.075', '0.3', '$0.075 / $0.30'],
    ['0.13', null, '$0.13'],
  ])('a price of %s in and %s out is %s', (input, output, text) => expect(formatPrice(input, output)).toBe(text))

  test('decimal strings and nanos are the same amount both ways', () => {
    for (const text of ['0', '0.000000001', '-3.5', '17767.63', '9000000']) expect(toDecimal(toNanos(text))).toBe(text)
  })

  test.each(['', '1.', '1,000', '1e3', '0.0000000001', 'NaN'])('%s is no amount', (text) => {
    expect(() => toNanos(text)).toThrow(RangeError)
  })

  test('a share is geometry, and of nothing it is nothing', () => {
    expect(shareOf('18.26', '50')).toBeCloseTo(0.3652)
    expect(shareOf('5', '0')).toBe(0)
  })
})

describe('counts and rates', () => {
  test.each([
    [18204, '18,204'],
    [-5200, '\u22125,200'],
    [10n ** 18n, '1,000,000,000,000,000,000'],
  ])('%s is counted as %s', (count, text) => expect(formatCount(count)).toBe(text))

  test.each([
    [1_500_000, '1.5 M'],
    [8_000_000, '8 M'],
    [600_000, '600,000'],
    [1_000_000_000_000, '1,000 B'],
  ])('%s as a token limit is %s', (count, text) => expect(plain(formatBigCount(count))).toBe(text))

  test('tokens are in plus out', () => expect(formatTokens(18204, 612)).toBe('18,204 + 612'))

  test.each([
    [0.7, '0.7 %'],
    [62.4, '62 %'],
    [100, '100 %'],
    [0, '0 %'],
    [9.96, '10 %'],
    [-3.2, '\u22123.2 %'],
  ])('%s is %s', (percent, text) => expect(plain(formatPercent(percent))).toBe(text))

  test.each([
    [17.2, 'October', '+17 % vs October'],
    [-3, undefined, '\u22123 %'],
    [0.2, undefined, '0 %'],
    [899.4, undefined, '+899 %'],
    [900, undefined, '×10'],
    [33_863, 'October', '×340 vs October'],
    [1_250_000, undefined, '×12,501'],
  ])('a change of %s is said as such', (percent, against, text) => {
    expect(plain(formatChange(percent, against))).toBe(text)
  })

  test.each([
    [0.9, 'whole', '0.9 ms'],
    [840, 'whole', '840 ms'],
    [999.6, 'whole', '1.0 s'],
    [4120, 'whole', '4.1 s'],
    [860, 'first token', '0.86 s'],
    [12, 'first token', '12 ms'],
  ] as const)('%s ms (%s) is %s', (ms, kind, text) => expect(plain(formatLatency(ms, kind))).toBe(text))

  test('one key, three keys', () => {
    expect([plural(1, 'key'), plural(3, 'key'), plural(2, 'entry', 'entries')]).toEqual([
      '1 key',
      '3 keys',
      '2 entries',
    ])
  })
})

describe('time', () => {
  const now = at('2026-11-18T14:32:00Z')

  test.each([
    ['2026-11-18T14:31:48Z', '12 s ago'],
    ['2026-11-18T14:31:00Z', '1 min ago'],
    ['2026-11-18T12:00:00Z', '2 h ago'],
    ['2026-11-09T14:00:00Z', '9 days ago'],
    ['2026-10-01T00:00:00Z', '1 Oct 2026'],
    ['2026-11-21T15:00:00Z', 'in 3 days'],
    ['2026-11-18T14:32:00Z', 'now'],
  ])('%s is %s', (text, words) => expect(plain(formatRelative(at(text), now))).toBe(words))

  test('an age has no end', () => expect(plain(formatAge(at('2026-10-02T00:00:00Z'), now))).toBe('47 days ago'))

  test.each([
    [(18 * 60 + 27) * 60_000, '18 h 27 min'],
    [23_000, '23 s'],
    [2 * 86_400_000 + 3_600_000, '2 d 1 h'],
    [3_600_000, '1 h'],
    [0, '0 s'],
  ])('%s ms left is %s', (ms, text) => expect(plain(formatDuration(ms))).toBe(text))

  test('dates are never digits only, deadlines name their zone', () => {
    expect(formatDate(at('2027-02-16T09:00:00Z'))).toBe('16 Feb 2027')
    expect(formatClock(at('2026-11-18T14:28:51Z'))).toBe('14:28:51')
    expect(formatMoment(at('2026-11-18T14:28:51Z'))).toBe('18 Nov 2026, 14:28:51 UTC')
    expect(formatReset(at('2026-12-01T00:00:00Z'))).toBe('1 Dec 00:00 UTC')
    expect(formatReset(at('2026-11-30T22:00:00Z'), 'Europe/Helsinki')).toBe('1 Dec 00:00 Europe/Helsinki')
  })

  test('a log says only what its reader cannot know', () => {
    expect(formatLogTime(at('2026-11-18T00:00:01Z'), now)).toBe('00:00:01')
    expect(formatLogTime(at('2026-11-17T23:59:59Z'), now)).toBe('17 Nov, 23:59')
    expect(formatLogTime(at('2025-11-17T23:59:59Z'), now)).toBe('17 Nov 2025')
  })
})

test('keys and hashes keep the part that people compare', () => {
  expect(formatKey('9f2K')).toBe('sk-gh-…9f2K')
  expect(formatHash('5e1fa07c00000000000000000000000091b2')).toBe('5e1fa07c…91b2')
})
