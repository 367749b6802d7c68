import { expect, test } from 'vitest'
import { startSharedClock } from '#lib/platform/clock.ts'

/** This machine's clocks and the other one's, all moved by hand; an answer takes `tripMs` there and back. */
function clocks({ tripMs = 0, aheadMs = 0 } = {}) {
  const now = { steadyMs: 1_000, theirMs: 1_700_000_000_000, aheadMs }
  const pass = (ms: number): void => {
    now.steadyMs += ms
    now.theirMs += ms
  }
  const ask = async (): Promise<number> => {
    pass(tripMs / 2)
    const said = now.theirMs
    pass(tripMs / 2)
    return said
  }
  const sources = { steadyMs: () => now.steadyMs, systemMs: () => now.theirMs + now.aheadMs }
  return { now, pass, ask, sources }
}

test('the time is the other one’s, however wrong this machine’s system clock is', async () => {
  const { now, pass, ask, sources } = clocks({ tripMs: 8, aheadMs: 3_600_000 })
  const warnings: number[] = []
  const clock = await startSharedClock(ask, (skewMs) => warnings.push(skewMs), sources)
  clock.stop()
  pass(500)
  expect(clock.nowMs()).toBe(now.theirMs)
  expect(clock.skewMs()).toBe(3_600_000)
  expect(warnings).toEqual([3_600_000])
})

test('a step of the system clock changes nothing but the skew', async () => {
  const { now, ask, sources } = clocks()
  const clock = await startSharedClock(ask, () => {}, sources)
  clock.stop()
  now.aheadMs = -3_600_000
  expect(clock.nowMs()).toBe(now.theirMs)
  expect(clock.skewMs()).toBe(-3_600_000)
})

test('an answer corrects what it rules out, and no more', async () => {
  const { now, pass, ask, sources } = clocks()
  const clock = await startSharedClock(ask, () => {}, sources)
  clock.stop()
  // Another machine has taken over; its clock is 50 ms behind.
  now.theirMs -= 50
  const askedMs = now.steadyMs
  const saidMs = now.theirMs
  pass(20)
  clock.learn(saidMs, askedMs)
  expect(clock.nowMs()).toBe(now.theirMs)
  // An answer that took a second leaves possible what was known.
  const later = now.steadyMs
  pass(1_000)
  clock.learn(now.theirMs - 1_000, later)
  expect(clock.nowMs()).toBe(now.theirMs)
})
