'use client'

import dynamic from 'next/dynamic'
import { useState, type ReactNode } from 'react'
import {
  colorOf,
  EXPECTED,
  isForecast,
  toCsv,
  writeValue,
  type Point,
  type Series,
  type Unit,
} from '#components/charts/chart-data.ts'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Legend } from '#components/ui/meter.tsx'
import { ScrollRegion } from '#components/ui/scroll-region.tsx'
import { Section } from '#components/ui/section.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'

const HEIGHT = 168

// recharts is half of a page's weight, so it comes after the first paint, into a place of its own height.
const Bars = dynamic(() => import('#components/charts/bars.tsx').then((module) => module.Bars), {
  ssr: false,
  loading: () => <Placeholder />,
})
const Lines = dynamic(() => import('#components/charts/lines.tsx').then((module) => module.Lines), {
  ssr: false,
  loading: () => <Placeholder />,
})

function Placeholder() {
  return <div aria-hidden className="h-full" />
}

export type ChartProps = {
  readonly title: string
  /** One sentence with what the picture shows, for those who cannot see it. */
  readonly summary: string
  /** Bars for parts of a sum, lines for rates and sums over time. */
  readonly kind: 'bars' | 'lines'
  readonly points: readonly Point[]
  readonly series: readonly Series[]
  readonly unit: Unit
  /** What the points are: "Day", "Hour". */
  readonly pointName: string
  /** A dashed ink line with its amount on it. Written by the caller: "Budget $30,900". */
  readonly cap?: { readonly value: number; readonly label: string }
  readonly height?: number
  /** Left of "Table": the period. */
  readonly end?: ReactNode
  readonly level?: 2 | 3
}

/** A chart with its legend, and beside it the table with the same rows. */
export function Chart(props: ChartProps) {
  const { title, summary, kind, points, series, unit, pointName, cap, height = HEIGHT, end, level } = props
  const [asTable, setAsTable] = useState(false)
  const Drawing = kind === 'bars' ? Bars : Lines
  const figured = series.filter((each) => each.id !== EXPECTED)
  return (
    <Section
      title={title}
      level={level}
      end={
        <>
          {end}
          {asTable ? (
            <CopyButton size="small" variant="quiet" text={toCsv(points, figured, pointName)}>
              Copy as CSV
            </CopyButton>
          ) : null}
          <Button
            size="small"
            variant="quiet"
            icon={asTable ? 'chart' : 'list'}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? 'Chart' : 'Table'}
          </Button>
        </>
      }
    >
      {asTable ? (
        <Twin title={title} points={points} series={figured} unit={unit} pointName={pointName} />
      ) : (
        <figure className="m-0 grid gap-2.5">
          <div style={{ height }}>
            <Drawing summary={summary} points={points} series={series} unit={unit} cap={cap} height={height} />
          </div>
          <figcaption>
            <Legend
              items={series.map((each) => ({
                label: each.label,
                figure: each.figure,
                color: colorOf(series, each.id),
                hollow: isForecast(each.id),
              }))}
            />
          </figcaption>
        </figure>
      )}
    </Section>
  )
}

type TwinProps = Pick<ChartProps, 'title' | 'points' | 'series' | 'unit' | 'pointName'>

function Twin({ title, points, series, unit, pointName }: TwinProps) {
  return (
    <ScrollRegion label={`${title}, table`} className="max-h-80">
      <Table label={title} rows="tight" inline className="[&_th]:sticky [&_th]:top-0 [&_th]:bg-surface">
        <thead>
          <tr>
            <Th>{pointName}</Th>
            {series.map((each) => (
              <Th key={each.id} num>
                {each.label}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.label}>
              <Td>{point.label}</Td>
              {series.map((each) => (
                <Td key={each.id} num>
                  {writeValue(point.values[each.id], unit)}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </ScrollRegion>
  )
}
