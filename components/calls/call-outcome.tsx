import { Link } from '#components/ui/link.tsx'
import { State, type CallState } from '#components/ui/status.tsx'
import type { Outcome } from '#lib/ledger/contract.ts'

const states: Record<Outcome, CallState> = {
  served: 'served',
  refused: 'refused',
  failed: 'failed',
  aborted: 'cut',
  cut: 'cut',
  interrupted: 'cut',
}

/** Where the status alone would not say it: the client was told 200 before the stream ended badly. */
const words: Partial<Record<Outcome, string>> = {
  aborted: 'Client left',
  cut: 'Cut off',
  interrupted: 'Interrupted',
}

export const outcomeWords: Record<Outcome, string> = {
  served: 'Served',
  refused: 'Refused',
  failed: 'Failed upstream',
  aborted: 'Client left',
  cut: 'Cut off',
  interrupted: 'Interrupted',
}

export type CallOutcomeProps = {
  readonly outcome: Outcome
  readonly status: number
  /** The decision behind a refusal; without it there is no "Why?". */
  readonly decisionId?: string | null
}

/** How a call ended, and for a refused one the way to the reason. */
export function CallOutcome({ outcome, status, decisionId }: CallOutcomeProps) {
  return (
    <span className="inline-flex items-center gap-2.5">
      <State of="call" state={states[outcome]}>
        {words[outcome] ?? status}
      </State>
      {outcome === 'refused' && decisionId ? <Link href={`/decisions/${decisionId}`}>Why?</Link> : null}
    </span>
  )
}

/** The same with words, for the head of a page. */
export function OutcomeHead({ outcome, status, code }: CallOutcomeProps & { readonly code?: string | null }) {
  return (
    <State of="call" state={states[outcome]}>
      {outcomeWords[outcome]}
      {outcome === 'served' || outcome === 'refused' || outcome === 'failed' ? `, ${status}` : ''}
      {code ? ` ${code}` : ''}
    </State>
  )
}
