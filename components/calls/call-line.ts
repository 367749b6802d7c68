import type { Outcome } from '#lib/ledger/contract.ts'

/** One call as a list shows it. */
export type CallLine = {
  readonly id: string
  readonly atMs: number
  readonly outcome: Outcome
  readonly status: number
  readonly decisionId: string
  /** The catalogue's name where it was resolved, else what was asked for. */
  readonly model: string | null
  readonly key: { readonly id: string; readonly name: string } | null
  readonly userAgent: string | null
  readonly tokensIn: number
  readonly tokensOut: number
  readonly costUsd: string
  readonly estimated: boolean
  readonly tookMs: number
}

/** Nothing went in or out: refused, or failed before the provider counted anything. */
export function usedNothing({ tokensIn, tokensOut }: Pick<CallLine, 'tokensIn' | 'tokensOut'>): boolean {
  return tokensIn === 0 && tokensOut === 0
}
