import { usedNothing, type CallLine } from '#components/calls/call-line.ts'
import { formatCallCost, formatCount } from '#components/ui/format.ts'

/** `18,204 + 612`, the way out in grey; "none" where no token was used. */
export function TokensCell({ call }: { readonly call: Pick<CallLine, 'tokensIn' | 'tokensOut'> }) {
  if (usedNothing(call)) return <span className="text-ink-3">none</span>
  return (
    <>
      {formatCount(call.tokensIn)} <span className="text-ink-3">+ {formatCount(call.tokensOut)}</span>
    </>
  )
}

/** What a call cost. A tilde where the provider did not say what was used and it had to be counted. */
export function CostCell({ call }: { readonly call: Pick<CallLine, 'costUsd' | 'estimated'> }) {
  const cost = formatCallCost(call.costUsd)
  if (!call.estimated) return cost
  return (
    <span title="Estimated: the provider reported no usage">
      <span className="sr-only">estimated </span>~{cost}
    </span>
  )
}
