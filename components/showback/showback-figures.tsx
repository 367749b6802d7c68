import { Figure, Figures } from '#components/ui/figures.tsx'
import {
  formatChange,
  formatCount,
  formatLimitMoney,
  formatMinute,
  formatMoney,
  formatDay,
  formatMonth,
  formatPercent,
  toNanos,
} from '#components/ui/format.ts'
import { spentFigure } from '#components/usage/spent.tsx'
import type { Showback } from '#lib/reports/showback-contract.ts'

const monthWord = (month: string) => formatMonth(Date.parse(`${month}-01T00:00:00Z`)).split(' ')[0]

/** Actual, budget, the month before, and what was counted. */
export function ShowbackFigures({ report }: { readonly report: Showback }) {
  const { totals, state, asOf, comparedWith } = report
  const atMs = Date.parse(asOf)
  const before = monthWord(comparedWith.month)
  const open = state === 'open'
  return (
    <Figures>
      <Figure
        label={
          open ? `Actual to ${formatDay(atMs)}, ${formatMinute(atMs)} UTC` : `Actual, whole ${monthWord(report.month)}`
        }
        {...spentFigure(totals)}
        note={
          totals.changePercent === null
            ? `Nothing in ${before} to compare with`
            : `${formatChange(totals.changePercent, before)}${open ? ' to the same hour' : ''}`
        }
      />
      <Budget totals={totals} />
      <Figure
        label={`${before}, whole month`}
        value={formatMoney(totals.lastMonthWholeUsd)}
        note={open ? `${formatMoney(totals.lastMonthUsd)} to the same hour` : 'The month before'}
      />
      <Figure label="Calls" value={formatCount(totals.calls)} note={callsNote(totals)} />
    </Figures>
  )
}

function Budget({ totals: { budgetUsd, leftUsd, usedPercent } }: Pick<Showback, 'totals'>) {
  if (budgetUsd === null || leftUsd === null)
    return (
      <Figure
        label="Budget"
        value={<span className="text-ink-3">none</span>}
        note="No budget that this can be set against"
      />
    )
  const left = toNanos(leftUsd)
  const over = left < 0n
  return (
    <Figure
      label="Budget"
      value={formatLimitMoney(budgetUsd)}
      beside={usedPercent === null ? undefined : `${formatPercent(usedPercent)} used`}
      note={over ? <span className="text-bad-ink">{formatMoney(-left)} over budget</span> : `${formatMoney(left)} left`}
    />
  )
}

function callsNote({ calls, refused, estimatedCalls }: Showback['totals']): string {
  if (calls === 0 && refused === 0) return 'No call in this month'
  const counted =
    estimatedCalls === 0 ? 'all counts exact' : `${formatPercent((estimatedCalls / calls) * 100)} estimated`
  return refused > 0 ? `${formatCount(refused)} more refused, ${counted}` : `None refused, ${counted}`
}
