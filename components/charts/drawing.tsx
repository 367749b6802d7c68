'use client'

import { useEffect, useState } from 'react'
import { colorOf, drawnValue, writeValue, type Point, type Series, type Unit } from '#components/charts/chart-data.ts'

export type DrawingProps = {
  readonly summary: string
  readonly points: readonly Point[]
  readonly series: readonly Series[]
  readonly unit: Unit
  readonly cap?: { readonly value: number; readonly label: string }
  readonly height: number
}

export const axisText = { fontSize: 11, fontFamily: 'var(--font-sans)', fill: 'var(--chart-axis)' } as const
export const chartMargin = { top: 16, right: 4, bottom: 0, left: 0 } as const

/** Points as recharts wants them: one flat record each, with the place of the point it came from. */
export function drawnRows(
  points: readonly Point[],
  series: readonly Series[],
): Record<string, number | string | null>[] {
  return points.map((point, index) => ({
    index,
    label: point.label,
    ...Object.fromEntries(series.map((each) => [each.id, drawnValue(point.values[each.id])])),
  }))
}

type ReadoutProps = {
  readonly active?: boolean
  readonly index?: number
  readonly points: readonly Point[]
  readonly series: readonly Series[]
  readonly unit: Unit
}

/** The values under the cursor, exact, in the order of the series. */
export function Readout({ active, index, points, series, unit }: ReadoutProps) {
  const point = index === undefined ? undefined : points[index]
  if (!active || !point) return null
  const shown = series.filter((each) => point.values[each.id] !== undefined && point.values[each.id] !== null)
  return (
    <div className="over-page grid min-w-36 gap-1 rounded-3 px-3 py-2 text-xs">
      <p className="font-medium">
        {point.label}
        {point.expected ? <span className="font-normal text-ink-3"> expected</span> : null}
      </p>
      <ul className="grid gap-0.5">
        {shown.map((each) => (
          <li key={each.id} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: colorOf(series, each.id) }} />
            <span className="flex-1 pr-3 text-ink-2">{each.label}</span>
            <span className="tabular-nums">{writeValue(point.values[each.id], unit)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The payload recharts hands to a tooltip: the row drawn there. */
export function indexOfPayload(payload: readonly { readonly payload?: unknown }[] | undefined): number | undefined {
  const row = payload?.[0]?.payload
  if (typeof row !== 'object' || row === null || !('index' in row)) return undefined
  return typeof row.index === 'number' ? row.index : undefined
}

/** The width of an element, for a chart that is drawn to it. */
export function useWidth() {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return [setElement, width] as const
}
