import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CatalogCredential, CatalogDeployment } from '#lib/catalog/snapshot.ts'
import { afterAttempt, probing, type Circuit } from '#lib/routing/circuit.ts'
import type { Failure } from '#lib/routing/failure.ts'
import { nextAttempt, type FailedAttempt, type NextAttempt, type RoutingFacts } from '#lib/routing/next-attempt.ts'
import type { RouteTarget } from '#lib/routing/order-targets.ts'
import { createRetryBudget } from '#lib/routing/retry-budget.ts'

const nowMs = 1_000_000

function target(id: string, credentials: readonly string[] = []): RouteTarget {
  const provider = {
    name: `provider-${id}`,
    credentials: credentials.map((credential) => ({ id: credential, weight: 1 }) as CatalogCredential),
  }
  return { deployment: { id, provider } as unknown as CatalogDeployment, operation: 'chat', price: null as never }
}

function failedAt(place: RouteTarget, failure: Failure, more: Partial<FailedAttempt> = {}): FailedAttempt {
  const [credential = null] = place.deployment.provider.credentials
  return { target: place, credential, failure, retryAfterMs: null, isFinal: false, isRetry: false, ...more }
}

const cooling = (ms: number) =>
  afterAttempt(undefined, { kind: 'failed', openUntilMs: nowMs + ms, rateLimited: true }, nowMs, nowMs)!
const open = (ms: number) =>
  afterAttempt(undefined, { kind: 'failed', openUntilMs: nowMs + ms, rateLimited: false }, nowMs, nowMs)!
const halfOpen = afterAttempt(
  undefined,
  { kind: 'failed', openUntilMs: nowMs - 1, rateLimited: false },
  nowMs - 10,
  nowMs - 10,
)!

function choose(
  targets: readonly RouteTarget[],
  more: Partial<RoutingFacts> = {},
  circuits = new Map<string, Circuit>(),
) {
  return nextAttempt({
    targets,
    failed: [],
    circuitOf: (deployment, credential) => circuits.get(credential?.id ?? deployment.id),
    nowMs,
    deadlineMs: nowMs + 60_000,
    random: 0,
    mayRetry: true,
    ...more,
  })
}

const [a, b, c] = [target('a'), target('b'), target('c')]
const chosen = (choice: ReturnType<typeof choose>) =>
  choice.kind === 'none' ? null : [choice.target.deployment.id, choice.credential?.id ?? null]

describe('the next attempt of a call', () => {
  test('is the first target’s, then the next one’s', () => {
    expect(chosen(choose([a, b]))).toEqual(['a', null])
    expect(chosen(choose([a, b], { failed: [failedAt(a, 'timeout')] }))).toEqual(['b', null])
  })

  test.each(['rate limited', 'dead credential', 'forbidden'] as const)(
    'after %s is the same provider’s other credential, then the next target’s',
    (failure) => {
      const two = target('two', ['one', 'other'])
      const first = failedAt(two, failure)
      expect(chosen(choose([two, b], { failed: [first] }))).toEqual(['two', 'other'])
      const second = failedAt(two, failure, { credential: two.deployment.provider.credentials[1]! })
      expect(chosen(choose([two, b], { failed: [first, second] }))).toEqual(['b', null])
    },
  )

  test('after the provider itself failed is not its other credential’s', () => {
    const two = target('two', ['one', 'other'])
    expect(chosen(choose([two, b], { failed: [failedAt(two, 'unavailable')] }))).toEqual(['b', null])
  })

  test('passes over places whose circuits are open or cool, and says so', () => {
    const choice = choose([a, b, c], {}, new Map([['a', open(1)], ['b', cooling(1)]])) // prettier-ignore
    expect(chosen(choice)).toEqual(['c', null])
    expect(choice.passedOver).toEqual(['provider-a', 'provider-b'])
    const two = target('two', ['one', 'other'])
    expect(chosen(choose([two], {}, new Map([['one', cooling(1)]])))).toEqual(['two', 'other'])
  })

  test('probes a half-open place once: while it is being probed others pass it over', () => {
    expect(choose([a, b], {}, new Map([['a', halfOpen]]))).toMatchObject({ target: a, isProbe: true })
    expect(choose([a, b], {}, new Map([['a', probing(halfOpen, nowMs)]]))).toMatchObject({ target: b, isProbe: false })
  })

  test('is the one that opens soonest where all are open: a circuit refuses no call', () => {
    expect(chosen(choose([a, b], {}, new Map([['a', open(20)], ['b', open(10)]])))).toEqual(['b', null]) // prettier-ignore
    expect(chosen(choose([a], {}, new Map([['a', probing(halfOpen, nowMs)]])))).toEqual(['a', null])
    expect(chosen(choose([a, b], {}, new Map([['a', cooling(5)], ['b', open(10)]])))).toEqual(['b', null]) // prettier-ignore
  })

  test('is none while all cool, until the first takes calls again', () => {
    const choice = choose([a, b], {}, new Map([['a', cooling(7_000)], ['b', cooling(3_000)]])) // prettier-ignore
    expect(choice).toMatchObject({ kind: 'none', coolsUntilMs: nowMs + 3_000 })
  })

  test('is none when the time is over', () => {
    expect(choose([a], { deadlineMs: nowMs + 499 })).toMatchObject({ kind: 'none', coolsUntilMs: null })
  })
})

describe('a second try of the same place', () => {
  const again = (failed: readonly FailedAttempt[], more: Partial<RoutingFacts> = {}, circuits?: Map<string, Circuit>) =>
    choose([a, b].slice(0, failed.length), { failed, ...more }, circuits)

  test('comes where nothing else is left, once, after a jittered moment', () => {
    expect(again([failedAt(a, 'unavailable')], { random: 0.5 })).toMatchObject({ isRetry: true, delayMs: 200 })
    expect(again([failedAt(a, 'unavailable', { isRetry: true })])).toMatchObject({ kind: 'none' })
    expect(chosen(again([failedAt(a, 'unavailable'), failedAt(b, 'timeout')]))).toEqual(['a', null])
  })

  test.each(['timeout', 'misrouted', 'dead credential', 'forbidden', 'unreadable'] as const)(
    'does not come after %s',
    (failure) => {
      expect(again([failedAt(a, failure)])).toMatchObject({ kind: 'none' })
    },
  )

  test('obeys the time that the provider names when it is short and fits; a longer one is the caller’s to wait', () => {
    const limited = (retryAfterMs: number | null) => [failedAt(a, 'rate limited', { retryAfterMs })]
    const circuits = new Map([['a', cooling(1_500)]])
    expect(again(limited(1_500), {}, circuits)).toMatchObject({ isRetry: true, delayMs: 1_500 })
    expect(again(limited(1_500), { deadlineMs: nowMs + 1_900 })).toMatchObject({ kind: 'none' })
    expect(again(limited(2_001))).toMatchObject({ kind: 'none', coolsUntilMs: null })
    expect(again(limited(null))).toMatchObject({ kind: 'none' })
    expect(again([failedAt(a, 'unavailable', { retryAfterMs: 2_001 })])).toMatchObject({ kind: 'none' })
  })

  test('does not come where the provider forbids it, the budget is spent, or the circuit has opened', () => {
    expect(again([failedAt(a, 'unavailable', { isFinal: true })])).toMatchObject({ kind: 'none' })
    expect(again([failedAt(a, 'unavailable')], { mayRetry: false })).toMatchObject({ kind: 'none' })
    expect(again([failedAt(a, 'unavailable')], {}, new Map([['a', open(10)]]))).toMatchObject({ kind: 'none' })
  })

  test('is granted to one call in ten, after ten that were saved up', () => {
    const budget = createRetryBudget()
    let granted = 0
    for (let i = 0; i < 1_000; i++) {
      budget.earn()
      if (!budget.has()) continue
      budget.spend()
      granted += 1
    }
    expect(granted).toBeGreaterThanOrEqual(105)
    expect(granted).toBeLessThanOrEqual(110)
  })
})

test('whatever fails, a call makes at most four attempts, one of them a second try, and none at a place that cools', () => {
  const failures = fc.array(
    fc.constantFrom<Failure>('rate limited', 'dead credential', 'misrouted', 'unavailable', 'timeout'),
    { minLength: 8, maxLength: 8 },
  )
  const places = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 })
  const coolingPlaces = fc.array(fc.nat(19), { maxLength: 6 })
  fc.assert(
    fc.property(failures, places, coolingPlaces, (list, counts, cold) => {
      const targets = counts.map((count, i) =>
        target(
          `t${i}`,
          Array.from({ length: count }, (_, j) => `${i}-${j}`),
        ),
      )
      const ids = targets.flatMap(({ deployment: { id, provider } }) =>
        provider.credentials.length === 0 ? [id] : provider.credentials.map((credential) => credential.id),
      )
      const cool = new Set(cold.flatMap((index) => ids[index] ?? []))
      const circuits = new Map([...cool].map((id) => [id, cooling(60_000)]))
      const made: NextAttempt[] = []
      for (let i = 0; i < list.length; i++) {
        const failed = made.map(({ target: place, credential, isRetry }, j): FailedAttempt =>
          failedAt(place, list[j]!, { credential, isRetry, retryAfterMs: 100 }),
        )
        const choice = choose(targets, { failed }, circuits)
        if (choice.kind === 'none') break
        made.push(choice)
        expect(cool.has(choice.credential?.id ?? choice.target.deployment.id)).toBe(false)
      }
      expect(made.length).toBeLessThanOrEqual(4)
      const places = made.filter(({ isRetry }) => !isRetry).map((one) => chosen({ ...one })!.join())
      expect(new Set(places).size).toBe(places.length)
      expect(made.length - places.length).toBeLessThanOrEqual(1)
    }),
  )
})
