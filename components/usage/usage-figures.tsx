import { Figure, Figures } from '#components/ui/figures.tsx'
import {
  formatBigCount,
  formatChange,
  formatCount,
  formatPercent,
  plural,
  shareOf,
  toNanos,
} from '#components/ui/format.ts'
import { isUnpriced, spentFigure } from '#components/usage/spent.tsx'
import type { UsageSums } from '#lib/reports/contract.ts'

type UsageFiguresProps = {
  readonly totals: UsageSums
  readonly before: UsageSums
  /** "in November 2026". */
  readonly within: string
  /** "October": what the change is against. */
  readonly against: string
}

/** Spend, calls, tokens and the cache, over the whole filtered period. */
export function UsageFigures({ totals, before, within, against }: UsageFiguresProps) {
  const prompt = totals.inputTokens + totals.cachedTokens
  const cacheShare = prompt === 0 ? null : (totals.cachedTokens / prompt) * 100
  const made = totals.calls
  return (
    <Figures>
      <Figure
        label={`Spent ${within}`}
        {...spentFigure(totals)}
        note={
          isUnpriced(totals)
            ? plural(totals.unpricedCalls, 'call')
            : changeWords(toNanos(totals.costUsd), toNanos(before.costUsd), against)
        }
      />
      <Figure label="Calls" value={formatCount(made)} note={callsNote(totals)} />
      <Figure
        label="Tokens in, out"
        value={formatBigCount(prompt)}
        beside={`+ ${formatBigCount(totals.outputTokens)}`}
        note={made === 0 ? 'None yet' : `${formatBigCount(Math.round((prompt + totals.outputTokens) / made))} a call`}
      />
      <Figure
        label="Read from cache"
        value={cacheShare === null ? '–' : formatPercent(cacheShare)}
        beside="of tokens in"
        note={
          totals.cachedTokens === 0
            ? 'Nothing so far'
            : `${formatBigCount(totals.cachedTokens)} tokens, at the cached price`
        }
      />
    </Figures>
  )
}

/** Refused calls are counted beside those that were let through. */
function callsNote({ calls, refused, estimatedCalls }: UsageSums): string {
  if (calls + refused === 0) return 'None yet'
  const parts = [
    refused === 0
      ? 'None refused'
      : `and ${formatCount(refused)} refused, ${formatPercent((refused / (calls + refused)) * 100)}`,
  ]
  if (estimatedCalls > 0) parts.push(`${formatCount(estimatedCalls)} estimated`)
  return parts.join(', ')
}

function changeWords(now: bigint, then: bigint, against: string): string {
  if (then === 0n) return now === 0n ? 'Nothing spent' : `Nothing spent in ${against}`
  return formatChange((shareOf(now, then) - 1) * 100, against)
}
