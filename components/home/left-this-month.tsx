'use client'

import { paceOf, roundedDollars } from '#components/home/pace.ts'
import { useLimits } from '#components/home/use-limits.ts'
import { resetSentence, thisPeriod } from '#components/keys/key-words.ts'
import { BigFigure } from '#components/ui/figures.tsx'
import { formatDay, formatMoney, formatReset, plural, shareOf, toNanos } from '#components/ui/format.ts'
import { Legend, Meter } from '#components/ui/meter.tsx'
import { Section } from '#components/ui/section.tsx'
import { SkeletonLines } from '#components/ui/states.tsx'
import type { KeyLimitsView, LimitsView } from '#lib/limits/contract.ts'

type LeftProps = {
  readonly keyId: string
  readonly initial: LimitsView | null
  readonly className?: string
}

type Budget = KeyLimitsView['budgets'][number]

/** What the key may still spend: the figure first, what is held for running calls, and where it will end. */
export function LeftThisMonth({ keyId, initial, className }: LeftProps) {
  const { limits, atMs, isStale } = useLimits(keyId, initial)
  if (!limits || atMs === null) {
    return (
      <Section title="Left this month" className={className}>
        {isStale ? (
          <p className="text-ink-2">Budgets cannot be read right now. Calls are still checked.</p>
        ) : (
          <SkeletonLines lines={3} />
        )}
      </Section>
    )
  }
  const own = limits.budgets.find(({ scope }) => scope.type === 'key') ?? null
  const first = own ?? tightest(limits.budgets)
  if (!first) {
    return (
      <Section title="Spend" className={className}>
        <p className="text-ink-2">No cap applies to this key. Its spend is on the usage page.</p>
      </Section>
    )
  }
  const tighter = tightest(
    limits.budgets.filter(
      ({ id, remainingUsd }) => id !== first.id && toNanos(remainingUsd) < toNanos(first.remainingUsd),
    ),
  )
  const running = limits.limits.find(({ kind, scope }) => kind === 'concurrency' && scope.type === 'key')?.used ?? 0
  return (
    <Section title={`Left ${thisPeriod[first.period]}`} className={className}>
      <Left budget={first} running={running} nowMs={atMs} />
      {tighter ? (
        <p className="text-xs text-warn-ink">
          {nameOf(tighter)} has only {formatMoney(tighter.remainingUsd)} left {thisPeriod[tighter.period]}, for everyone
          together.
        </p>
      ) : null}
    </Section>
  )
}

function Left({
  budget,
  running,
  nowMs,
}: {
  readonly budget: Budget
  readonly running: number
  readonly nowMs: number
}) {
  const { amountUsd, usedUsd, heldUsd, remainingUsd, resetsAt, timeZone } = budget
  const spent = shareOf(usedUsd, amountUsd)
  const isHeld = toNanos(heldUsd) > 0n
  const isUp = toNanos(remainingUsd) === 0n
  return (
    <div className="grid gap-2.5">
      <BigFigure
        value={isUp ? <span className="text-bad-ink">{formatMoney(remainingUsd)}</span> : formatMoney(remainingUsd)}
        beside={`of ${formatMoney(amountUsd)}${budget.scope.type === 'key' ? '' : `, ${nameOf(budget)}`}, ${resetSentence(resetsAt, timeZone)}`}
      />
      <Meter
        size="large"
        spent={spent}
        held={shareOf(heldUsd, amountUsd)}
        label={`${Math.round(spent * 100)} % used, ${formatMoney(heldUsd)} held`}
      />
      <Legend
        items={[
          { label: 'Spent', figure: formatMoney(usedUsd), color: 'var(--meter-spent)' },
          ...(isHeld
            ? [
                {
                  label: running > 0 ? `Held for ${plural(running, 'running call')}` : 'Held for running calls',
                  figure: formatMoney(heldUsd),
                  color: 'var(--meter-held)',
                },
              ]
            : []),
        ]}
      />
      <PaceLine budget={budget} isUp={isUp} nowMs={nowMs} />
    </div>
  )
}

function PaceLine({
  budget,
  isUp,
  nowMs,
}: {
  readonly budget: Budget
  readonly isUp: boolean
  readonly nowMs: number
}) {
  const { amountUsd, period, posture, resetsAt, timeZone, enforcedAtUsd } = budget
  const stop =
    enforcedAtUsd === null
      ? 'Nothing stops there; people are told.'
      : `${posture === 'hard' ? 'Hard stop' : 'Stops'} at ${formatMoney(enforcedAtUsd)}.`
  if (isUp && enforcedAtUsd !== null) {
    return (
      <p className="text-xs text-bad-ink">
        Calls are refused{resetsAt ? ` until ${formatReset(Date.parse(resetsAt), timeZone)}` : ''}.
      </p>
    )
  }
  const pace = paceOf(budget, amountUsd, nowMs)
  if (!pace) return <p className="text-xs text-ink-3">{stop}</p>
  if (pace.reachesMs !== null) {
    return (
      <p className="text-xs">
        <span className="text-warn-ink">At this pace it is used up on {formatDay(pace.reachesMs)}.</span>{' '}
        <span className="text-ink-3">{stop}</span>
      </p>
    )
  }
  return (
    <p className="text-xs text-ink-3">
      At this pace you end the {period} near {roundedDollars(pace.endNanos)}. {stop}
    </p>
  )
}

/** The budget that ends first, of those that stop anything. */
function tightest(budgets: readonly Budget[]): Budget | null {
  const stopping = budgets.filter(({ enforcedAtUsd }) => enforcedAtUsd !== null)
  return stopping.toSorted((a, b) => compare(toNanos(a.remainingUsd), toNanos(b.remainingUsd)))[0] ?? null
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function nameOf({ scope }: Budget): string {
  return scope.type === 'organisation'
    ? scope.name
    : `${scope.type.charAt(0).toUpperCase()}${scope.type.slice(1).replaceAll('_', ' ')} ${scope.name}`
}
