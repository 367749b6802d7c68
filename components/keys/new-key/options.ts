/** What a person may choose from when they create a key: read on the server, plain enough for the browser. */
import type { KeyKind } from '#lib/keys/contract.ts'
import type { BudgetPeriod, BudgetPosture, LimitKind } from '#lib/limits/contract.ts'

export type Guardrail = { readonly default: number | null; readonly maximum: number | null }

export type ProfileChoice = {
  readonly id: string
  readonly name: string
  readonly description: string
  /** Kinds of key that this person may create on it. */
  readonly kinds: readonly KeyKind[]
  readonly limits: Partial<Record<LimitKind, Guardrail>>
  readonly budget: {
    readonly default: {
      readonly amountUsd: string
      readonly period: BudgetPeriod
      readonly posture: BudgetPosture
    } | null
    /** A month's maximum; null for none. */
    readonly maximumUsd: string | null
  }
  readonly lifetimeDays: Guardrail
  /** Names of the models that a key on it may call, cheapest first. */
  readonly models: readonly ModelChoice[]
}

export type ModelChoice = {
  readonly name: string
  readonly endpoints: readonly string[]
  /** Dollars per million tokens, as decimal strings. */
  readonly inputUsd: string
  readonly outputUsd: string | null
}

export type NewKeyOptions = {
  readonly nowMs: number
  /** The person's own first. */
  readonly profiles: readonly ProfileChoice[]
  readonly teams: readonly { readonly id: string; readonly name: string; readonly isMember: boolean }[]
  readonly projects: readonly {
    readonly id: string
    readonly name: string
    readonly teamId: string
    readonly environment: string
  }[]
  /** The team that a key goes to unless the person says otherwise. */
  readonly teamId: string | null
  /** Admins may go beyond a maximum, which the audit log keeps. */
  readonly mayOverride: boolean
}
