import type { Way } from '#components/decisions/ways-on.tsx'
import type { Outcome, TestedRule } from '#lib/ledger/contract.ts'

type Named = { readonly id: string; readonly name: string }

/** One decision as its page shows it. */
export type DecisionRecord = {
  readonly id: string
  readonly callId: string
  readonly atMs: number
  readonly outcome: Outcome
  readonly status: number
  readonly code: string | null
  readonly message: string | null
  readonly rules: readonly TestedRule[]
  readonly heldNanos: string | null
  readonly outputAsked: number | null
  readonly outputAllowed: number | null
  readonly promptTokens: number | null
  readonly retryAtMs: number | null
  readonly profile: { readonly name: string; readonly version: number | null } | null
  readonly key: Named | null
  readonly endpoint: string
  readonly model: string | null
  readonly userAgent: string | null
  readonly clientIp: string | null
  readonly costUsd: string
  readonly tookMs: number
  readonly ways: readonly Way[]
  /** Whom to ask: a person or a desk, with an address where one is known. */
  readonly contact: { readonly name: string; readonly mail: string | null; readonly why: string } | null
}
