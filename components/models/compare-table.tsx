import type { ReactNode } from 'react'
import { MayUse } from '#components/models/may-use.tsx'
import { capabilityWord, takes, type ModelLine } from '#components/models/model-line.ts'
import { unitPriceText } from '#components/models/unit-price.ts'
import { callCost, type CallSize } from '#components/models/your-call.ts'
import { cn } from '#components/ui/cn.ts'
import { CopyIcon } from '#components/ui/copy-button.tsx'
import { formatCallCost, formatCount, MISSING } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { ScrollRegion } from '#components/ui/scroll-region.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'

type CompareTableProps = {
  readonly models: readonly ModelLine[]
  readonly size: CallSize
  readonly keep: string
  readonly now: number
}

type Line = {
  readonly label: string
  readonly cell: (model: ModelLine) => ReactNode
  /** What is better is smaller: the least is bold. */
  readonly least?: (model: ModelLine) => number | bigint | null
  /** What is better is larger. */
  readonly most?: (model: ModelLine) => number | null
}

/** Two to four models side by side: one column each, the best of a line in bold. */
export function CompareTable({ models, size, keep, now }: CompareTableProps) {
  return (
    <ScrollRegion label="Comparison">
      <Table label="Comparison" inline className="[&_tbody_tr:last-child_th]:border-b-0">
        <thead>
          <tr>
            <Th>
              <span className="sr-only">Property</span>
            </Th>
            {models.map((model) => (
              <Th key={model.name} className="h-12! text-sm!">
                <span className="inline-flex items-center gap-1">
                  <Link href={`/models/${encodeURIComponent(model.name)}${keep}`} className="mono">
                    {model.name}
                  </Link>
                  <CopyIcon text={model.name} label={`Copy ${model.name}`} />
                </span>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {linesOf(size, now).map((line) => (
            <CompareRow key={line.label} line={line} models={models} />
          ))}
        </tbody>
      </Table>
    </ScrollRegion>
  )
}

function CompareRow({ line, models }: { readonly line: Line; readonly models: readonly ModelLine[] }) {
  const best = bestOf(line, models)
  return (
    <tr>
      <th scope="row" className="h-auto! border-b border-line text-sm! font-normal! text-ink-3">
        {line.label}
      </th>
      {models.map((model) => (
        <Td key={model.name} className={cn('min-w-40 whitespace-normal!', best.has(model.name) && 'font-semibold')}>
          {line.cell(model)}
          {best.has(model.name) ? <span className="sr-only">, best</span> : null}
        </Td>
      ))}
    </tr>
  )
}

/** The models that lead a line; none where all are equal or one alone has a value. */
function bestOf({ least, most }: Line, models: readonly ModelLine[]): ReadonlySet<string> {
  const valueOf = least ?? most
  if (!valueOf) return new Set()
  const known = models.flatMap((model) => {
    const value = valueOf(model)
    return value === null ? [] : [{ name: model.name, value: Number(value) }]
  })
  const values = known.map(({ value }) => value)
  const best = least ? Math.min(...values) : Math.max(...values)
  if (known.length < 2 || values.every((value) => value === best)) return new Set()
  return new Set(known.filter(({ value }) => value === best).map(({ name }) => name))
}

function linesOf(size: CallSize, now: number): readonly Line[] {
  return [
    {
      label: 'Your call',
      least: (model) => callCost(size, model.prices),
      cell: (model) => {
        const cost = callCost(size, model.prices)
        return cost === null ? MISSING : formatCallCost(cost)
      },
    },
    priceLine('Input', (model) => model.prices?.input),
    priceLine('Cached input', (model) => model.prices?.cached_read),
    priceLine('Output', (model) => model.prices?.output),
    {
      label: 'May I use it',
      cell: (model) =>
        model.permission ? <MayUse permission={model.permission} retiresAtMs={model.retiresAtMs} now={now} /> : MISSING,
    },
    {
      label: 'Context',
      most: (model) => model.contextTokens,
      cell: (model) => (model.contextTokens === null ? MISSING : `${formatCount(model.contextTokens)} tokens`),
    },
    {
      label: 'Longest answer',
      most: (model) => model.maxOutputTokens,
      cell: (model) => (model.maxOutputTokens === null ? MISSING : `${formatCount(model.maxOutputTokens)} tokens`),
    },
    { label: 'Takes', cell: (model) => takes(model).join(', ') },
    { label: 'Can do', cell: (model) => model.capabilities.map(capabilityWord).join(', ') || MISSING },
    { label: 'Endpoints', cell: (model) => model.endpoints.join(', ') },
    { label: 'Regions', cell: (model) => model.regions.map((region) => region.toUpperCase()).join(', ') || MISSING },
    { label: 'Providers', cell: (model) => model.providers.map((each) => each.displayName).join(' / ') || MISSING },
  ]
}

function priceLine(label: string, priceOf: (model: ModelLine) => number | undefined): Line {
  return {
    label,
    least: (model) => priceOf(model) ?? null,
    cell: (model) => unitPriceText(priceOf(model)) ?? MISSING,
  }
}
