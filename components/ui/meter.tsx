import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

export type MeterProps = {
  /** Shares of the cap, 0 to 1 and above. From `shareOf` of format.ts. */
  readonly spent: number
  readonly held?: number
  /** Where the period is expected to end; drawn after what is spent. */
  readonly forecast?: number
  readonly size?: 'thin' | 'base' | 'large'
  /** A fixed width inside a row, 64 px. Else it fills its parent. */
  readonly inRow?: boolean
  /** In words: "69 % used, $3.40 held". Left out, the shares are read as percents. */
  readonly label?: string
  /** Green instead of cobalt: for progress, where full is good. */
  readonly tone?: 'use' | 'progress'
  readonly className?: string
}

/** Spent, held, left. Amber from 75 %, red at the cap; a forecast moves the cap mark into the bar, so it stays in sight. */
export function Meter({ spent, held = 0, forecast, size = 'base', inRow, label, tone = 'use', className }: MeterProps) {
  const full = Math.max(1, forecast === undefined ? 1 : 1.1)
  const level =
    tone === 'progress'
      ? 'bg-ok'
      : spent >= 0.995
        ? 'bg-meter-over'
        : spent >= 0.75
          ? 'bg-meter-warn'
          : 'bg-meter-spent'
  const width = (share: number) => `${Math.max(0, Math.min(100, (share / full) * 100))}%`
  const over = forecast !== undefined && forecast > 1
  return (
    <span
      role="img"
      aria-label={label ?? words(spent, held, forecast)}
      className={cn(
        'relative flex w-full gap-px rounded-full bg-meter-track',
        size === 'thin' ? 'h-1' : size === 'large' ? 'h-2.5' : 'h-1.5',
        forecast === undefined ? 'overflow-hidden' : 'h-2 rounded-[2px]',
        inRow && 'inline-flex w-16 align-middle',
        className,
      )}
    >
      <span className={cn('rounded-l-[inherit]', level)} style={{ width: width(Math.min(spent, 1.1)) }} />
      {held > 0 ? (
        <span className="bg-meter-held" style={{ width: width(Math.min(held, Math.max(0, 1 - spent))) }} />
      ) : null}
      {forecast !== undefined && forecast > spent ? (
        <span
          className={over ? 'bg-meter-warn' : 'bg-meter-held'}
          style={{ width: width(Math.min(forecast, 1.1) - spent) }}
        />
      ) : null}
      {forecast !== undefined ? (
        <span className="absolute -top-[3px] -bottom-[3px] w-[1.5px] bg-(--meter-cap)" style={{ left: width(1) }} />
      ) : null}
    </span>
  )
}

function words(spent: number, held: number, forecast?: number): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const parts = [`${percent(spent)} used`]
  if (held > 0) parts.push(`${percent(held)} held`)
  if (forecast !== undefined) parts.push(`forecast ${percent(forecast)}`)
  return parts.join(', ')
}

/** A figure beside its meter, in a table: right-aligned, the meter always at the same place. */
export function MeterPair({ children, ...meter }: MeterProps & { readonly children: ReactNode }) {
  return (
    <span className="inline-flex items-center justify-end gap-3">
      <span>{children}</span>
      <span className="inline-flex drop-4:hidden">
        <Meter {...meter} inRow />
      </span>
    </span>
  )
}

export type LegendItem = {
  readonly label: ReactNode
  readonly figure?: ReactNode
  readonly color: string
  readonly hollow?: boolean
}

/** What the parts of a bar or a chart are, with their figures. Colours are variables: `var(--meter-spent)`. */
export function Legend({ items, className }: { readonly items: readonly LegendItem[]; readonly className?: string }) {
  return (
    <ul className={cn('flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2', className)}>
      {items.map((item, index) => (
        <li key={index} className="inline-flex items-center gap-1.5">
          <span
            aria-hidden
            className="size-2 flex-none rounded-[2px]"
            style={item.hollow ? { boxShadow: `inset 0 0 0 1.5px ${item.color}` } : { background: item.color }}
          />
          {item.label}
          {item.figure !== undefined ? <b className="text-ink tabular-nums">{item.figure}</b> : null}
        </li>
      ))}
    </ul>
  )
}
