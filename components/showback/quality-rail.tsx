import { topMovers } from '#components/showback/showback-rows.ts'
import { cutWords, type Cut } from '#components/showback/showback-query.ts'
import { formatCount, formatMoneyDifference, formatPercent, shareOf, toNanos } from '#components/ui/format.ts'
import { Glyph } from '#components/ui/glyph.tsx'
import { Rows, Section } from '#components/ui/section.tsx'
import type { Showback, ShowbackRow } from '#lib/reports/showback-contract.ts'

type QualityRailProps = {
  readonly rows: readonly ShowbackRow[]
  readonly totals: Showback['totals']
  readonly by: Cut
  readonly before: string
}

/** Whether the figures can be relied on, and what moved them. */
export function QualityRail({ rows, totals, by, before }: QualityRailProps) {
  const unassigned = rows.find((row) => row[by]?.id === null)
  const assigned = unassigned ? 1 - shareOf(unassigned.costUsd, totals.costUsd) : 1
  const exact = totals.calls === 0 ? 1 : 1 - totals.estimatedCalls / totals.calls
  const movers = topMovers(rows, 4)
  const hasSpent = toNanos(totals.costUsd) > 0n
  return (
    <>
      <Section title="Data quality">
        <ul className="grid gap-2">
          {hasSpent && by !== 'workload' ? (
            <Gate label={`Spend with a ${cutWords[by].one}`} share={assigned} least={0.95} />
          ) : null}
          <Gate label="Calls with exact counts" share={exact} least={0.95} />
          {totals.unpricedCalls > 0 ? (
            <li className="flex items-center gap-2.5">
              <Glyph name="triangle" className="text-warn" />
              <span className="flex-1">Calls that are not priced</span>
              <b className="tabular-nums">{formatCount(totals.unpricedCalls)}</b>
            </li>
          ) : null}
        </ul>
      </Section>
      <Section title="Top movers" end={<span className="text-xs">vs {before}</span>}>
        {movers.length === 0 ? (
          <p className="text-ink-2">Nothing differs from {before}.</p>
        ) : (
          <Rows className="-mt-1">
            {movers.map(({ row, differenceNanos }) => (
              <li key={row[by]?.id ?? 'none'} className="flex items-baseline gap-3 py-1.5">
                <b className="min-w-0 flex-1 truncate">{row[by]?.name ?? row[by]?.id ?? cutWords[by].none}</b>
                <span className="tabular-nums">{formatMoneyDifference(differenceNanos)}</span>
              </li>
            ))}
          </Rows>
        )}
      </Section>
    </>
  )
}

type GateProps = { readonly label: string; readonly share: number; readonly least: number }

function Gate({ label, share, least }: GateProps) {
  const good = share >= least
  return (
    <li className="flex items-center gap-2.5">
      <Glyph name={good ? 'dot' : 'triangle'} className={good ? 'text-ok' : 'text-warn'} />
      <span className="flex-1">{label}</span>
      <b className="tabular-nums">{formatPercent(Math.floor(share * 1000) / 10)}</b>
    </li>
  )
}
