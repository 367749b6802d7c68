/** What a budget's period has to say. Pure. */
import type { AlertFacts, AlertLevel } from '#lib/alerts/contract.ts'
import { dayText, type Forecast } from '#lib/alerts/rules/forecast.ts'
import type { Signal } from '#lib/alerts/rules/signal.ts'
import type { BudgetPeriod, BudgetPosture, ScopeType } from '#lib/limits/contract.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

/** A budget in its period as the rules look at it; of a budget for each member, one person's. */
export type BudgetNow = {
  readonly id: string
  readonly subjectType: ScopeType
  readonly subjectId: string
  readonly teamId: string | null
  readonly ownerUserId: string | null
  readonly perMemberOf: string | null
  readonly amountNanos: bigint
  readonly spentNanos: bigint
  readonly heldNanos: bigint
  readonly period: BudgetPeriod
  readonly posture: BudgetPosture
  /** Where calls are refused; null where the budget only alerts. */
  readonly enforcedAtNanos: bigint | null
  readonly thresholds: readonly number[]
  readonly timeZone: string
  /** Begin of the period, epoch ms; 0 for one that never ends. */
  readonly startMs: number
  readonly resetsAtMs: number | null
}

/** A forecast that misses by less than this is no news: it moves more than that from day to day. */
const forecastMarginPercent = 105n

/**
 * A hard budget is never spent to the last nano: calls are refused once what they hold no longer fits. With less than this
 * share left it is used up for everybody who asks.
 */
const usedUpPermille = 995n

export function isUsedUp(spentNanos: bigint, enforcedAtNanos: bigint | null): boolean {
  return enforcedAtNanos !== null && spentNanos * 1000n >= enforcedAtNanos * usedUpPermille
}

/** The highest threshold that is reached: it says all that the lower ones said. */
export function thresholdSignal(budget: BudgetNow): Signal | null {
  const { amountNanos, spentNanos, thresholds, enforcedAtNanos } = budget
  const usedUp = isUsedUp(spentNanos, enforcedAtNanos)
  const counted = usedUp && enforcedAtNanos! > spentNanos ? enforcedAtNanos! : spentNanos
  const reached = thresholds.filter((percent) => counted * 100n >= amountNanos * BigInt(percent))
  if (reached.length === 0) return null
  const threshold = Math.max(...reached)
  return {
    ...placeOf(budget),
    threshold,
    level: levelOf(threshold, usedUp),
    facts: {
      kind: 'budget_threshold',
      ...moneyOf(budget),
      heldUsd: usdOfNanos(budget.heldNanos),
    },
  }
}

/** Only while there is still something to be done about it: what is used up has its own alert. */
export function forecastSignal(budget: BudgetNow, forecast: Forecast | null): Signal | null {
  const { amountNanos, spentNanos, enforcedAtNanos } = budget
  if (!forecast || forecast.reachesDay === null) return null
  if (spentNanos >= amountNanos || isUsedUp(spentNanos, enforcedAtNanos)) return null
  if (forecast.endNanos * 100n < amountNanos * forecastMarginPercent) return null
  return {
    ...placeOf(budget),
    threshold: 0,
    level: 'warning',
    facts: {
      kind: 'budget_forecast',
      ...moneyOf(budget),
      endUsd: usdOfNanos(forecast.endNanos),
      reachesOn: dayText(forecast.reachesDay),
    },
  }
}

function levelOf(threshold: number, stops: boolean): AlertLevel {
  if (stops) return 'critical'
  return threshold >= 90 ? 'warning' : 'notice'
}

function placeOf({ id, subjectType, subjectId, startMs, teamId, ownerUserId }: BudgetNow) {
  return { subjectType, subjectId, occasion: `${id} ${startMs}`, budgetId: id, teamId, ownerUserId }
}

type Money = Omit<Extract<AlertFacts, { kind: 'budget_forecast' }>, 'kind' | 'endUsd' | 'reachesOn'>

function moneyOf(budget: BudgetNow): Money {
  const { enforcedAtNanos, resetsAtMs } = budget
  return {
    spentUsd: usdOfNanos(budget.spentNanos),
    amountUsd: usdOfNanos(budget.amountNanos),
    perMemberOf: budget.perMemberOf,
    period: budget.period,
    posture: budget.posture,
    enforcedAtUsd: enforcedAtNanos === null ? null : usdOfNanos(enforcedAtNanos),
    resetsAt: resetsAtMs === null ? null : new Date(resetsAtMs).toISOString(),
    timeZone: budget.timeZone,
  }
}
