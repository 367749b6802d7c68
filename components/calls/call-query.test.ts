import { describe, expect, test } from 'vitest'
import { callQueryOf, callsApiPath, isNarrowed } from '#components/calls/call-query.ts'
import { listCallsQuery } from '#lib/reports/calls-contract.ts'

const now = Date.UTC(2026, 10, 18, 14)

describe('the address of the call log', () => {
  test('without a query is every call', () => {
    const search = callQueryOf({}, now)
    expect(search).toEqual({ limit: '50', filter: {} })
    expect(isNarrowed(search)).toBe(false)
  })

  test('names a range and filters', () => {
    const search = callQueryOf({ when: '24h', outcome: 'refused,failed', model: 'gpt-4o', status: '429' }, now)
    expect(search).toEqual({
      limit: '50',
      from: '2026-11-17T14:00:00.000Z',
      filter: { outcome: ['refused', 'failed'], model: ['gpt-4o'], status: ['429'] },
    })
  })

  test('the last day counts whole', () => {
    const { from, to } = callQueryOf({ from: '2026-11-03', to: '2026-11-03' }, now)
    expect([from, to]).toEqual(['2026-11-03T00:00:00.000Z', '2026-11-04T00:00:00.000Z'])
  })

  test.each([{ outcome: 'eaten' }, { status: 'all,9999' }, { from: 'yesterday' }, { when: 'ever' }])(
    '%o is not understood and narrows nothing',
    (params) => {
      expect(isNarrowed(callQueryOf(params, now))).toBe(false)
    },
  )

  test.each([
    {},
    { q: 'call_1', when: '7d', outcome: 'served', status: '200', key: 'key_1', team: 'team_1', environment: 'staging' },
  ])('%o is a query that the management API takes', (params) => {
    expect(listCallsQuery.safeParse(callQueryOf(params, now)).success).toBe(true)
  })

  test('what is new is asked for from the top', () => {
    const search = callQueryOf({ cursor: 'abc', outcome: 'refused' }, now)
    expect(decodeURIComponent(callsApiPath(search))).toBe('/calls?limit=50&filter[outcome]=refused')
  })
})
