import type { CostLine } from '#components/calls/cost-table.tsx'
import type { Timing } from '#components/calls/timing-phases.ts'
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { Attempt, Outcome, TestedRule } from '#lib/ledger/contract.ts'

type Named = { readonly id: string; readonly name: string }

/** What the ledger holds about one call, with names. */
export type Receipt = {
  readonly id: string
  readonly decisionId: string
  readonly atMs: number
  readonly outcome: Outcome
  readonly status: number
  readonly code: string | null
  readonly key: (Named & { readonly kind: string | null }) | null
  readonly person: Named | null
  readonly workload: (Named & { readonly kind: string }) | null
  readonly team: Named | null
  readonly project: Named | null
  readonly costCentre: { readonly code: string; readonly name: string | null } | null
  readonly environment: string | null
  readonly identityMethod: string
  readonly userAgent: string | null
  readonly clientIp: string | null
  readonly endpoint: string
  readonly stream: boolean
  readonly modelAsked: string | null
  readonly model: string | null
  readonly modelServed: string | null
  readonly provider: string | null
  readonly region: string | null
  readonly tokens: TokenVector
  readonly tokensIn: number
  readonly tokensOut: number
  readonly priceLines: readonly CostLine[]
  readonly costUsd: string
  /** Which version of the price book, and since when it holds. */
  readonly price: { readonly id: string; readonly sinceMs: number | null } | null
  readonly estimated: boolean
  readonly estimatedWhy: string | null
  readonly attempts: readonly Omit<Attempt, 'credentialId'>[]
  readonly rules: readonly TestedRule[]
  readonly heldNanos: string | null
  readonly timing: Timing
}
