import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CatalogDeployment } from '#lib/catalog/snapshot.ts'
import { afterAnswer } from '#lib/routing/after-answer.ts'
import { chooseCredential } from '#lib/routing/choose-credential.ts'
import { orderTargets, type RouteTarget } from '#lib/routing/order-targets.ts'

describe('what follows an answer', () => {
  test.each([
    [200, 'relay', 'relay'],
    [204, 'relay', 'relay'],
    // Where the provider would send the caller is not for the caller.
    [302, 'fail', 'fail'],
    [400, 'relay', 'relay'],
    [413, 'relay', 'relay'],
    [422, 'relay', 'relay'],
    // About our credential, our address, our route: nothing that the caller can mend.
    [401, 'next', 'fail'],
    [402, 'next', 'fail'],
    [403, 'next', 'fail'],
    [404, 'next', 'fail'],
    [407, 'next', 'fail'],
    [408, 'next', 'fail'],
    [429, 'next', 'relay'],
    [500, 'next', 'fail'],
    [503, 'next', 'fail'],
    [599, 'next', 'fail'],
  ] as const)('%i: %s while there is another target, %s at the last', (status, otherwise, atLast) => {
    expect([afterAnswer(status, false), afterAnswer(status, true)]).toEqual([otherwise, atLast])
  })

  test('the last target is the last, whatever the status', () => {
    const statuses = Array.from({ length: 500 }, (_, i) => 100 + i)
    expect(statuses.filter((status) => afterAnswer(status, true) === 'next')).toEqual([])
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
