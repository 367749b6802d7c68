import { costWords, isUnpriced, unpricedWords } from '#components/calls/call-cost.ts'
import { tokensIn, tokensOut } from '#components/calls/tokens.ts'
import { formatCallCost, formatCount } from '#components/ui/format.ts'
import type { CallItem } from '#lib/reports/calls-contract.ts'

/** `18,204 + 612`, the way out in grey; "none" where no token was used. */
export function TokensCell({ call }: { readonly call: Pick<CallItem, 'tokens'> }) {
  const [sent, produced] = [tokensIn(call.tokens), tokensOut(call.tokens)]
  if (sent === 0 && produced === 0) return <span className="text-ink-3">none</span>
  return (
    <>
      {formatCount(sent)} <span className="text-ink-3">+ {formatCount(produced)}</span>
    </>
  )
}

/** What a call cost. A tilde where the provider did not say what was used and it had to be counted. */
export function CostCell({ call }: { readonly call: Pick<CallItem, 'costUsd' | 'unpriced' | 'estimated'> }) {
  const cost = formatCallCost(call.costUsd)
  if (isUnpriced(call)) {
    return (
      <span className="text-warn-ink" title={unpricedWords(call)}>
        {costWords(call)}
      </span>
    )
  }
  if (call.unpriced.length > 0) {
    return (
      <span title={unpricedWords(call)}>
        <span aria-hidden>
          {cost} <span className="text-warn-ink">+</span>
        </span>
        <span className="sr-only">{costWords(call)}</span>
      </span>
    )
  }
  if (!call.estimated) return cost
  return (
    <span title="Estimated: the provider reported no usage">
      <span className="sr-only">estimated </span>~{cost}
    </span>
  )
}
