/** Rows of showback as the table shows them, in the order that was asked for. Pure. */
import { toNanos } from '#components/ui/format.ts'
import type { Cut } from '#components/showback/showback-query.ts'
import type { ShowbackRow } from '#lib/reports/showback-contract.ts'

export const sorts = ['name', 'cost', 'calls', 'left', 'change'] as const
export type SortField = (typeof sorts)[number]

/** `-cost` is downward. What the page does not know is the dearest first. */
export function sortRows(rows: readonly ShowbackRow[], by: Cut, sort: string | null): ShowbackRow[] {
  const field = sorts.find((name) => name === sort?.replace(/^-/, '')) ?? 'cost'
  const down = sort === null || sort.startsWith('-') || !sorts.some((name) => name === sort)
  return rows.toSorted((a, b) => {
    const order = compare(valueOf(a, by, field), valueOf(b, by, field), down)
    return order === 0 ? compare(toNanos(a.costUsd), toNanos(b.costUsd), true) : order
  })
}

type Value = string | number | bigint | null

function valueOf(row: ShowbackRow, by: Cut, field: SortField): Value {
  switch (field) {
    case 'name':
      return row[by]?.name ?? row[by]?.id ?? null
    case 'cost':
      return toNanos(row.costUsd)
    case 'calls':
      return row.calls
    case 'left':
      return row.leftUsd === null ? null : toNanos(row.leftUsd)
    case 'change':
      return row.changePercent
  }
}

/** What has no value stands last, whichever way the others go. */
function compare(a: Value, b: Value, down: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  const order = typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b, 'en') : a < b ? -1 : a > b ? 1 : 0
  return down ? -order : order
}

export type Mover = { readonly row: ShowbackRow; readonly differenceNanos: bigint }

/** Where the money of the month differs most from the month before, to the same hour. */
export function topMovers(rows: readonly ShowbackRow[], most: number): Mover[] {
  const size = (nanos: bigint) => (nanos < 0n ? -nanos : nanos)
  return rows
    .map((row) => ({ row, differenceNanos: toNanos(row.costUsd) - toNanos(row.lastMonthUsd) }))
    .filter(({ differenceNanos }) => differenceNanos !== 0n)
    .toSorted((a, b) => (size(a.differenceNanos) < size(b.differenceNanos) ? 1 : -1))
    .slice(0, most)
}
