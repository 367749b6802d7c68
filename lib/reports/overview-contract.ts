/** What the overview says. Money is nano-dollars: it is drawn on the server. */
import type { ProviderCondition } from '#lib/reports/rules/provider-state.ts'

/** How far the overview looks back. */
export const overviewPeriods = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const
export type OverviewPeriod = keyof typeof overviewPeriods

export type OverviewInput = { readonly period: OverviewPeriod; readonly environment: string | null }

export type Overview = {
  readonly atMs: number
  readonly traffic: Traffic | null
  readonly timing: Timing | null
  readonly spend: Spend | null
  readonly providers: readonly ProviderHealth[] | null
  readonly refusals: readonly RefusalReason[] | null
  readonly attention: readonly Attention[] | null
  readonly exactness: Exactness | null
  readonly ledger: { readonly setAside: number } | null
}

export type Traffic = {
  readonly calls: number
  readonly refused: number
  /** Of the period before, for comparing. */
  readonly callsBefore: number
  readonly people: number
  readonly workloads: number
}

export type Timing = {
  /** From arrival to admission, as the gateway measured it on each call. */
  readonly addedP50Ms: number | null
  readonly addedP95Ms: number | null
  /** Of streamed calls. */
  readonly firstTokenP50Ms: number | null
  readonly calls: number
  /** Set where the period had more calls than are read: the figures begin here. */
  readonly sinceMs: number | null
}

export type Spend = {
  readonly monthStartMs: number
  readonly spentNanos: bigint
  /** Calls of this month whose cost is not in it, for they have no price. */
  readonly unpricedCalls: number
  /** Last month up to the same day and hour. */
  readonly lastMonthNanos: bigint
  /** The organisation's monthly budget; null where there is none, or where the reader may not see budgets. */
  readonly budgetNanos: bigint | null
}

export type ProviderHealth = {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly simulated: boolean
  readonly regions: readonly string[]
  readonly condition: ProviderCondition
  readonly calls: number
  /** Of all calls that reached a provider, 0 to 1. */
  readonly share: number
  readonly tries: number
  readonly errors: number
  readonly throttled: number
  readonly firstTokenP50Ms: number | null
  readonly p95Ms: number | null
  /** Calls an hour (a day in longer periods), oldest first. */
  readonly trend: readonly number[]
}

export type RefusalReason = {
  readonly code: string
  readonly calls: number
  readonly keys: number
  readonly lastMs: number
  /** The latest of them, for those who may read decisions. */
  readonly decisionId: string | null
  /** The key that met it most often, for those who may see keys. */
  readonly key: { readonly id: string; readonly name: string } | null
}

export type AttentionKind =
  | 'quarantined_key'
  | 'quarantined_user'
  | 'quarantined_team'
  | 'quarantined_workload'
  | 'quarantined_provider'
  | 'quarantined_model'
  | 'keys_without_owner'
  | 'models_without_price'
  | 'keys_ending'
  | 'models_ending'

export type Attention = {
  readonly kind: AttentionKind
  readonly total: number
  /** A few of them by name; empty for readers who may not see them one by one. */
  readonly first: readonly {
    readonly id: string
    readonly name: string
    readonly atMs: number | null
    readonly reason: string | null
  }[]
}

export type Exactness = {
  readonly openHolds: number
  /** What running calls hold on the organisation's budget, where it has one and the reader may see it. */
  readonly heldNanos: bigint | null
  /** Usage events that wait to be booked, and the age of the oldest. */
  readonly waitingEvents: number
  readonly oldestMs: number
}
