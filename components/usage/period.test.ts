import { describe, expect, test } from 'vitest'
import { readPeriod } from '#components/usage/period.ts'

const now = Date.UTC(2026, 10, 18, 14, 32)
const iso = (ms: number) => new Date(ms).toISOString()

describe('the period of a report', () => {
  test('is the month so far when the address says nothing', () => {
    const { fromMs, toMs, label } = readPeriod({}, now)
    expect([iso(fromMs), iso(toMs), label]).toEqual([
      '2026-11-01T00:00:00.000Z',
      '2026-12-01T00:00:00.000Z',
      'November 2026',
    ])
  })

  test('a month so far is compared with the month before to the same moment', () => {
    const { before } = readPeriod({ period: 'month' }, now)
    expect([iso(before.fromMs), iso(before.toMs), before.label]).toEqual([
      '2026-10-01T00:00:00.000Z',
      '2026-10-18T14:32:00.000Z',
      'October',
    ])
  })

  test('a month is never compared beyond its end', () => {
    const { before } = readPeriod({ period: 'month' }, Date.UTC(2026, 2, 31, 12))
    expect(iso(before.toMs)).toBe('2026-03-01T00:00:00.000Z')
  })

  test('today is compared with yesterday to the same moment', () => {
    const { before } = readPeriod({ period: 'today' }, now)
    expect([iso(before.fromMs), iso(before.toMs)]).toEqual(['2026-11-17T00:00:00.000Z', '2026-11-17T14:32:00.000Z'])
  })

  test('days that are over are compared with as many days', () => {
    const { before } = readPeriod({ from: '2026-11-03', to: '2026-11-04' }, now)
    expect([iso(before.fromMs), iso(before.toMs)]).toEqual(['2026-11-01T00:00:00.000Z', '2026-11-03T00:00:00.000Z'])
  })

  test('the last seven days include today', () => {
    const { fromMs, toMs } = readPeriod({ period: '7d' }, now)
    expect([iso(fromMs), iso(toMs)]).toEqual(['2026-11-12T00:00:00.000Z', '2026-11-19T00:00:00.000Z'])
  })

  test('two dates include both', () => {
    const { fromMs, toMs, label, preset } = readPeriod({ from: '2026-11-03', to: '2026-11-09' }, now)
    expect([iso(fromMs), iso(toMs), label, preset]).toEqual([
      '2026-11-03T00:00:00.000Z',
      '2026-11-10T00:00:00.000Z',
      '3 Nov to 9 Nov',
      null,
    ])
  })

  test.each([
    [{}, 'in November 2026'],
    [{ period: 'today' }, 'today'],
    [{ period: '30d' }, 'in the last 30 days'],
    [{ from: '2025-12-31', to: '2026-01-02' }, 'from 31 Dec 2025 to 2 Jan'],
    [{ from: '2026-11-03', to: '2026-11-03' }, 'on 3 Nov'],
  ])('%o reads "%s" in a sentence', (asked, within) => {
    expect(readPeriod(asked, now).within).toBe(within)
  })

  test('one day is drawn by hour', () => {
    expect(readPeriod({ period: 'today' }, now).granularity).toBe('hour')
    expect(readPeriod({ period: '7d' }, now).granularity).toBe('day')
  })

  test.each([
    [{ from: '2026-02-30', to: '2026-03-01' }],
    [{ from: '2026-11-09', to: '2026-11-03' }],
    [{ from: '1990-01-01', to: '2026-11-03' }],
    [{ period: 'forever' }],
  ])('%o is no period and falls back to the month', (asked) => {
    expect(readPeriod(asked, now).preset).toBe('month')
  })
})
