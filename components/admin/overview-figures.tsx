import { Figure, Figures } from '#components/ui/figures.tsx'
import {
  formatChange,
  formatCount,
  formatLatency,
  formatLimitMoney,
  formatMonth,
  formatPercent,
  plural,
  shareOf,
} from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import { Time } from '#components/ui/time.tsx'
import { spentFigure } from '#components/usage/spent.tsx'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Overview, Spend, Timing, Traffic } from '#lib/reports/overview-contract.ts'

type OverviewFiguresProps = Pick<Overview, 'traffic' | 'timing' | 'spend' | 'atMs'>

const unread = <span className="text-ink-3">Cannot be read</span>

/** The four numbers of the morning. */
export function OverviewFigures({ traffic, timing, spend, atMs }: OverviewFiguresProps) {
  return (
    <Figures>
      {traffic ? <Calls traffic={traffic} /> : <Figure label="Calls" value={unread} />}
      {timing ? <Added timing={timing} atMs={atMs} /> : <Figure label="Added by the gateway" value={unread} />}
      {spend ? <SpentThisMonth spend={spend} /> : <Figure label="Spent this month" value={unread} />}
      {traffic ? <Refused traffic={traffic} /> : <Figure label="Refused by policy" value={unread} />}
    </Figures>
  )
}

function Calls({ traffic: { calls, callsBefore, people, workloads } }: { readonly traffic: Traffic }) {
  const change = callsBefore === 0 ? null : formatChange((calls / callsBefore - 1) * 100)
  return (
    <Figure
      label="Calls"
      value={formatCount(calls)}
      beside={change ? <span title="Against the period before">{change}</span> : undefined}
      note={
        calls === 0
          ? 'No call in this period'
          : `${plural(people, 'person', 'people')} and ${plural(workloads, 'workload')}`
      }
    />
  )
}

function Added({ timing, atMs }: { readonly timing: Timing; readonly atMs: number }) {
  const { addedP50Ms, addedP95Ms, firstTokenP50Ms, sinceMs } = timing
  const firstToken =
    firstTokenP50Ms === null ? null : `First token p50 ${formatLatency(firstTokenP50Ms, 'first token')}`
  return (
    <Figure
      label="Added by the gateway"
      value={addedP50Ms === null ? '–' : formatLatency(addedP50Ms)}
      beside={addedP95Ms === null ? undefined : `p95 ${formatLatency(addedP95Ms)}`}
      note={
        sinceMs === null ? (
          (firstToken ?? 'No call was admitted')
        ) : (
          <>
            {firstToken}, last {formatCount(timing.calls)} calls, since <Time at={sinceMs} now={atMs} />
          </>
        )
      }
    />
  )
}

function SpentThisMonth({
  spend: { spentNanos, unpricedCalls, budgetNanos, lastMonthNanos, monthStartMs },
}: {
  readonly spend: Spend
}) {
  const month = formatMonth(monthStartMs).split(' ')[0]
  const lastMonth = formatMonth(monthStartMs - 1).split(' ')[0]
  const used = budgetNanos === null ? null : shareOf(spentNanos, budgetNanos)
  const comparison =
    lastMonthNanos === 0n
      ? `No spend in ${lastMonth} to compare with`
      : formatChange((shareOf(spentNanos, lastMonthNanos) - 1) * 100, lastMonth)
  return (
    <Figure
      label={`Spent in ${month}`}
      {...spentFigure({ costUsd: usdOfNanos(spentNanos), unpricedCalls })}
      meter={used === null ? undefined : <Meter size="thin" spent={used} label={`${formatPercent(used * 100)} used`} />}
      note={
        <span title={`${lastMonth} up to the same day and hour`}>
          {budgetNanos === null ? comparison : `of ${formatLimitMoney(budgetNanos)}, ${comparison}`}
        </span>
      }
    />
  )
}

function Refused({ traffic: { calls, refused } }: { readonly traffic: Traffic }) {
  const all = calls + refused
  return (
    <Figure
      label="Refused by policy"
      value={formatCount(refused)}
      beside={all === 0 ? undefined : formatPercent((refused / all) * 100)}
      note={refused === 0 ? 'Nobody was refused' : 'All told which rule, and why'}
    />
  )
}
