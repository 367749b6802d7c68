import { cn } from '#components/ui/cn.ts'

export type SparklineProps = {
  /** Geometry only: the figures stand beside it. */
  readonly values: readonly number[]
  /** In words: "Calls of 24 hours, rising". Left out, it is decoration beside its figure. */
  readonly label?: string
  readonly tone?: 'none' | 'bad' | 'accent'
  readonly width?: number
  readonly height?: number
  /** The scale begins at zero, so that two of them compare. */
  readonly fromZero?: boolean
}

const tones = {
  none: 'stroke-(--ink-3) [&_circle]:fill-(--ink)',
  bad: 'stroke-(--bad) [&_circle]:fill-(--bad)',
  accent: 'stroke-(--chart-1) [&_circle]:fill-(--chart-1)',
}

/** A trend the size of a word. */
export function Sparkline({ values, label, tone = 'none', width = 64, height = 20, fromZero = false }: SparklineProps) {
  const points = plot(values, width, height, fromZero)
  const last = points.at(-1)
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className={cn('inline-block align-middle', tones[tone])}
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      {last ? (
        <>
          <path
            d={`M${points.map(([x, y]) => `${x} ${y}`).join('L')}`}
            fill="none"
            strokeWidth="1.4"
            strokeLinejoin="round"
          />
          <circle cx={last[0]} cy={last[1]} r="1.8" stroke="none" />
        </>
      ) : null}
    </svg>
  )
}

function plot(
  values: readonly number[],
  width: number,
  height: number,
  fromZero: boolean,
): readonly (readonly [number, number])[] {
  const low = fromZero ? Math.min(0, ...values) : Math.min(...values)
  const range = Math.max(...values) - low
  const step = values.length > 1 ? (width - 4) / (values.length - 1) : 0
  return values.map((value, index) => {
    const share = range === 0 ? (fromZero && value === 0 ? 0 : 0.5) : (value - low) / range
    return [round(2 + index * step), round(height - 2 - share * (height - 4))] as const
  })
}

const round = (value: number) => Math.round(value * 10) / 10
