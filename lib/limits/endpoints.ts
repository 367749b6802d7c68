/** What is left, on the management API. */
import * as z from 'zod'
import { limitsView, type KeyLimitsView } from '#lib/limits/contract.ts'
import { readLimits, type BudgetReading, type KeyLimits, type LimitReading } from '#lib/limits/read-limits.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

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
  return {
    kind: rule.kind,
    ...(rule.models === undefined ? {} : { models: rule.models }),
    limit: rule.limit,
    used,
    remaining,
    resetsAt: timeOf(resetsAtMs),
    scope: rule.scope,
    source: from,
  }
}

function budgetOf({
  rule,
  source: from,
  window,
  spentNanos,
  heldNanos,
  capNanos,
}: BudgetReading): KeyLimitsView['budgets'][number] {
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
