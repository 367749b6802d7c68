import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CatalogDeployment } from '#lib/catalog/snapshot.ts'
import { chooseCredential } from '#lib/routing/choose-credential.ts'
import { failureOf, outcomeOf } from '#lib/routing/failure.ts'
import { orderTargets, type RouteTarget } from '#lib/routing/order-targets.ts'
import { retryAfterMs } from '#lib/routing/retry-after.ts'

describe('what an answer means', () => {
  test.each([
    [200, null],
    [204, null],
    [302, 'misrouted'],
    [400, null],
    // Conflicts are the caller's: its client tries again by itself.
    [409, null],
    [413, null],
    [422, null],
    // About our credential, our address, our route: nothing that the caller can mend.
    [401, 'dead credential'],
    [402, 'dead credential'],
    [403, 'forbidden'],
    [404, 'misrouted'],
    [407, 'misrouted'],
    [408, 'unavailable'],
    [424, 'unavailable'],
    [429, 'rate limited'],
    [500, 'unavailable'],
    [529, 'unavailable'],
  ] as const)('%i: %s', (status, failure) => {
    expect(failureOf(status)).toBe(failure)
  })

  test('a 429 that names no time is a failure among others: it may be about one oversized call', () => {
    expect(outcomeOf('rate limited', null, 1_000)).toEqual({ kind: 'failed', openUntilMs: null, rateLimited: false })
    expect(outcomeOf('rate limited', 0, 1_000)).toEqual({ kind: 'failed', openUntilMs: null, rateLimited: false })
    expect(outcomeOf('rate limited', 500, 1_000)).toEqual({ kind: 'failed', openUntilMs: 1_500, rateLimited: true })
  })

  test('what callers can provoke says nothing of a place', () => {
    expect(outcomeOf('misrouted', null, 0)).toEqual({ kind: 'unknown' })
  })
})

describe('the time that a provider names', () => {
  const now = Date.UTC(2026, 10, 28, 8, 0, 0)
  test.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': ' 1.5 ' }, 1_500],
    [{ 'retry-after': 'Sat, 28 Nov 2026 08:00:03 GMT' }, 3_000],
    [{ 'retry-after': 'Sat, 28 Nov 2026 07:59:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '7' }, 7_000],
    [{}, null],
    [{ 'retry-after': '' }, null],
    [{ 'retry-after': '-3' }, null],
    [{ 'retry-after': '1e9' }, null],
    [{ 'retry-after': 'NaN' }, null],
    [{ 'retry-after': 'tomorrow' }, null],
    [{ 'retry-after': 'Xyz, 99 Nov' }, null],
    [{ 'retry-after': ['1', '2'] }, null],
  ])('%j: %s ms', (headers, ms) => {
    expect(retryAfterMs(headers, now)).toBe(ms)
  })

  test('is never negative, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const ms = retryAfterMs({ 'retry-after': a, 'retry-after-ms': b }, now)
        expect(ms === null || (ms >= 0 && Number.isFinite(ms))).toBe(true)
      }),
    )
  })
})

/** Shares of many evenly spread draws. */
function shares<T>(draw: (random: number) => T, names: readonly T[]): number[] {
  const draws = Array.from({ length: 1_000 }, (_, i) => draw((i + 0.5) / 1_000))
  return names.map((name) => draws.filter((drawn) => drawn === name).length / draws.length)
}

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the credential of a call', () => {
  const [heavy, light, off] = [{ weight: 3 }, { weight: 1 }, { weight: 0 }]

  test('is drawn in proportion to weight', () => {
    expect(shares((r) => chooseCredential([heavy, light], r), [heavy, light])).toEqual([0.75, 0.25])
    expect(shares((r) => chooseCredential([off, heavy, light], r), [off, heavy, light])).toEqual([0, 0.75, 0.25])
  })

  test('is none where the provider has none, and the one where it has one', () => {
    expect(chooseCredential([], 0.5)).toBeNull()
    expect(chooseCredential([off], 0.5)).toBe(off)
  })

  test('is always one of them', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ weight: fc.nat(5) }), { minLength: 1 }), random, (credentials, r) => {
        expect(credentials).toContain(chooseCredential(credentials, r))
      }),
    )
  })
})

function target(id: string, rank: number, weight: number): RouteTarget {
  const provider = {
    id: 'prov',
    name: 'openai',
    kind: 'openai',
    baseUrl: '',
    simulated: true,
    status: 'active',
    timeouts: {},
    credentials: [],
  } as const
  const deployment: CatalogDeployment = {
    id,
    provider,
    upstreamModel: id,
    region: 'global',
    rank,
    weight,
    status: 'active',
    prices: [],
  }
  return { deployment, operation: 'chat', price: { id: 'price', nanosPerMillion: {} } }
}

describe('the order of targets', () => {
  const names = (targets: readonly RouteTarget[]) => targets.map(({ deployment }) => deployment.id)

  test('is by rank, and the first of a rank is drawn by weight', () => {
    const [a, b, c] = [target('a', 0, 1), target('b', 0, 3), target('c', 1, 100)]
    expect(names(orderTargets([c, a, b], 0))).toEqual(['b', 'a', 'c'])
    expect(names(orderTargets([c, a, b], 0.99))).toEqual(['a', 'b', 'c'])
    expect(shares((r) => names(orderTargets([c, a, b], r))[0], ['a', 'b', 'c'])).toEqual([0.25, 0.75, 0])
  })

  const targets = fc
    .array(fc.tuple(fc.nat(3), fc.nat(4)), { maxLength: 8 })
    .map((list) => list.map(([rank, weight], i) => target(`t${i}`, rank, weight)))

  test('has every target once, and no later rank before an earlier one', () => {
    fc.assert(
      fc.property(targets, random, (list, r) => {
        const ordered = orderTargets(list, r)
        expect(names(ordered).toSorted()).toEqual(names(list).toSorted())
        const ranks = ordered.map(({ deployment }) => deployment.rank)
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
      }),
    )
  })

  test('never begins with a target of weight 0 while another of its rank has weight', () => {
    fc.assert(
      fc.property(targets, random, (list, r) => {
        const [first] = orderTargets(list, r)
        const least = Math.min(...list.map(({ deployment }) => deployment.rank))
        const peers = list.filter(({ deployment }) => deployment.rank === least)
        const anyWeight = peers.some(({ deployment }) => deployment.weight > 0)
        expect(!first || !anyWeight || first.deployment.weight > 0).toBe(true)
      }),
    )
  })
})
