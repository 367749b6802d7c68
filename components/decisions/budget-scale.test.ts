import { describe, expect, test } from 'vitest'
import { budgetScale } from '#components/decisions/budget-scale.ts'

const usd = (amount: number) => BigInt(Math.round(amount * 1e9))
const facts = (spent: number, held: number, needed: number, cap: number) => ({
  spentNanos: usd(spent),
  heldNanos: usd(held),
  neededNanos: usd(needed),
  capNanos: usd(cap),
})

describe('the bar of a budget that refused', () => {
  test('is to scale where the call can be seen', () => {
    const scale = budgetScale(facts(5, 2, 4, 10))
    expect(scale.brokenBelowNanos).toBeNull()
    expect(scale.cap / scale.spent).toBeCloseTo(2)
  })

  test('shortens the spent part where the call would vanish beside it', () => {
    const scale = budgetScale(facts(299.12, 0.47, 0.66, 300))
    expect(scale.brokenBelowNanos).toBe(usd(299.12))
    expect(scale.needed).toBeGreaterThan(5)
    // What was held and needed still stand in their true relation to each other.
    expect(scale.needed / scale.held).toBeCloseTo(0.66 / 0.47)
  })

  test('sets the cap between what was left and what was needed', () => {
    const { spent, held, needed, cap } = budgetScale(facts(299.12, 0.47, 0.66, 300))
    expect(cap).toBeGreaterThan(spent + held)
    expect(cap).toBeLessThan(spent + held + needed)
  })

  test('keeps the cap in sight where more was spent than it allows', () => {
    const { spent, cap } = budgetScale(facts(300, 0, 0.5, 250))
    expect(cap).toBeLessThan(spent)
    expect(cap).toBeGreaterThan(50)
  })

  test.each([
    [0, 0, 5, 1],
    [0.1, 0, 0.00001, 0.1],
    [1000, 3, 9, 1001],
  ])('never leaves its width (%s, %s, %s of %s)', (...amounts) => {
    const { spent, held, needed, cap } = budgetScale(facts(...amounts))
    expect(spent + held + needed).toBeLessThanOrEqual(98.001)
    expect(cap).toBeLessThanOrEqual(98.001)
  })
})
