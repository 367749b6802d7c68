/**
 * What this process may let through while Redis cannot be asked, for keys whose profile is `open-capped`.
 *
 * Of a budget that refuses: a slice of a thousandth of it, or one dollar where that is more, never more than a tenth of it,
 * and never more than was left when Redis last told. A slice is for the whole period, however often Redis goes and
 * comes back, so what all gateways together go beyond a budget is at most the sum of their slices.
 * Of a limit: a tenth of it, at least one, in each minute, hour or day, or at once.
 *
 * In memory; bounds: the 100,000 budget periods and 100,000 windows used last.
 */
import { LRUCache } from 'lru-cache'
import type { HoldBound, Judgement } from '#lib/limits/admit.ts'
import type { AdmitRules, RuleSet } from '#lib/limits/rule-set.ts'
import { limitKey } from '#lib/limits/keys.ts'
import { costOfCall, spanOf, type CallTokens } from '#lib/limits/rules/limit-kinds.ts'

const dollarNanos = 1_000_000_000
const minuteMs = 60_000

/** What one process lets through of a budget, nano-USD; `cap` is where the budget refuses. */
export function sliceOf(cap: number): number {
  return Math.floor(Math.max(cap / 1000, Math.min(dollarNanos, cap / 10)))
}

/** What it lets through of a limit. */
export function shareOf(limit: number): number {
  return Math.max(1, Math.floor(limit / 10))
}

export type Slice = {
  readonly outputAllowed: number
  readonly heldNanos: number
  /** The call is over and has cost this. */
  ended(costNanos: number): void
}

export type Slices = {
  /** Remembers what an admission showed to be left. */
  saw(judged: Judgement): void
  /** Takes a call's upper bound from every slice, or nothing and null where one of them has no room. */
  take(rules: AdmitRules, set: RuleSet, bound: HoldBound, nowMs: number): Slice | null
}

export function createSlices(): Slices {
  /** Nano-USD by budget period. */
  const used = new LRUCache<string, number>({ max: 100_000 })
  const left = new LRUCache<string, number>({ max: 100_000 })
  /** By limit and window. */
  const counts = new LRUCache<string, number>({ max: 100_000 })

  function roomIn(key: string, cap: number): number {
    return Math.min(sliceOf(cap), left.get(key) ?? Infinity) - (used.get(key) ?? 0)
  }

  /** Names and shares of what a call takes of limits; null where one has no room for it. */
  function limitsTaken(
    { limits }: AdmitRules,
    { limitWindows }: RuleSet,
    tokens: CallTokens,
    nowMs: number,
  ): (readonly [name: string, cost: number, isRunning: boolean])[] | null {
    const taken: (readonly [string, number, boolean])[] = []
    for (const [l, rule] of limits.entries()) {
      const span = spanOf(rule.kind)
      const minute = span === 'minute' ? `@${Math.floor(nowMs / minuteMs)}` : ''
      const name = limitKey(rule, limitWindows[l]!) + minute
      const cost = costOfCall(rule.kind, tokens)
      if ((counts.get(name) ?? 0) + cost > shareOf(rule.limit)) return null
      taken.push([name, cost, span === 'running'])
    }
    return taken
  }

  return {
    saw({ budgets, budgetKeys, heldNanos }) {
      for (const [b, { cap, spent, held }] of budgets.entries()) {
        if (cap !== null) left.set(budgetKeys[b]!, Math.max(0, cap - spent - held - heldNanos))
      }
    },
    take(rules, set, bound, nowMs) {
      const capped = set.budgetKeys.flatMap((key, b) => (set.caps[b] === null ? [] : [[key, set.caps[b]!] as const]))
      const room = Math.min(Infinity, ...capped.map(([key, cap]) => roomIn(key, cap)))
      const affordable = bound.outputNanos > 0 ? Math.floor((room - bound.promptNanos) / bound.outputNanos) : Infinity
      const outputAllowed = Math.min(bound.outputWanted, affordable)
      if (room < bound.promptNanos || outputAllowed < bound.outputLeast) return null
      const tokens: CallTokens = { input: bound.promptTokens, output: outputAllowed }
      const limits = limitsTaken(rules, set, tokens, nowMs)
      if (!limits) return null

      const heldNanos = bound.promptNanos + outputAllowed * bound.outputNanos
      const spend = (nanos: number): void => {
        for (const [key] of capped) used.set(key, (used.get(key) ?? 0) + nanos)
      }
      spend(heldNanos)
      for (const [name, cost] of limits) counts.set(name, (counts.get(name) ?? 0) + cost)
      return {
        outputAllowed,
        heldNanos,
        ended(costNanos) {
          spend(costNanos - heldNanos)
          for (const [name, cost, isRunning] of limits) {
            if (isRunning) counts.set(name, (counts.get(name) ?? cost) - cost)
          }
        },
      }
    },
  }
}
