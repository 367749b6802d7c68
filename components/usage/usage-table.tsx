import type { ReactNode } from 'react'
import { formatBigCount, formatCount, formatPercent, MISSING, shareOf } from '#components/ui/format.ts'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { dimensionLabels, unassignedLabels, type UsageDimension } from '#components/usage/dimensions.ts'
import { isUnpriced, Spent } from '#components/usage/spent.tsx'
import type { UsageRow, UsageSums } from '#lib/reports/contract.ts'

type UsageTableProps = {
  readonly by: UsageDimension
  readonly rows: readonly UsageRow[]
  /** Over the whole result, not the page. */
  readonly totals: UsageSums
  /** Where a row leads: the thing itself, or this page narrowed to it. */
  readonly hrefOf: (id: string) => string
}

const fallback = '-costUsd'

/** The period split by one dimension, with the totals of the figures above it. */
export function UsageTable({ by, rows, totals, hrefOf }: UsageTableProps) {
  return (
    <Table label={`Usage by ${dimensionLabels[by].toLowerCase()}`} inline className="[&_tfoot_td]:bg-surface">
      <thead>
        <tr>
          <Th>{dimensionLabels[by]}</Th>
          <SortHead field="calls" num fallback={fallback} drop={4}>
            Calls
          </SortHead>
          <SortHead field="refused" num fallback={fallback} drop={3}>
            Refused
          </SortHead>
          <SortHead field="inputTokens" num fallback={fallback} drop={3}>
            Tokens in
          </SortHead>
          <Th num drop={2}>
            From cache
          </Th>
          <SortHead field="outputTokens" num fallback={fallback} drop={3}>
            Tokens out
          </SortHead>
          <SortHead field="costUsd" num fallback={fallback}>
            Spent
          </SortHead>
          <Th num className="w-40" drop={2}>
            Share
          </Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const named = row[by] ?? null
          return (
            <UsageLine key={named?.id ?? 'none'} row={row} totals={totals}>
              <NameCell by={by} row={row} hrefOf={hrefOf} />
            </UsageLine>
          )
        })}
      </tbody>
      <tfoot>
        <UsageLine row={totals} totals={totals}>
          Total
        </UsageLine>
      </tfoot>
    </Table>
  )
}

function NameCell({ by, row, hrefOf }: Pick<UsageTableProps, 'by' | 'hrefOf'> & { readonly row: UsageRow }) {
  const named = row[by] ?? null
  if (named === null || named.id === null) return <span className="text-ink-3">{unassignedLabels[by]}</span>
  const calls = `${formatCount(row.calls)} calls`
  // A model is called by the name that a person pastes; its display name is for other places.
  const title = by === 'model' ? named.id : (named.name ?? named.id)
  return <Lead mono={by === 'model'} title={title} href={hrefOf(named.id)} narrow={calls} />
}

type UsageLineProps = {
  readonly row: UsageSums
  readonly totals: UsageSums
  readonly children: ReactNode
}

function UsageLine({ row, totals, children }: UsageLineProps) {
  const prompt = row.inputTokens + row.cachedTokens
  const share = shareOf(row.costUsd, totals.costUsd)
  return (
    <tr>
      <Td>{children}</Td>
      <Td num drop={4}>
        {formatCount(row.calls)}
      </Td>
      <Td num dim drop={3}>
        {row.refused === 0 ? null : formatCount(row.refused)}
      </Td>
      <Td num drop={3}>
        {formatBigCount(prompt)}
      </Td>
      <Td num dim drop={2}>
        {row.cachedTokens === 0 ? null : formatPercent((row.cachedTokens / prompt) * 100)}
      </Td>
      <Td num drop={3}>
        {formatBigCount(row.outputTokens)}
      </Td>
      <Td num>
        <Spent sums={row} />
      </Td>
      <Td num drop={2}>
        <span className="inline-flex items-center justify-end gap-3">
          <span aria-hidden className="h-1 w-18 overflow-hidden rounded-full bg-meter-track">
            <span className="block h-full bg-meter-spent" style={{ width: `${share * 100}%` }} />
          </span>
          <span className="w-11">{isUnpriced(row) ? MISSING : formatPercent(share * 100)}</span>
        </span>
      </Td>
    </tr>
  )
}
