/**
 * Limits and budgets as a plain model: a list of all calls that were let through, summed up anew for every question. Slow,
 * and as close to CONTRACT.md's words as code can be; what Redis decides is compared with it.
 */
import type { HoldBound } from '#lib/limits/admit.ts'
import type { BudgetRule, LimitRule } from '#lib/limits/contract.ts'
import { capNanos } from '#lib/limits/rule-set.ts'
import { costOfCall, spanOf, type CallTokens } from '#lib/limits/rules/limit-kinds.ts'

type Call = {
  readonly id: string
  readonly atMs: number
  readonly limits: readonly LimitRule[]
  readonly budgets: readonly BudgetRule[]
  /** What was set aside, then what it was. */
  tokens: CallTokens
  nanos: number
  running: boolean
}

export type ReferenceVerdict = {
  readonly kind: 'admitted' | 'limit' | 'budget'
  readonly outputAllowed: number
  readonly heldNanos: number
  readonly limits: readonly { readonly passed: boolean; readonly used: number; readonly margin: number }[]
  readonly budgets: readonly { readonly passed: boolean; readonly spent: number; readonly held: number }[]
}

export class ReferenceLimits {
  readonly #calls: Call[] = []

  /** Judges a call at a moment and, where it passes, counts it. `nowMs`: Redis' time. */
  admit(
    id: string,
    limits: readonly LimitRule[],
    budgets: readonly BudgetRule[],
    bound: HoldBound,
    nowMs: number,
    counts: boolean,
  ): ReferenceVerdict {
    const states = budgets.map((rule) => this.#budget(rule))
    let outputAllowed = bound.outputWanted
    for (const [b, rule] of budgets.entries()) {
      const cap = capNanos(rule)
      if (cap === null || bound.outputNanos === 0) continue
      const left = cap - states[b]!.spent - states[b]!.held - bound.promptNanos
      outputAllowed = Math.min(outputAllowed, Math.floor(left / bound.outputNanos))
    }
    if (outputAllowed < bound.outputLeast) outputAllowed = bound.outputWanted
    const tokens = { input: bound.promptTokens, output: outputAllowed }
    const heldNanos = bound.promptNanos + outputAllowed * bound.outputNanos
    const limitStates = limits.map((rule) => {
      const used = this.#used(rule, nowMs)
      const margin = rule.limit - used - costOfCall(rule.kind, tokens)
      return { passed: margin >= 0, used, margin }
    })
    const budgetStates = states.map((state, b) => {
      const cap = capNanos(budgets[b]!)
      return { ...state, passed: cap === null || state.spent + state.held + heldNanos <= cap }
    })
    const kind = limitStates.some(({ passed }) => !passed)
      ? 'limit'
      : budgetStates.some(({ passed }) => !passed)
        ? 'budget'
        : 'admitted'
    if (counts) this.#calls.push({ id, atMs: nowMs, limits, budgets, tokens, nanos: heldNanos, running: true })
    return { kind, outputAllowed, heldNanos, limits: limitStates, budgets: budgetStates }
  }

  /** The call ended, and was this. */
  settle(id: string, nanos: number, tokens: CallTokens): void {
    const call = this.#calls.find((one) => one.id === id)!
    call.running = false
    call.nanos = nanos
    call.tokens = tokens
  }

  #budget(rule: BudgetRule): { spent: number; held: number } {
    const mine = this.#calls.filter(({ budgets }) => budgets.some(({ id }) => id === rule.id))
    const sum = (running: boolean): number =>
      mine.filter((call) => call.running === running).reduce((total, { nanos }) => total + nanos, 0)
    return { spent: sum(false), held: sum(true) }
  }

  #used(rule: LimitRule, nowMs: number): number {
    const counted = this.#calls.filter(({ limits }) => limits.some((one) => isSame(one, rule)))
    if (spanOf(rule.kind) === 'running') return counted.filter(({ running }) => running).length
    if (spanOf(rule.kind) !== 'minute') return sumOf(rule, counted)
    // A bucket of `limit` that runs out evenly over a minute: what each call put in, and what has run out since.
    let level = 0
    let atMs = 0
    for (const call of counted) {
      level = Math.max(0, level - ((call.atMs - atMs) * rule.limit) / 60_000) + costOfCall(rule.kind, call.tokens)
      atMs = call.atMs
    }
    return Math.max(0, level - ((nowMs - atMs) * rule.limit) / 60_000)
  }
}

function sumOf(rule: LimitRule, calls: readonly Call[]): number {
  return calls.reduce((sum, call) => sum + costOfCall(rule.kind, call.tokens), 0)
}

function isSame(one: LimitRule, other: LimitRule): boolean {
  return one.kind === other.kind && one.scope.id === other.scope.id && one.models === other.models
}
