/**
 * ADMIT: one round trip that checks versions, every limit and every budget of a call, and sets the money aside. This file
 * asks, and turns the answer into facts; the decision itself is in functions/admit.lua.
 */
import type { BudgetRule, LimitRule } from '#lib/limits/contract.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { ruleSetAt, type AdmitRules, type RuleSet } from '#lib/limits/rule-set.ts'
import { takeTurn } from '#lib/limits/turn.ts'
import { costOfCall, spanOf, type CallTokens } from '#lib/limits/rules/limit-kinds.ts'
import type { Window } from '#lib/limits/windows.ts'
import type { RedisClient } from '#lib/platform/redis.ts'
import { versionKey } from '#lib/policy/versions.ts'

/** What a call may cost at most, in the terms that ADMIT needs. */
export type HoldBound = {
  /** Estimate for token limits. */
  readonly promptTokens: number
  /** Upper bound of the prompt's cost. */
  readonly promptNanos: number
  /** Upper bound of one output token's cost, times the number of choices. */
  readonly outputNanos: number
  readonly outputWanted: number
  /** Below this the call is refused rather than shortened; equal to `outputWanted` where the caller named a maximum. */
  readonly outputLeast: number
}

export type AdmitRequest = {
  readonly callId: string
  readonly rules: AdmitRules
  readonly bound: HoldBound
  /** JSON of lib/ledger/contract.ts' HoldDraft. */
  readonly draft: string
  /** The gateway's idea of Redis' time. */
  readonly nowMs: number
}

export type LimitState = {
  readonly rule: LimitRule
  readonly passed: boolean
  /** In use before this call. */
  readonly used: number
  /** Left after this call where it passed. */
  readonly remaining: number
  /** Until the limit is wholly free again. */
  readonly resetMs: number
  /** Until this call would pass; −1 where waiting can't help. */
  readonly retryMs: number
}

export type BudgetState = {
  readonly rule: BudgetRule
  readonly window: Window
  readonly passed: boolean
  /** Nano-USD before this call. */
  readonly spent: number
  readonly held: number
  /** Where calls are refused, nano-USD; null for a soft budget. */
  readonly cap: number | null
}

export type Judgement = {
  readonly redisNowMs: number
  readonly outputAllowed: number
  readonly heldNanos: number
  /** Tokens that were set aside: the prompt's estimate and the output allowed. */
  readonly held: CallTokens
  readonly limits: readonly LimitState[]
  readonly budgets: readonly BudgetState[]
  /** For SETTLE. */
  readonly budgetKeys: readonly string[]
  readonly ruleSet: RuleSet
}

export type AdmitReply =
  | ({ readonly kind: 'admitted' | 'limit' | 'budget' } & Judgement)
  | { readonly kind: 'stale' }
  /** Redis does not know these versions: nobody has told it, or it lost its data. */
  | { readonly kind: 'missing' }
  /** Redis lost data and is being told again; no call is judged meanwhile. */
  | { readonly kind: 'recovering' }
  | { readonly kind: 'clock'; readonly redisNowMs: number }
  | { readonly kind: 'seed'; readonly budgets: readonly { readonly rule: BudgetRule; readonly window: Window }[] }

/** Asks Redis. Throws when Redis does not answer in time. */
export async function admit(redis: RedisClient, request: AdmitRequest): Promise<AdmitReply> {
  const { callId, bound, rules } = request
  const set = ruleSetAt(rules, request.nowMs)
  const reply = await takeTurn(redis, {
    kind: 'admission',
    rules: set,
    values: [callId, bound.promptTokens, bound.promptNanos, bound.outputNanos, bound.outputWanted, bound.outputLeast],
    text: request.draft,
  })
  const [status, ...parts] = reply.split(' ')
  if (status === 'STALE') return { kind: 'stale' }
  if (status === 'MISS') return { kind: parts[0] === 'recovering' ? 'recovering' : 'missing' }
  if (status === 'CLOCK') return { kind: 'clock', redisNowMs: Number(parts[0]) }
  if (status === 'SEED') {
    const unknown = parts.map((place) => Number(place) - 1)
    return {
      kind: 'seed',
      budgets: unknown.map((b) => ({ rule: rules.budgets[b]!, window: set.budgetWindows[b]! })),
    }
  }
  const kind = status === 'OK' ? 'admitted' : status === 'LIMIT' ? 'limit' : 'budget'
  return { kind, ...judgement(parts, rules, set, bound) }
}

/** Reads `now (ms with fraction), output allowed, nanos held, .passes, limits…, budgets…`. */
function judgement(
  [now, allowed, nanos, passes = '', ...states]: readonly string[],
  { limits, budgets }: AdmitRules,
  set: RuleSet,
  bound: HoldBound,
): Judgement {
  const exactNowMs = Number(now)
  const redisNowMs = Math.floor(exactNowMs)
  const outputAllowed = Number(allowed)
  const tokens: CallTokens = { input: bound.promptTokens, output: outputAllowed }
  const passed = (place: number): boolean => passes[1 + place] === '1'
  return {
    redisNowMs,
    outputAllowed,
    heldNanos: Number(nanos),
    held: tokens,
    limits: limits.map((rule, l) =>
      limitState(rule, set.limitWindows[l]!, passed(l), Number(states[l]), tokens, exactNowMs),
    ),
    budgets: budgets.map((rule, b) => ({
      rule,
      window: set.budgetWindows[b]!,
      passed: passed(limits.length + b),
      spent: Number(states[limits.length + 2 * b]),
      held: Number(states[limits.length + 2 * b + 1]),
      cap: set.caps[b]!,
    })),
    budgetKeys: set.budgetKeys,
    ruleSet: set,
  }
}

const minuteMs = 60_000
/** Absorbs the rounding of fractions, in units; admit.lua has the same. */
const slack = 1e-6

/** `stored` is what was in use: of a bucket when it is free again, ms, or 0; else a count. */
function limitState(
  rule: LimitRule,
  window: Window,
  passed: boolean,
  stored: number,
  tokens: CallTokens,
  nowMs: number,
): LimitState {
  const { kind, limit } = rule
  const cost = costOfCall(kind, tokens)
  if (spanOf(kind) === 'minute') {
    // GCRA: a unit takes `interval` of the bucket's minute.
    const interval = minuteMs / limit
    const before = Math.max(0, stored - nowMs)
    const after = passed ? before + cost * interval : before
    return {
      rule,
      passed,
      used: Math.max(0, Math.ceil(before / interval - slack)),
      remaining: Math.floor((minuteMs - after) / interval + slack),
      resetMs: Math.ceil(after),
      retryMs: cost > limit ? -1 : Math.ceil(before + cost * interval - minuteMs),
    }
  }
  const remaining = Math.max(0, limit - stored - (passed ? cost : 0))
  if (spanOf(kind) === 'running') return { rule, passed, used: stored, remaining, resetMs: 0, retryMs: 1_000 }
  const resetMs = window.endMs - Math.floor(nowMs)
  return { rule, passed, used: stored, remaining, resetMs, retryMs: cost > limit ? -1 : resetMs }
}

/** Whether these versions are in force; false also where Redis does not know them. */
export async function versionsInForce(
  redis: RedisClient,
  versions: readonly (readonly [subject: string, version: string])[],
): Promise<boolean> {
  const reply = await callFunction(
    redis,
    'gatehouse_check',
    versions.map(([subject]) => versionKey(subject)),
    versions.map(([, version]) => version),
  )
  return reply === 'OK'
}
