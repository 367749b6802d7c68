import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CatalogDeployment } from '#lib/catalog/snapshot.ts'
import { afterAttempt, probing, standingOf, type AttemptOutcome, type Circuit } from '#lib/routing/circuit.ts'
import { createCircuits, openCircuits } from '#lib/routing/circuits.ts'
import { countAttempt, createFailureWindow } from '#lib/routing/failure-window.ts'

const failed: AttemptOutcome = { kind: 'failed', openUntilMs: null, rateLimited: false }
const limitedUntil = (openUntilMs: number): AttemptOutcome => ({ kind: 'failed', openUntilMs, rateLimited: true })

/** The circuit after these attempts, each begun and ended at its time. */
function after(...attempts: readonly (readonly [AttemptOutcome['kind'] | AttemptOutcome, number])[]) {
  return attempts.reduce<Circuit | undefined>((circuit, [outcome, atMs]) => {
    const full = typeof outcome === 'string' ? (outcome === 'failed' ? failed : { kind: outcome }) : outcome
    return afterAttempt(circuit, full, atMs, atMs)
  }, undefined)
}

const fiveFailures = [1, 2, 3, 4, 5].map((atMs) => ['failed', atMs] as const)

describe('a circuit', () => {
  test('of a place that works is nothing to remember', () => {
    expect(after(['answered', 1], ['succeeded', 2], ['unknown', 3])).toBeUndefined()
    expect(after(['failed', 1], ['failed', 2], ['succeeded', 3])).toBeUndefined()
  })

  test('opens at the fifth failure in a row, for a second', () => {
    expect(standingOf(after(...fiveFailures.slice(1)), 6)).toBe('closed')
    expect(standingOf(after(...fiveFailures), 6)).toBe('open')
    expect(standingOf(after(...fiveFailures), 1_004)).toBe('open')
    expect(standingOf(after(...fiveFailures), 1_005)).toBe('half-open')
  })

  test('is not opened, and not mended, by what callers do', () => {
    expect(standingOf(after(...fiveFailures.slice(1), ['unknown', 6], ['answered', 7]), 8)).toBe('closed')
    expect(standingOf(after(...fiveFailures.slice(1), ['unknown', 6], ['answered', 7], ['failed', 8]), 9)).toBe('open')
  })

  test('lets one call probe, which closes it or opens it for twice as long, at most half a minute', () => {
    const open = after(...fiveFailures)!
    const asked = probing(open, 1_005)
    expect(standingOf(asked, 1_006)).toBe('open')
    expect(afterAttempt(asked, { kind: 'answered' }, 1_005, 1_100)).toBeUndefined()
    expect(afterAttempt(asked, failed, 1_005, 1_100)).toMatchObject({ openUntilMs: 1_100 + 2_000 })
    let circuit: Circuit | undefined = open
    for (let i = 0; i < 20; i++) {
      const atMs = circuit!.openUntilMs
      circuit = afterAttempt(circuit, failed, atMs, atMs)
      expect(circuit!.openUntilMs - atMs).toBeLessThanOrEqual(30_000)
    }
    expect(circuit!.openUntilMs - circuit!.openedAtMs).toBe(30_000)
  })

  test('is probed by another call when the caller of the first went away, or hears nothing for long', () => {
    const asked = probing(after(...fiveFailures)!, 1_005)
    expect(standingOf(afterAttempt(asked, { kind: 'unknown' }, 1_005, 1_050), 1_051)).toBe('half-open')
    expect(standingOf(asked, 1_005 + 29_999)).toBe('open')
    expect(standingOf(asked, 1_005 + 30_000)).toBe('half-open')
  })

  test('learns nothing from attempts that began before it opened', () => {
    const open = after(...fiveFailures)!
    for (const outcome of [{ kind: 'succeeded' }, { kind: 'answered' }, failed] as const) {
      expect(afterAttempt(open, outcome, 4, 2_000)).toBe(open)
    }
  })

  test('cools exactly as long as the provider says, up to five minutes, and then is closed', () => {
    const cooling = after([limitedUntil(8_000), 1_000])
    expect([7_999, 8_000].map((atMs) => standingOf(cooling, atMs))).toEqual(['cooling', 'closed'])
    const long = after([limitedUntil(86_400_000), 1_000])
    expect(standingOf(long, 1_000 + 5 * 60_000 - 1)).toBe('cooling')
    expect(standingOf(long, 1_000 + 5 * 60_000)).toBe('closed')
  })

  test('that cools is cooled longer by a later answer that says so, never shorter', () => {
    const cooling = after([limitedUntil(8_000), 1_000])
    expect(afterAttempt(cooling, limitedUntil(9_000), 500, 1_100)).toMatchObject({ openUntilMs: 9_000 })
    expect(afterAttempt(cooling, limitedUntil(3_000), 500, 1_100)).toBe(cooling)
    expect(afterAttempt(cooling, failed, 1_050, 1_100)).toBe(cooling)
  })

  test('is closed when the clock was set back beyond its opening', () => {
    expect(standingOf(after([limitedUntil(3_608_000), 3_600_000]), 1_000)).toBe('closed')
  })

  test('never stays open for more than five minutes, whatever happens', () => {
    const outcome = fc.oneof<fc.Arbitrary<AttemptOutcome>[]>(
      fc.constant(failed),
      fc.constantFrom<AttemptOutcome>({ kind: 'answered' }, { kind: 'succeeded' }, { kind: 'unknown' }),
      fc.record({ kind: fc.constant('failed' as const), openUntilMs: fc.nat(1e9), rateLimited: fc.boolean() }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(outcome, fc.nat(60_000), fc.nat(60_000))), (attempts) => {
        let nowMs = 0
        let circuit: Circuit | undefined
        for (const [one, passedMs, tookMs] of attempts) {
          nowMs += passedMs
          circuit = afterAttempt(circuit, one, Math.max(0, nowMs - tookMs), nowMs)
          expect((circuit?.openUntilMs ?? 0) - nowMs).toBeLessThanOrEqual(5 * 60_000)
        }
      }),
    )
  })
})

const deploymentOf = (id: string) => ({ id, provider: { name: 'openai' } }) as CatalogDeployment
const succeeded: AttemptOutcome = { kind: 'succeeded' }

/** The circuit of a place after these attempts in turn, and when it first opened; each is over when the next begins. */
function tried(attempts: readonly { readonly fails: boolean; readonly afterMs: number }[]) {
  const circuits = createCircuits()
  const deployment = deploymentOf('a')
  let nowMs = 1_000_000
  let openedAt: number | null = null
  for (const [i, { fails, afterMs }] of attempts.entries()) {
    nowMs += afterMs
    circuits.record({ deployment, credential: null }, fails ? failed : succeeded, nowMs, nowMs)
    if (openedAt === null && standingOf(circuits.of(deployment, null), nowMs) !== 'closed') openedAt = i
  }
  return { circuits, deployment, nowMs, openedAt }
}

const inTurn = (pattern: string, times: number, afterMs: number) =>
  Array.from({ length: times * pattern.length }, (_, i) => ({ fails: pattern[i % pattern.length] === 'x', afterMs }))

const halfOfTwenty = [...inTurn('x.', 9, 100), ...inTurn('.x', 1, 100)]

describe('a place that fails often, though never five times in a row', () => {
  test('is left alone at its tenth failure of twenty attempts, as long as after five in a row', () => {
    const { circuits, deployment, nowMs, openedAt } = tried(halfOfTwenty)
    expect(openedAt).toBe(19)
    expect(circuits.of(deployment, null)).toMatchObject({ openUntilMs: nowMs + 1_000, openings: 1 })
  })

  test('is asked while less than half fails, or while there are few attempts in half a minute', () => {
    expect(tried(inTurn('x..', 200, 100)).openedAt).toBeNull()
    // Seventeen in any half a minute.
    expect(tried(inTurn('xxx.', 100, 1_800)).openedAt).toBeNull()
    expect(tried(inTurn('xxx.', 100, 1_400)).openedAt).not.toBeNull()
  })

  test('begins anew when a probe finds that it works, and is opened for longer when it does not', () => {
    const { circuits, deployment, nowMs } = tried(halfOfTwenty)
    const place = { deployment, credential: null }
    const openUntilMs = circuits.of(deployment, null)!.openUntilMs
    circuits.probe(place, openUntilMs)
    circuits.record(place, failed, openUntilMs, openUntilMs + 10)
    expect(circuits.of(deployment, null)).toMatchObject({ openUntilMs: openUntilMs + 10 + 2_000 })
    const laterMs = nowMs + 10_000
    circuits.record(place, succeeded, laterMs, laterMs)
    expect(circuits.list()).toEqual([])
    circuits.record(place, failed, laterMs, laterMs)
    expect(standingOf(circuits.of(deployment, null), laterMs)).toBe('closed')
  })

  test('is not judged by what callers do, nor by providers that name a time', () => {
    const { circuits, deployment, nowMs } = tried(inTurn('x.', 9, 10))
    const place = { deployment, credential: null }
    for (let i = 0; i < 50; i++) circuits.record(place, { kind: 'unknown' }, nowMs, nowMs)
    expect(standingOf(circuits.of(deployment, null), nowMs)).toBe('closed')
    for (let i = 0; i < 50; i++) circuits.record(place, limitedUntil(nowMs + 1), nowMs, nowMs)
    expect(standingOf(circuits.of(deployment, null), nowMs + 1)).toBe('closed')
  })

  test('is forgotten half a minute after its last failure', () => {
    const { circuits } = tried([...inTurn('x', 1, 0), ...inTurn('.', 28, 1_000)])
    expect(circuits.list()).toHaveLength(1)
    expect(tried([...inTurn('x', 1, 0), ...inTurn('.', 31, 1_000)]).circuits.list()).toEqual([])
  })

  const attempts = fc.array(fc.record({ fails: fc.boolean(), afterMs: fc.nat(4_000) }), { maxLength: 120 })

  test('what the window counts is what ended in it: the last 27 to 30 seconds', () => {
    fc.assert(
      fc.property(attempts, (list) => {
        const window = createFailureWindow(1_000_000)
        let nowMs = 1_000_000
        const past: { readonly fails: boolean; readonly atMs: number }[] = []
        for (const { fails, afterMs } of list) {
          nowMs += afterMs
          past.push({ fails, atMs: nowMs })
          countAttempt(window, fails, nowMs)
          const since = (ms: number) => past.filter(({ atMs }) => nowMs - atMs < ms)
          const failing = (ms: number) => since(ms).filter((one) => one.fails)
          expect(window.attemptsSum).toBeGreaterThanOrEqual(since(27_000).length)
          expect(window.attemptsSum).toBeLessThanOrEqual(since(30_000).length)
          expect(window.failuresSum).toBeGreaterThanOrEqual(failing(27_000).length)
          expect(window.failuresSum).toBeLessThanOrEqual(failing(30_000).length)
        }
      }),
    )
  })

  test('a clock that jumps leaves no count behind', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(1e7))), (list) => {
        const window = createFailureWindow(0)
        for (const [fails, atMs] of list) {
          countAttempt(window, fails, atMs)
          expect(window.attemptsSum).toBe(window.attempts.reduce((sum, count) => sum + count, 0))
          expect(window.failuresSum).toBe(window.failures.reduce((sum, count) => sum + count, 0))
          expect(window.failuresSum).toBeLessThanOrEqual(window.attemptsSum)
        }
        countAttempt(window, false, 1e9)
        expect([window.attemptsSum, window.failuresSum]).toEqual([1, 0])
      }),
    )
  })

  test('opens only at a failure, and only where the rule says so: five in a row, or half of twenty in half a minute', () => {
    fc.assert(
      fc.property(attempts, (list) => {
        const { openedAt } = tried(list)
        if (openedAt === null) return
        expect(list[openedAt]!.fails).toBe(true)
        const tail = list.slice(0, openedAt + 1)
        const times = tail.map((_, i) => tail.slice(i + 1).reduce((sum, { afterMs }) => sum + afterMs, 0))
        const failing = tail.filter(({ fails }, i) => fails && times[i]! < 30_000).length
        const inARow = tail.slice(-5)
        expect((inARow.length === 5 && inARow.every(({ fails }) => fails)) || failing >= 10).toBe(true)
      }),
    )
  })
})

describe('the circuits of a process', () => {
  test('are one for each deployment and credential, and show which keep calls away', () => {
    const circuits = createCircuits()
    const deployment = deploymentOf('a')
    const [one, other] = ['one', 'other'].map((id) => ({ id, label: id, weight: 1, secret: null as never }))
    circuits.record({ deployment, credential: one! }, limitedUntil(5_000), 1, 1)
    expect(standingOf(circuits.of(deployment, one!), 2)).toBe('cooling')
    expect(circuits.of(deployment, other!)).toBeUndefined()
    expect(circuits.of(deploymentOf('b'), one!)).toBeUndefined()
    expect(openCircuits(circuits, 2)).toEqual([{ provider: 'openai', deployment: 'a', state: 'cooling' }])
    expect(openCircuits(circuits, 5_000)).toEqual([])
  })

  test('are bounded: the one that was written longest ago makes room', () => {
    const circuits = createCircuits()
    for (let i = 0; i < 5_000; i++)
      circuits.record({ deployment: deploymentOf(`d${i}`), credential: null }, failed, i, i)
    expect(circuits.list()).toHaveLength(4_096)
    expect(circuits.of(deploymentOf('d0'), null)).toBeUndefined()
    expect(circuits.of(deploymentOf('d4999'), null)).toMatchObject({ failures: 1 })
  })
})
