import { budgetScale, type BudgetFacts } from '#components/decisions/budget-scale.ts'
import { smallMoney } from '#components/decisions/small-money.ts'
import { cn } from '#components/ui/cn.ts'
import { formatLimitMoney, formatMoney } from '#components/ui/format.ts'
import { Legend } from '#components/ui/meter.tsx'

const hatch = 'repeating-linear-gradient(135deg, var(--bad) 0 3px, var(--bad-soft) 3px 6px)'

/** Spent, held, this call, and the cap it would have crossed. */
export function BudgetBar(facts: BudgetFacts) {
  const scale = budgetScale(facts)
  const { spentNanos, heldNanos, neededNanos, capNanos } = facts
  const needed = smallMoney(neededNanos)
  const capText = `Cap ${formatLimitMoney(capNanos)}`
  return (
    <div className="grid gap-2.5">
      <div
        role="img"
        aria-label={`${formatMoney(spentNanos)} spent, ${formatMoney(heldNanos)} held, ${needed} needed, ${capText.toLowerCase()}`}
        className="relative mt-6 flex h-6.5 gap-px rounded-2 bg-meter-track"
      >
        {spentNanos > 0n ? <span className="rounded-l-2 bg-meter-spent" style={{ width: `${scale.spent}%` }} /> : null}
        {heldNanos > 0n ? <span className="bg-meter-held" style={{ width: `${scale.held}%` }} /> : null}
        <span className="rounded-r-2" style={{ width: `${scale.needed}%`, background: hatch }} />
        <span
          className="absolute -inset-y-[5px] w-0.5 -translate-x-1/2 rounded-full bg-(--meter-cap)"
          style={{ left: `${scale.cap}%` }}
        />
        {/* Near the end of the bar the words end where the bar ends. */}
        <span
          className={cn('absolute -top-6 text-2xs font-medium whitespace-nowrap', scale.cap > 70 && 'right-0')}
          style={scale.cap > 70 ? undefined : { left: `${scale.cap}%` }}
        >
          {capText}
        </span>
      </div>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        <Legend
          items={[
            { label: 'Spent', figure: formatMoney(spentNanos), color: 'var(--meter-spent)' },
            ...(heldNanos > 0n
              ? [{ label: 'Held for running calls', figure: smallMoney(heldNanos), color: 'var(--meter-held)' }]
              : []),
            { label: 'This call, at most', figure: needed, color: 'var(--bad)' },
          ]}
        />
        {scale.brokenBelowNanos === null ? null : (
          <p className="text-xs text-ink-3 phone:hidden">Not to scale below {formatMoney(scale.brokenBelowNanos)}</p>
        )}
      </div>
    </div>
  )
}
