/** What is left, on the management API. */
import * as z from 'zod'
import { budgetPeriods, budgetPostures, limitKinds, scopeTypes } from '#lib/limits/contract.ts'
import { readLimits, type BudgetReading, type KeyLimits, type LimitReading } from '#lib/limits/read-limits.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

const scope = z.object({ type: z.enum(scopeTypes), id: z.string(), name: z.string() })
const source = z.object({ layer: z.string(), id: z.string(), name: z.string() }).describe('The layer of policy that sets this value.')
const time = z.string().nullable()

const limit = z.object({
  kind: z.enum(limitKinds),
  limit: z.int(),
  used: z.int(),
  remaining: z.int(),
  resetsAt: time.describe('When nothing of it is in use any more.'),
  scope,
  source,
})

const budget = z.object({
  id: z.string(),
  period: z.enum(budgetPeriods),
  posture: z.enum(budgetPostures),
  amountUsd: z.string(),
  usedUsd: z.string().describe('Settled calls of this period.'),
  heldUsd: z.string().describe('Set aside for calls that are running.'),
  remainingUsd: z.string(),
  enforcedAtUsd: z.string().nullable().describe('Where calls are refused; null where the budget only alerts.'),
  startsAt: time,
  resetsAt: time,
  timeZone: z.string(),
  scope,
  source,
})

export const keyLimitsView = z.object({
  key: z.object({ id: z.string(), name: z.string(), last4: z.string(), status: z.string() }),
  limits: z.array(limit),
  budgets: z.array(budget),
})

export const limitsView = z.object({ at: z.string(), data: z.array(keyLimitsView) })
export type LimitsView = z.infer<typeof limitsView>
export type KeyLimitsView = z.infer<typeof keyLimitsView>

export const getMyLimits = defineEndpoint({
  method: 'GET',
  path: '/me/limits',
  summary: 'My limits and budgets, with what is left of each and where it comes from',
  description: 'One entry a key of the person, or the one key that is named, where the person may see it.',
  tag: 'Me',
  action: 'me.read',
  query: z.strictObject({
    filter: z.strictObject({ key: z.array(z.string().max(64)).length(1, 'Name one key.').optional() }).optional(),
  }),
  response: limitsView,
  handle: async ({ context, actor, query }) => {
    const { atMs, keys } = await readLimits(context, actor, { keyId: query.filter?.key?.[0] })
    return { at: new Date(atMs).toISOString(), data: keys.map(keyLimitsOf) }
  },
})

/** The reading as the API says it. */
export function keyLimitsOf({ key, limits, budgets }: KeyLimits): KeyLimitsView {
  return { key, limits: limits.map(limitOf), budgets: budgets.map(budgetOf) }
}

function limitOf({ rule, source: from, used, remaining, resetsAtMs }: LimitReading): KeyLimitsView['limits'][number] {
  return { kind: rule.kind, limit: rule.limit, used, remaining, resetsAt: timeOf(resetsAtMs), scope: rule.scope, source: from }
}

function budgetOf({ rule, source: from, window, spentNanos, heldNanos, capNanos }: BudgetReading): KeyLimitsView['budgets'][number] {
  const amount = BigInt(rule.amountNanos)
  const left = amount - spentNanos - heldNanos
  return {
    id: rule.id,
    period: rule.period,
    posture: rule.posture,
    amountUsd: usdOfNanos(amount),
    usedUsd: usdOfNanos(spentNanos),
    heldUsd: usdOfNanos(heldNanos),
    remainingUsd: usdOfNanos(left > 0n ? left : 0n),
    enforcedAtUsd: capNanos === null ? null : usdOfNanos(capNanos),
    startsAt: window.endMs === 0 ? null : timeOf(window.startMs),
    resetsAt: window.endMs === 0 ? null : timeOf(window.endMs),
    timeZone: rule.timeZone,
    scope: rule.scope,
    source: from,
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
