import { Chart } from '#components/charts/chart.tsx'
import { SpendPeriodSwitch } from '#components/keys/detail/spend-period.tsx'
import { spendSpan, withExpected, type SpendPeriod } from '#components/keys/detail/spend-points.ts'
import { formatMonth } from '#components/ui/format.ts'
import { Section } from '#components/ui/section.tsx'
import { spendChart, type SpendRow } from '#components/usage/series.ts'

type SpendChartProps = { readonly rows: readonly SpendRow[]; readonly period: SpendPeriod; readonly nowMs: number }

const words: Record<SpendPeriod, string> = {
  day: 'in the last 24 hours',
  week: 'in the last 7 days',
  month: 'this month',
}

/** Where the money of this key goes, and where the month will end. */
export function SpendChart({ rows, period, nowMs }: SpendChartProps) {
  const span = spendSpan(period, nowMs)
  const chart = spendChart(rows, span)
  const { points, series } = period === 'month' ? withExpected(chart, { fromMs: span.fromMs, nowMs }) : chart
  const title = period === 'day' ? 'Spend an hour, by model' : 'Spend a day, by model'
  const switcher = <SpendPeriodSwitch month={formatMonth(nowMs).split(' ')[0] ?? ''} />
  if (series.length === 0) {
    return (
      <Section title={title} end={switcher}>
        <p className="text-ink-2">Nothing was spent {words[period]}.</p>
      </Section>
    )
  }
  return (
    <Chart
      kind="bars"
      title={title}
      summary={`${title}, ${words[period]}`}
      unit="usd"
      pointName={period === 'day' ? 'Hour, UTC' : 'Day'}
      points={points}
      series={series}
      end={switcher}
    />
  )
}
