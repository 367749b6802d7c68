/**
 * The rules of a grant in the words of functions/turn.lua. They are the same for every call until a window ends, so they are
 * compiled once.
 */
import type { BudgetRule, LimitRule } from '#lib/limits/contract.ts'
import { budgetKey, limitKey } from '#lib/limits/keys.ts'
import { countedBy, spanOf } from '#lib/limits/rules/limit-kinds.ts'
import { budgetWindow, limitWindow, type Window } from '#lib/limits/windows.ts'
import { versionKey } from '#lib/policy/versions.ts'

/** What calls are judged by. Compiled rules are kept by identity: give the same object for the same rules. */
export type AdmitRules = {
  readonly versions: readonly (readonly [subject: string, version: string])[]
  readonly limits: readonly LimitRule[]
  readonly budgets: readonly BudgetRule[]
  /** Of the limits' calendar windows. */
  readonly timeZone: string
}

export type RuleSet = {
  /** JSON, as turn.lua reads it. */
  readonly text: string
  readonly limitWindows: readonly Window[]
  readonly budgetWindows: readonly Window[]
  readonly budgetKeys: readonly string[]
  /** Nano-USD where each budget refuses; null where it only alerts. */
  readonly caps: readonly (number | null)[]
}

type Compiled = { readonly set: RuleSet; readonly fromMs: number; readonly untilMs: number }

const compiled = new WeakMap<AdmitRules, Compiled>()

/** The rule set that is valid at `nowMs`, in Redis' time. */
export function ruleSetAt(rules: AdmitRules, nowMs: number): RuleSet {
  let found = compiled.get(rules)
  if (!found || nowMs < found.fromMs || nowMs >= found.untilMs) {
    compiled.set(rules, (found = compile(rules, nowMs)))
  }
  return found.set
}

function compile({ versions, limits, budgets, timeZone }: AdmitRules, nowMs: number): Compiled {
  const limitWindows = limits.map((rule) => limitWindow(rule.kind, timeZone, nowMs))
  const budgetWindows = budgets.map((rule) => budgetWindow(rule.period, rule.timeZone, nowMs))
  const budgetKeys = budgets.map((rule, i) => budgetKey(rule, budgetWindows[i]!))
  const caps = budgets.map(capNanos)
  const text = JSON.stringify({
    versions: versions.map(([subject, version]) => [versionKey(subject), version]),
    limits: limits.map((rule, i) => {
      const window = limitWindows[i]!
      return [countedBy(rule.kind), spanOf(rule.kind), limitKey(rule, window), rule.limit, window.startMs, window.endMs]
    }),
    budgets: budgetKeys.map((key, i) => [key, caps[i] ?? -1, budgetWindows[i]!.startMs, budgetWindows[i]!.endMs]),
  })
  const bounded = [...limitWindows, ...budgetWindows].filter(({ endMs }) => endMs > 0)
  return {
    set: { text, limitWindows, budgetWindows, budgetKeys, caps },
    fromMs: Math.max(0, ...bounded.map(({ startMs }) => startMs)),
    untilMs: Math.min(Infinity, ...bounded.map(({ endMs }) => endMs)),
  }
}

/** Where a budget refuses, in nano-USD; null where it only alerts. At most 9.9e15, that is, exact in a double. */
export function capNanos(rule: BudgetRule): number | null {
  const at = enforcedAtNanos({ ...rule, amountNanos: BigInt(rule.amountNanos) })
  return at === null ? null : Number(at)
}

type Terms = Pick<BudgetRule, 'posture' | 'enforceAtPercent'> & { readonly amountNanos: bigint }

/** The same, exactly. */
export function enforcedAtNanos({ posture, amountNanos, enforceAtPercent }: Terms): bigint | null {
  if (posture === 'soft') return null
  return posture === 'hard' ? amountNanos : (amountNanos * BigInt(enforceAtPercent)) / 100n
}
