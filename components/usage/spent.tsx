import { formatMoney, plural, toNanos } from '#components/ui/format.ts'
import type { UsageSums } from '#lib/reports/contract.ts'

type Sums = Pick<UsageSums, 'costUsd' | 'unpricedCalls'>

/** What was spent. Where calls are not priced their cost is not in the sum, and that is said: never $0. */
export function Spent({ sums }: { readonly sums: Sums }) {
  const { costUsd, unpricedCalls } = sums
  if (unpricedCalls === 0) return <span title={`$${costUsd}`}>{formatMoney(costUsd)}</span>
  const why = `${plural(unpricedCalls, 'call is', 'calls are')} not priced`
  if (isUnpriced(sums)) {
    return (
      <span title={why} className="text-warn-ink">
        not priced
      </span>
    )
  }
  return (
    <span title={`$${costUsd}, and ${why}`}>
      {formatMoney(costUsd)}
      <span aria-hidden className="text-warn-ink">
        {' '}
        +
      </span>
      <span className="sr-only"> and {why}</span>
    </span>
  )
}

/** The same for a figure: the sum, and beside it how many calls are not in it. */
export function spentFigure({ costUsd, unpricedCalls }: Sums) {
  if (isUnpriced({ costUsd, unpricedCalls })) return { value: 'Not priced', beside: undefined }
  const beside = unpricedCalls === 0 ? undefined : `+ ${plural(unpricedCalls, 'call')} not priced`
  return { value: formatMoney(costUsd), beside }
}

/** Nothing that was spent is known. */
export function isUnpriced({ costUsd, unpricedCalls }: Sums): boolean {
  return unpricedCalls > 0 && toNanos(costUsd) === 0n
}
