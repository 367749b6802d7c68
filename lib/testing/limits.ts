/** Calls that are admitted and settled against a real Redis, without a gateway around them. */
import type { WrittenEvent } from '#lib/ledger/contract.ts'
import { admit, type AdmitReply, type AdmitRequest, type HoldBound } from '#lib/limits/admit.ts'
import type { BudgetPeriod, BudgetPosture, BudgetRule, LimitKind, LimitRule, Scope } from '#lib/limits/contract.ts'
import { createSeeder, type SeedBudget } from '#lib/limits/seed.ts'
import type { AdmitRules } from '#lib/limits/rule-set.ts'
import { environmentName } from '#lib/limits/rules/subject-of-scope.ts'
import type { Settlement } from '#lib/limits/settle.ts'
import { limitTokens } from '#lib/gateway/usage-event.ts'
import { newId } from '#lib/platform/ids.ts'
import type { RedisClient } from '#lib/platform/redis.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

export function aScope(type: Scope['type'] = 'key', id: string = newId('key')): Scope {
  return { type, id, name: id.slice(-6) }
}

export function aLimit(kind: LimitKind, limit: number, scope: Scope = aScope()): LimitRule {
  return { scope, kind, limit }
}

type BudgetWish = { readonly period?: BudgetPeriod; readonly posture?: BudgetPosture; readonly timeZone?: string }

export function aBudget(amountNanos: number, scope: Scope = aScope(), wish: BudgetWish = {}): BudgetRule {
  const { period = 'month', posture = 'hard', timeZone = 'UTC' } = wish
  return {
    id: newId('bud'),
    scope,
    amountNanos: String(amountNanos),
    period,
    posture,
    enforceAtPercent: 110,
    timeZone,
  }
}

/** One token in, one nano; one token out, one nano: holds and costs are plain numbers. */
export function aBound(promptNanos: number, outputWanted: number, outputLeast: number = outputWanted): HoldBound {
  return { promptTokens: promptNanos, promptNanos, outputNanos: 1, outputWanted, outputLeast }
}

export type RequestWish = Partial<AdmitRules & Omit<AdmitRequest, 'rules'>>

/** A call that holds 10 for its prompt and 90 for its output, where nothing else is said. */
export function aRequest(differences: RequestWish = {}): AdmitRequest {
  const nowMs = Date.now()
  const { versions = [], limits = [], budgets = [], timeZone = 'UTC', ...others } = differences
  const callId = others.callId ?? newId('call', nowMs)
  return {
    callId,
    rules: { versions, limits, budgets, timeZone },
    bound: aBound(10, 90),
    draft: aDraft(anEvent({ id: callId, at: nowMs, tokens: {}, costNanos: '0', outcome: 'refused' })),
    nowMs,
    ...others,
  }
}

/** What the hold carries for the sweeper: a nano for each token on either side. */
export function aDraft(event: WrittenEvent, promptTokensEstimate: number = 10): string {
  return JSON.stringify({ event, prices: { input: 1_000_000, output: 1_000_000 }, promptTokensEstimate })
}

/** A seeder for a ledger in which nothing was ever spent. */
export function emptyLedger(redis: RedisClient): SeedBudget {
  return createSeeder(redis, async () => 0n)
}

/** Admits as the gateway does: a budget period that is not known is seeded, and the question put again. */
export async function admitSeeded(
  redis: RedisClient,
  request: AdmitRequest,
  seed = emptyLedger(redis),
): Promise<AdmitReply> {
  for (let round = 0; round < 100; round++) {
    const reply = await admit(redis, request)
    if (reply.kind !== 'seed') return reply
    for (const { rule, window } of reply.budgets) await seed(rule, window)
  }
  throw new Error('the budgets stayed unknown')
}

/** The end of a call that cost so many nanos, a token for each. */
export function aSettlement(request: AdmitRequest, nanos: number, budgetKeys: readonly string[] = []): Settlement {
  const tokens = { input: 10, output: Math.max(0, nanos - 10) }
  const idsOf = (type: Scope['type']) =>
    request.rules.budgets.filter(({ scope }) => scope.type === type).map(({ scope }) => scope.id)
  const [environment] = idsOf('environment')
  const event = anEvent({
    id: request.callId,
    at: request.nowMs,
    keyId: idsOf('key')[0] ?? 'key_one',
    userId: idsOf('user')[0] ?? 'user_dana',
    teamId: idsOf('team')[0] ?? 'team_search',
    ...(environment === undefined ? {} : { environment: environmentName(environment) }),
    groups: idsOf('group'),
    tags: Object.fromEntries(idsOf('tag').map((tag) => tag.split('='))),
    tokens,
    costNanos: String(nanos),
  })
  return { event, tokens: limitTokens(tokens), budgetKeys }
}

/** Everything that Redis holds, expiries included, to compare what was before with what is after. */
export async function contentsOf(redis: RedisClient): Promise<Map<string, string>> {
  const contents = new Map<string, string>()
  for (const key of (await redis.keys('*')).toSorted()) {
    const bytes = await redis.dumpBuffer(key)
    contents.set(key, `${bytes?.toString('base64')} until ${await redis.pexpiretime(key)}`)
  }
  return contents
}
