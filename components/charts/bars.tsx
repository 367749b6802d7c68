'use client'

import { Bar, BarChart, CartesianGrid, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { colorOf, drawnValue, axisFor, writeTick } from '#components/charts/chart-data.ts'
import {
  axisText,
  chartMargin,
  drawnRows,
  indexOfPayload,
  Readout,
  useWidth,
  type DrawingProps,
} from '#components/charts/drawing.tsx'

/** Stacked bars: the parts of a sum. A series with the id `expected` is drawn as the band of what is to come. */
export function Bars({ summary, points, series, unit, cap, height }: DrawingProps) {
  const [ref, width] = useWidth()
  const sums = points.map((point) => series.reduce((sum, each) => sum + (drawnValue(point.values[each.id]) ?? 0), 0))
  const axis = axisFor(Math.max(cap?.value ?? 0, ...sums))
  return (
    <div ref={ref} role="group" aria-label={summary} className="h-full [&_svg]:outline-offset-2">
      {width > 0 ? (
        <BarChart
          width={width}
          height={height}
          data={drawnRows(points, series)}
          margin={chartMargin}
          barCategoryGap={1.5}
          accessibilityLayer
        >
          <CartesianGrid vertical={false} stroke="var(--chart-grid)" horizontalValues={[...axis.ticks]} />
          <XAxis
            dataKey="label"
            tickLine={false}
            axisLine={false}
            tick={axisText}
            interval="preserveStartEnd"
            minTickGap={48}
            height={22}
          />
          <YAxis
            width={44}
            tickLine={false}
            axisLine={false}
            tick={axisText}
            ticks={[...axis.ticks]}
            domain={[0, axis.top]}
            tickFormatter={(value: number) => writeTick(value, unit)}
          />
          <Tooltip
            cursor={{ fill: 'var(--hover)' }}
            isAnimationActive={false}
            content={({ active, payload }) => (
              <Readout active={active} index={indexOfPayload(payload)} points={points} series={series} unit={unit} />
            )}
          />
          {series.map((each) => (
            <Bar
              key={each.id}
              dataKey={each.id}
              name={each.label}
              stackId="sum"
              isAnimationActive={false}
              fill={colorOf(series, each.id)}
            />
          ))}
          {cap ? <CapLine value={cap.value} label={cap.label} /> : null}
        </BarChart>
      ) : null}
    </div>
  )
}

function CapLine({ value, label }: { readonly value: number; readonly label: string }) {
  return (
    <ReferenceLine
      y={value}
      stroke="var(--meter-cap)"
      strokeWidth={1.25}
      strokeDasharray="4 3"
      label={{ value: label, position: 'insideTopLeft', dy: -20, ...axisText, fill: 'var(--ink)' }}
    />
  )
}
