import { expect, test } from 'vitest'
import { createSlices, shareOf, sliceOf } from '#lib/gateway/slices.ts'
import type { Judgement } from '#lib/limits/admit.ts'
import type { LimitKind } from '#lib/limits/contract.ts'
import { ruleSetAt } from '#lib/limits/rule-set.ts'
import { aBudget, aLimit } from '#lib/testing/limits.ts'

const nowMs = Date.UTC(2026, 10, 28, 12)
const usd = 1_000_000_000

function rulesOf(capNanos: number, limits: readonly (readonly [LimitKind, number])[] = []) {
  const rules = {
    versions: [],
    limits: limits.map(([kind, limit]) => aLimit(kind, limit)),
    budgets: [aBudget(capNanos)],
    timeZone: 'UTC',
  }
  return { rules, set: ruleSetAt(rules, nowMs) }
}

/** A call that costs so much at most, half of it for its prompt, half for 10 tokens of output. */
const boundOf = (nanos: number) => ({
  promptTokens: 5,
  promptNanos: nanos / 2,
  outputNanos: nanos / 20,
  outputWanted: 10,
  outputLeast: 10,
})

test.each([
  [5 * usd, 0.5 * usd],
  [10 * usd, usd],
  [500 * usd, usd],
  [1_000_000 * usd, 1_000 * usd],
])('of a budget of %d nano-USD a slice of %d is let through', (cap, slice) => {
  expect(sliceOf(cap)).toBe(slice)
  const { rules, set } = rulesOf(cap)
  const slices = createSlices()
  for (let n = 0; n < 10; n++) expect(slices.take(rules, set, boundOf(slice / 10), nowMs)).not.toBeNull()
  expect(slices.take(rules, set, boundOf(slice / 10), nowMs)).toBeNull()
})

test('a call that costs less than it held gives back the rest, and a slice is not renewed by time', () => {
  const { rules, set } = rulesOf(10 * usd)
  const slices = createSlices()
  slices.take(rules, set, boundOf(usd), nowMs)!.ended(usd / 4)
  expect(slices.take(rules, set, boundOf(usd), nowMs + 3_600_000)).toBeNull()
  expect(slices.take(rules, set, boundOf(usd / 2), nowMs + 3_600_000)).not.toBeNull()
})

test('no slice is larger than what was left when Redis last told', () => {
  const { rules, set } = rulesOf(10 * usd)
  const [budget] = rules.budgets
  const slices = createSlices()
  const state = { rule: budget, window: set.budgetWindows[0]!, passed: true, spent: 9.5 * usd, held: 0, cap: 10 * usd }
  slices.saw({ budgets: [state], budgetKeys: set.budgetKeys, heldNanos: 0.25 * usd } as unknown as Judgement)
  expect(slices.take(rules, set, boundOf(0.3 * usd), nowMs)).toBeNull()
  expect(slices.take(rules, set, boundOf(0.25 * usd), nowMs)).not.toBeNull()
})

test('the output is shortened to what the slice affords, where the caller named no maximum', () => {
  const { rules, set } = rulesOf(10 * usd)
  const bound = { ...boundOf(2 * usd), promptNanos: 0, outputLeast: 1 }
  expect(createSlices().take(rules, set, bound, nowMs)).toMatchObject({ outputAllowed: 10, heldNanos: usd })
  expect(createSlices().take(rules, set, { ...bound, outputNanos: usd / 4 }, nowMs)).toMatchObject({ outputAllowed: 4 })
})

test.each([
  [1, 1],
  [9, 1],
  [100, 10],
])('of a limit of %d a minute %d are let through, and again in the next', (limit, share) => {
  expect(shareOf(limit)).toBe(share)
  const { rules, set } = rulesOf(1_000 * usd, [['rpm', limit]])
  const slices = createSlices()
  for (let n = 0; n < share; n++) expect(slices.take(rules, set, boundOf(1), nowMs)).not.toBeNull()
  expect(slices.take(rules, set, boundOf(1), nowMs)).toBeNull()
  expect(slices.take(rules, set, boundOf(1), nowMs + 60_000)).not.toBeNull()
})

test('who runs leaves room for others when it ends', () => {
  const { rules, set } = rulesOf(1_000 * usd, [['concurrency', 10]])
  const slices = createSlices()
  const first = slices.take(rules, set, boundOf(1), nowMs)!
  expect(slices.take(rules, set, boundOf(1), nowMs)).toBeNull()
  first.ended(1)
  expect(slices.take(rules, set, boundOf(1), nowMs)).not.toBeNull()
})
