/**
 * ADMIT: one round trip that checks versions, every limit and every budget of a call, and sets the money aside. This file
 * turns rules into the function's arguments and its answer into facts; the decision itself is in functions.lua.
 */
import type { BudgetRule, LimitRule } from '#lib/limits/contract.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { budgetKey, holdKey, limitKey, openHolds } from '#lib/limits/keys.ts'
import { budgetWindow, limitWindow, type Window } from '#lib/limits/windows.ts'
import type { RedisClient } from '#lib/platform/redis.ts'
import { versionKey } from '#lib/policy/versions.ts'

/** How long a hold lives without its gateway renewing it. */
export const leaseMs = 8_000

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
  readonly versions: readonly (readonly [subject: string, version: string])[]
  readonly limits: readonly LimitRule[]
  readonly budgets: readonly BudgetRule[]
  readonly timeZone: string
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

export type AdmitReply =
  | {
      readonly kind: 'admitted' | 'limit' | 'budget'
      readonly redisNowMs: number
      readonly outputAllowed: number
      readonly heldNanos: number
      readonly limits: readonly LimitState[]
      readonly budgets: readonly BudgetState[]
      /** For SETTLE. */
      readonly budgetKeys: readonly string[]
    }
  | { readonly kind: 'stale' }
  | { readonly kind: 'clock'; readonly redisNowMs: number }
  | { readonly kind: 'seed'; readonly budgets: readonly { readonly rule: BudgetRule; readonly window: Window }[] }

/** Asks Redis. Throws when Redis does not answer in time. */
export async function admit(redis: RedisClient, request: AdmitRequest): Promise<AdmitReply> {
  const { versions, limits, budgets, bound, nowMs } = request
  const limitWindows = limits.map((rule) => limitWindow(rule.kind, request.timeZone, nowMs))
  const windows = budgets.map((rule) => budgetWindow(rule.period, rule.timeZone, nowMs))
  const budgetKeys = budgets.map((rule, i) => budgetKey(rule, windows[i]!))
  const keys = [openHolds, holdKey(request.callId)]
  for (const [subject] of versions) keys.push(versionKey(subject))
  for (const [i, rule] of limits.entries()) keys.push(limitKey(rule, limitWindows[i]!))
  keys.push(...budgetKeys)

  const question = JSON.stringify([
    request.callId,
    leaseMs,
    bound.promptTokens,
    bound.promptNanos,
    bound.outputNanos,
    bound.outputWanted,
    bound.outputLeast,
    versions.map(([, version]) => version),
    limits.map((rule, i) => [rule.kind, rule.limit, limitWindows[i]!.startMs, limitWindows[i]!.endMs]),
    budgets.map((rule, i) => [capNanos(rule) ?? -1, windows[i]!.startMs, windows[i]!.endMs]),
  ])
  const reply = (await callFunction(redis, 'gatehouse_admit', keys, [question, request.draft])) as string
  const [status, ...parts] = reply.split(' ')
  const numbers = parts.map(Number)
  if (status === 'STALE' || status === 'MISS') return { kind: 'stale' }
  if (status === 'CLOCK') return { kind: 'clock', redisNowMs: numbers[0]! }
  if (status === 'SEED') {
    return { kind: 'seed', budgets: numbers.map((n) => ({ rule: budgets[n - 1]!, window: windows[n - 1]! })) }
  }
  const budgetsAt = 3 + 5 * limits.length
  return {
    kind: status === 'OK' ? 'admitted' : status === 'LIMIT' ? 'limit' : 'budget',
    redisNowMs: numbers[0]!,
    outputAllowed: numbers[1]!,
    heldNanos: numbers[2]!,
    limits: limits.map((rule, i) => limitState(rule, numbers, 3 + 5 * i)),
    budgets: budgets.map((rule, i) => ({
      rule,
      window: windows[i]!,
      passed: numbers[budgetsAt + 3 * i] === 1,
      spent: numbers[budgetsAt + 3 * i + 1]!,
      held: numbers[budgetsAt + 3 * i + 2]!,
      cap: capNanos(rule),
    })),
    budgetKeys,
  }
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

/** Where a budget refuses, in nano-USD; null where it only alerts. At most 9.9e15, that is, exact in a double. */
export function capNanos(rule: BudgetRule): number | null {
  if (rule.posture === 'soft') return null
  const amount = BigInt(rule.amountNanos)
  if (rule.posture === 'hard') return Number(amount)
  return Number((amount * BigInt(rule.enforceAtPercent)) / 100n)
}

function limitState(rule: LimitRule, numbers: readonly number[], at: number): LimitState {
  return {
    rule,
    passed: numbers[at] === 1,
    used: numbers[at + 1]!,
    remaining: numbers[at + 2]!,
    resetMs: numbers[at + 3]!,
    retryMs: numbers[at + 4]!,
  }
}
