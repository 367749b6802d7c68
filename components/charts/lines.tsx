'use client'

import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { colorOf, drawnValue, isForecast, axisFor, writeTick } from '#components/charts/chart-data.ts'
import {
  axisText,
  chartMargin,
  drawnRows,
  indexOfPayload,
  Readout,
  useWidth,
  type DrawingProps,
} from '#components/charts/drawing.tsx'

/*
 * Lines: rates, and sums over time. Ids that end in `.low` and `.high` are the 80 % band of the series before the dot;
 * an id that ends in `.forecast` is dashed, in that series' colour.
 */
export function Lines({ summary, points, series, unit, cap, height }: DrawingProps) {
  const [ref, width] = useWidth()
  const greatest = points.flatMap((point) => Object.values(point.values).map((value) => drawnValue(value) ?? 0))
  const axis = axisFor(Math.max(cap?.value ?? 0, ...greatest))
  const bands = new Set(
    points
      .flatMap((point) => Object.keys(point.values))
      .filter((id) => id.endsWith('.high'))
      .map((id) => id.slice(0, -5)),
  )
  const rows = drawnRows(points, series).map((row, index) => ({
    ...row,
    ...Object.fromEntries(
      [...bands].map((id) => {
        const values = points[index]?.values ?? {}
        const range = [drawnValue(values[`${id}.low`]), drawnValue(values[`${id}.high`])]
        return [`${id}.band`, range.includes(null) ? null : range]
      }),
    ),
  }))
  return (
    <div ref={ref} role="group" aria-label={summary} className="h-full">
      {width > 0 ? (
        <ComposedChart width={width} height={height} data={rows} margin={chartMargin} accessibilityLayer>
          <CartesianGrid vertical={false} stroke="var(--chart-grid)" horizontalValues={[...axis.ticks]} />
          <XAxis
            dataKey="label"
            tickLine={false}
            axisLine={false}
            tick={axisText}
            interval="preserveStartEnd"
            minTickGap={64}
            height={22}
            padding={{ left: 4, right: 4 }}
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
            cursor={{ stroke: 'var(--line-control)' }}
            isAnimationActive={false}
            content={({ active, payload }) => (
              <Readout active={active} index={indexOfPayload(payload)} points={points} series={series} unit={unit} />
            )}
          />
          {[...bands].map((id) => (
            <Area
              key={id}
              dataKey={`${id}.band`}
              stroke="none"
              fill="var(--chart-band)"
              fillOpacity={1}
              isAnimationActive={false}
              activeDot={false}
            />
          ))}
          {series.map((each) => {
            return (
              <Line
                key={each.id}
                dataKey={each.id}
                name={each.label}
                dot={false}
                activeDot={{ r: 3, strokeWidth: 0 }}
                isAnimationActive={false}
                stroke={colorOf(series, each.id)}
                strokeWidth={each.muted ? 1.25 : 1.75}
                strokeDasharray={isForecast(each.id) ? '5 4' : each.muted ? '2 3' : undefined}
                type="linear"
              />
            )
          })}
          {cap ? (
            <ReferenceLine
              y={cap.value}
              stroke="var(--meter-cap)"
              strokeWidth={1.25}
              strokeDasharray="4 3"
              label={{ value: cap.label, position: 'insideTopLeft', dy: -20, ...axisText, fill: 'var(--ink)' }}
            />
          ) : null}
        </ComposedChart>
      ) : null}
    </div>
  )
}
