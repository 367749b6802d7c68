import { refusalWords } from '#components/admin/refusal-words.ts'
import { paceOf } from '#components/home/pace.ts'
import { periodWords, thisPeriod } from '#components/keys/key-words.ts'
import { Figure, Figures } from '#components/ui/figures.tsx'
import {
  formatChange,
  formatCount,
  formatDay,
  formatLimitMoney,
  formatMoney,
  formatMonth,
  formatPercent,
  shareOf,
  toDecimal,
  toNanos,
} from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import type { KeyView } from '#lib/keys/contract.ts'
import type { KeyLimitsView } from '#lib/limits/contract.ts'

export type DayOfCalls = {
  readonly calls: number
  readonly refused: number
  readonly before: number
  readonly tokensIn: number
  readonly tokensOut: number
  /** Refusals by code, most first. */
  readonly codes: readonly (readonly [code: string, count: number])[]
}

/** A budget as it stands. */
export type StandingBudget = Pick<
  KeyLimitsView['budgets'][number],
  'amountUsd' | 'usedUsd' | 'heldUsd' | 'remainingUsd' | 'period' | 'startsAt' | 'resetsAt'
>

/** What is booked, for when nobody can say what is held: without a start there is no pace. */
export function bookedBudget(budget: KeyView['budget']): StandingBudget | null {
  if (!budget) return null
  const { amountUsd, spentUsd, period, resetsAt } = budget
  const left = toNanos(amountUsd) - toNanos(spentUsd)
  const remainingUsd = toDecimal(left > 0n ? left : 0n)
  return { amountUsd, usedUsd: spentUsd, heldUsd: '0', remainingUsd, period, startsAt: null, resetsAt }
}

type KeyFiguresProps = {
  /** The key's own budget as it stands; null without one. */
  readonly budget: StandingBudget | null
  readonly spentThisMonthUsd: string
  readonly day: DayOfCalls
  readonly nowMs: number
  /** A key that may not call has no pace. */
  readonly isActive: boolean
}

/** Four numbers: what was spent of what, where it ends, who calls, who is refused. */
export function KeyFigures({ budget, spentThisMonthUsd, day, nowMs, isActive }: KeyFiguresProps) {
  return (
    <Figures>
      {budget ? (
        <SpentFigure budget={budget} nowMs={nowMs} />
      ) : (
        <Figure
          label={`Spent in ${monthName(nowMs)}`}
          value={formatMoney(spentThisMonthUsd)}
          note="No cap of its own"
        />
      )}
      {budget && isActive ? <PaceFigure budget={budget} nowMs={nowMs} /> : null}
      <Figure
        label="Calls, last 24 hours"
        value={formatCount(day.calls)}
        beside={day.before > 0 ? formatChange(((day.calls - day.before) / day.before) * 100) : undefined}
        note={day.calls === 0 ? 'None' : `${formatCount(day.tokensIn)} tokens in, ${formatCount(day.tokensOut)} out`}
      />
      <Figure
        label="Refused, last 24 hours"
        value={formatCount(day.refused)}
        // A refused call is none of those that were let through.
        beside={day.refused > 0 ? formatPercent((day.refused / (day.calls + day.refused)) * 100) : undefined}
        note={
          day.refused === 0
            ? 'None'
            : day.codes
                .slice(0, 2)
                .map(([code, count]) => `${formatCount(count)} ${refusalWords(code).toLowerCase()}`)
                .join(', ')
        }
      />
    </Figures>
  )
}

type BudgetProps = { readonly budget: StandingBudget; readonly nowMs: number }

function SpentFigure({ budget, nowMs }: BudgetProps) {
  const { amountUsd, usedUsd, heldUsd, remainingUsd, period, resetsAt } = budget
  const share = shareOf(usedUsd, amountUsd)
  const held = toNanos(heldUsd) > 0n ? `${formatMoney(heldUsd)} held, ` : ''
  const until = resetsAt ? ` until ${formatDay(Date.parse(resetsAt))}` : ''
  return (
    <Figure
      label={period === 'month' ? `Spent in ${monthName(nowMs)}` : `Spent ${thisPeriod[period]}`}
      value={formatMoney(usedUsd)}
      beside={`of ${formatLimitMoney(amountUsd)}${period === 'month' ? '' : ` ${periodWords[period]}`}`}
      meter={
        <Meter
          spent={share}
          held={shareOf(heldUsd, amountUsd)}
          label={`${Math.round(share * 100)} % used, ${formatMoney(heldUsd)} held`}
        />
      }
      note={`${held}${formatMoney(remainingUsd)} left${until}`}
    />
  )
}

function PaceFigure({ budget, nowMs }: BudgetProps) {
  const pace = paceOf(budget, budget.amountUsd, nowMs)
  if (!pace) return <Figure label="At this pace" value="–" note="Too little to go by yet" />
  return (
    <Figure
      label="At this pace"
      value={formatLimitMoney(roundUp(pace.endNanos))}
      note={
        pace.reachesMs === null ? (
          'Stays inside its cap'
        ) : pace.reachesMs <= nowMs ? (
          <span className="text-bad-ink">The cap is reached</span>
        ) : (
          <span className="text-warn-ink">Reaches the cap on {formatDay(pace.reachesMs)}</span>
        )
      }
    />
  )
}

/** Whole dollars: what is only expected has no cents. */
function roundUp(nanos: bigint): bigint {
  return ((nanos + 500_000_000n) / 1_000_000_000n) * 1_000_000_000n
}

function monthName(ms: number): string {
  return formatMonth(ms).split(' ')[0] ?? ''
}
