import { below, cutWords, type Cut } from '#components/showback/showback-query.ts'
import {
  formatChange,
  formatCount,
  formatLimitMoney,
  formatMoneyDifference,
  formatPercent,
  MISSING,
  plural,
  shareOf,
  toNanos,
} from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Row } from '#components/ui/list.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Sparkline } from '#components/ui/sparkline.tsx'
import { Table, TableEmpty, Td, Th } from '#components/ui/table.tsx'
import { Spent } from '#components/usage/spent.tsx'
import type { ReactNode } from 'react'
import type { Comparison, Showback, ShowbackRow } from '#lib/reports/showback-contract.ts'
import { unassigned } from '#lib/reports/contract.ts'

type ShowbackTableProps = {
  readonly rows: readonly ShowbackRow[]
  /** Of the whole result, also where not every row is shown. */
  readonly rowCount: number
  readonly totals: Showback['totals']
  readonly by: Cut
  /** Of the month before: "October". */
  readonly before: string
  /** Where a row opens. */
  readonly hrefOf: (id: string) => string
  readonly empty: ReactNode
}

/** Who spent what. The last row is the sum of all of them, as the export adds up. Inside a List. */
export function ShowbackTable({ rows, rowCount, totals, by, before, hrefOf, empty }: ShowbackTableProps) {
  const hasBudgets = rows.some(({ budgetUsd }) => budgetUsd !== null)
  return (
    <Table label={`Showback by ${cutWords[by].one}`} rows="tight">
      <thead>
        <tr>
          <SortHead field="name">{cutWords[by].label}</SortHead>
          <SortHead field="cost" num fallback="-cost">
            Actual
          </SortHead>
          {hasBudgets ? (
            <>
              <Th num drop={3}>
                Budget
              </Th>
              <Th num drop={4}>
                Used
              </Th>
              <SortHead field="left" num drop={2}>
                Against budget
              </SortHead>
            </>
          ) : null}
          <SortHead field="calls" num drop={3}>
            Calls
          </SortHead>
          <SortHead field="change" num drop={4}>
            vs {before}
          </SortHead>
          <Th drop={1} className="w-24">
            10 weeks
          </Th>
        </tr>
      </thead>
      <tbody>
        {rows.length === 0 ? <TableEmpty columns={hasBudgets ? 8 : 5}>{empty}</TableEmpty> : null}
        {rows.map((row) => {
          const id = row[by]?.id ?? unassigned
          return (
            <Row key={id} id={id} href={hrefOf(id)}>
              <Td give>
                <Link
                  href={hrefOf(id)}
                  scroll={false}
                  className="text-ink hover:text-ink"
                  title={`By ${cutWords[below[by]].one}`}
                >
                  <RowName row={row} by={by} />
                </Link>
              </Td>
              <Td num>
                <Spent sums={row} />
              </Td>
              {hasBudgets ? <BudgetCells comparison={row} costUsd={row.costUsd} /> : null}
              <Td num dim drop={3}>
                {formatCount(row.calls)}
              </Td>
              <Td num dim drop={4}>
                {row.changePercent === null ? MISSING : formatChange(row.changePercent)}
              </Td>
              <Td drop={1}>
                <Sparkline values={row.weeksUsd.map(Number)} fromZero label="Cost of ten weeks" />
              </Td>
            </Row>
          )
        })}
      </tbody>
      {rows.length > 0 ? (
        <tfoot>
          <tr>
            <Td>Total, {plural(rowCount, 'row')}</Td>
            <Td num>
              <Spent sums={totals} />
            </Td>
            {hasBudgets ? <BudgetCells comparison={totals} costUsd={totals.costUsd} /> : null}
            <Td num drop={3}>
              {formatCount(totals.calls)}
            </Td>
            <Td num drop={4}>
              {totals.changePercent === null ? MISSING : formatChange(totals.changePercent)}
            </Td>
            <Td drop={1}>
              <Sparkline values={totals.weeksUsd.map(Number)} fromZero label="Cost of ten weeks, all rows" />
            </Td>
          </tr>
        </tfoot>
      ) : null}
    </Table>
  )
}

function RowName({ row, by }: { readonly row: ShowbackRow; readonly by: Cut }) {
  const named = row[by]
  if (!named || named.id === null) return <span className="text-ink-2">{cutWords[by].none}</span>
  if (by === 'cost_centre') {
    return (
      <>
        <span className="mr-4 inline-block font-normal text-ink-3 tabular-nums">{named.id}</span>
        {named.name === named.id ? null : named.name}
      </>
    )
  }
  if (by === 'model') return <span className="mono font-normal">{named.name ?? named.id}</span>
  return named.name ?? named.id
}

type BudgetCellsProps = { readonly comparison: Comparison; readonly costUsd: string }

function BudgetCells({ comparison: { budgetUsd, leftUsd, usedPercent }, costUsd }: BudgetCellsProps) {
  if (budgetUsd === null || leftUsd === null) {
    return (
      <>
        <Td num drop={3} className="text-ink-3">
          none
        </Td>
        <Td num drop={4} />
        <Td num drop={2} />
      </>
    )
  }
  const over = toNanos(leftUsd) < 0n
  return (
    <>
      <Td num dim drop={3}>
        {formatLimitMoney(budgetUsd)}
      </Td>
      <Td num drop={4}>
        <span className="inline-flex items-center justify-end gap-3">
          <span className="inline-flex w-28 drop-2:w-16">
            <Meter spent={shareOf(costUsd, budgetUsd)} label={`${formatPercent(usedPercent ?? 0)} used`} />
          </span>
          <span className={over ? 'w-12 text-bad-ink' : 'w-12'}>
            {usedPercent === null ? MISSING : formatPercent(usedPercent)}
          </span>
        </span>
      </Td>
      <Td num dim drop={2} className={over ? 'text-bad-ink!' : undefined}>
        {formatMoneyDifference(-toNanos(leftUsd))}
      </Td>
    </>
  )
}
