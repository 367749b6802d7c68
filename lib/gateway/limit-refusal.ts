/**
 * Limits and budgets in words: the refusal when one did not pass, the headers that tell what is left, and the rules for
 * the decision record. All from the same admission, so they can't disagree. Pure.
 */
import type { Format } from '#lib/formats/contract.ts'
import type { Refusal, RefusalCode } from '#lib/gateway/refusal.ts'
import type { Standing, WrittenRule } from '#lib/ledger/contract.ts'
import type { AdmitReply, BudgetState, LimitState } from '#lib/limits/admit.ts'
import type { LimitKind, Scope } from '#lib/limits/contract.ts'
import { namedScope } from '#lib/limits/rules/rules-of-model.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

export type Judged = Extract<AdmitReply, { readonly kind: 'admitted' | 'limit' | 'budget' }>

const codes: Record<LimitKind, RefusalCode> = {
  rpm: 'rate_limit_exceeded',
  rph: 'rate_limit_exceeded',
  rpd: 'daily_quota_exceeded',
  tpm: 'token_limit_exceeded',
  itpm: 'token_limit_exceeded',
  otpm: 'token_limit_exceeded',
  tpd: 'daily_quota_exceeded',
  itpd: 'daily_quota_exceeded',
  otpd: 'daily_quota_exceeded',
  concurrency: 'concurrency_limit_exceeded',
}

const words: Record<LimitKind, string> = {
  rpm: 'requests a minute',
  rph: 'requests an hour',
  rpd: 'requests a day',
  tpm: 'tokens a minute',
  itpm: 'input tokens a minute',
  otpm: 'output tokens a minute',
  tpd: 'tokens a day',
  itpd: 'input tokens a day',
  otpd: 'output tokens a day',
  concurrency: 'calls at once',
}

const periodWords = {
  day: 'today',
  week: 'this week',
  month: 'this month',
  quarter: 'this quarter',
  total: 'in total',
} as const

/** The refusal of an admission that did not pass. */
export function limitRefusal(judged: Judged): Refusal {
  // Waiting is only worth it until the last of the limits that refused lets the call through.
  const limit = judged.limits.filter((state) => !state.passed).toSorted((a, b) => waitOf(b) - waitOf(a))[0]
  if (limit) return refusalOfLimit(limit, judged.redisNowMs)
  return refusalOfBudget(
    judged.budgets.find((state) => !state.passed)!,
    judged,
  )
}

function waitOf(state: LimitState): number {
  return state.retryMs < 0 ? Infinity : state.retryMs
}

function refusalOfLimit({ rule, used, retryMs }: LimitState, nowMs: number): Refusal {
  const what = `${rule.limit.toLocaleString('en-US')} ${words[rule.kind]}`
  const facts = {
    code: codes[rule.kind],
    scope: namedScope(rule),
    limit: rule.limit,
    used,
    unit: words[rule.kind],
  }
  const subject = `${capital(rule.scope.type)} "${namedScope(rule).name}" may use ${what}, and ${used.toLocaleString('en-US')} are in use.`
  if (retryMs < 0) {
    return {
      ...facts,
      final: true,
      message: `${subject} This call alone needs more than that: send less, or ask for a higher limit.`,
    }
  }
  const seconds = Math.max(1, Math.ceil(retryMs / 1000))
  return {
    ...facts,
    resetsAtMs: nowMs + retryMs,
    retryAfterSeconds: seconds,
    message: `${subject} Try again in ${seconds} s.`,
  }
}

function refusalOfBudget({ rule, window, spent, held, cap }: BudgetState, judged: Judged): Refusal {
  const left = Math.max(0, (cap ?? 0) - spent - held)
  const ends = window.endMs > 0
  return {
    code: 'insufficient_quota',
    scope: rule.scope,
    limit: usdOfNanos(BigInt(cap ?? 0)),
    used: usdOfNanos(BigInt(spent)),
    held: usdOfNanos(BigInt(held)),
    unit: 'USD',
    final: true,
    resetsAtMs: ends ? window.endMs : null,
    ...(ends ? { retryAfterSeconds: Math.max(1, Math.ceil((window.endMs - judged.redisNowMs) / 1000)) } : {}),
    message:
      `This call needs up to $${usdOfNanos(BigInt(judged.heldNanos))}, and ${rule.scope.type} "${rule.scope.name}" has ` +
      `$${usdOfNanos(BigInt(left))} left of its $${usdOfNanos(BigInt(cap ?? 0))} ${periodWords[rule.period]} ` +
      `(spent $${usdOfNanos(BigInt(spent))}, held for running calls $${usdOfNanos(BigInt(held))}). ` +
      (ends
        ? `It resets at ${new Date(window.endMs).toISOString()}.`
        : 'It does not reset by itself: ask for a larger budget.'),
  }
}

/**
 * The tightest limit of each sort as the caller's clients know it, and what is left of the tightest budget. Names and
 * values in turn.
 */
export function headroomHeaders(judged: Judged, format: Format): string[] {
  const headers: string[] = []
  addLimit(headers, format, 'requests', tightest(judged.limits, ['rpm', 'rph', 'rpd']), judged.redisNowMs)
  addLimit(
    headers,
    format,
    'tokens',
    tightest(judged.limits, ['tpm', 'tpd', 'itpm', 'itpd', 'otpm', 'otpd']),
    judged.redisNowMs,
  )
  const left = budgetLeftNanos(judged)
  if (left !== null) headers.push('x-gatehouse-budget-remaining-usd', usdOfNanos(BigInt(left)))
  return headers
}

/** Nano-USD left on the tightest budget after this call's hold; null where no budget refuses. */
function budgetLeftNanos(judged: Judged): number | null {
  const hold = judged.kind === 'admitted' ? judged.heldNanos : 0
  let least: number | null = null
  for (const { cap, spent, held } of judged.budgets) {
    if (cap === null) continue
    const left = Math.max(0, cap - spent - held - hold)
    if (least === null || left < least) least = left
  }
  return least
}

function tightest(limits: readonly LimitState[], kinds: readonly LimitKind[]): LimitState | null {
  let found: LimitState | null = null
  for (const state of limits) {
    if (!kinds.includes(state.rule.kind)) continue
    if (!found || state.remaining / state.rule.limit < found.remaining / found.rule.limit) found = state
  }
  return found
}

function addLimit(
  headers: string[],
  format: Format,
  sort: 'requests' | 'tokens',
  state: LimitState | null,
  nowMs: number,
) {
  if (!state) return
  const { rule, remaining, resetMs } = state
  headers.push(...format.limitHeaders({ sort, limit: rule.limit, remaining: Math.max(0, remaining), resetMs, nowMs }))
}

/** The limits and budgets of an admitted call, in short. */
export function standingOf({ limits, budgets }: Judged): Standing {
  const scopes: [string, string, string][] = []
  const placeOf = ({ type, id, name }: Scope): number => {
    const place = scopes.findIndex((scope) => scope[1] === id && scope[0] === type && scope[2] === name)
    return place < 0 ? scopes.push([type, id, name]) - 1 : place
  }
  return {
    limits: limits.map(({ rule, used }) => [rule.kind, placeOf(namedScope(rule)), rule.limit, used]),
    budgets: budgets.map(({ rule, window, spent, held, cap }) => [
      rule.period,
      placeOf(rule.scope),
      rule.posture,
      cap === null ? rule.amountNanos : String(cap),
      String(spent),
      String(held),
      window.endMs,
    ]),
    scopes,
  }
}

/** The limits and budgets of an admission as tested rules. Budget amounts are nano-USD as text. */
export function testedLimits(judged: Judged): WrittenRule[] {
  const rules: WrittenRule[] = []
  for (const { rule, passed, used, resetMs } of judged.limits) {
    const tested: WrittenRule = { rule: rule.kind, scope: namedScope(rule), limit: rule.limit, used }
    if (!passed) tested.passed = false
    if (resetMs > 0 && !passed) tested.resetsAtMs = judged.redisNowMs + resetMs
    rules.push(tested)
  }
  for (const { rule, window, passed, spent, held, cap } of judged.budgets) {
    const tested: WrittenRule = {
      rule: `budget_${rule.period}`,
      scope: rule.scope,
      source: rule.posture,
      limit: cap === null ? rule.amountNanos : String(cap),
      used: String(spent),
      held: String(held),
      unit: 'nanos',
    }
    if (!passed) tested.passed = false
    if (window.endMs > 0) tested.resetsAtMs = window.endMs
    rules.push(tested)
  }
  return rules
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll('_', ' ')
}
