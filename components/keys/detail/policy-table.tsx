import type { PolicyColumn, PolicyRow } from '#components/keys/detail/policy-rows.ts'
import { Meter } from '#components/ui/meter.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'

type PolicyTableProps = { readonly columns: readonly PolicyColumn[]; readonly rows: readonly PolicyRow[] }

/** Every layer's say on every limit; the one that decides stands on its own ground. */
export function PolicyTable({ columns, rows }: PolicyTableProps) {
  const drop = (column: PolicyColumn) => (column.id === 'key' || column.id === 'profile' ? undefined : 4)
  // A key of a project has a column more, and the bars have no room beside it.
  const dropShare = columns.length > 4 ? 3 : 4
  return (
    <Table label="Policy in force" inline rows="tight">
      <thead>
        <tr>
          <Th>Limit</Th>
          {columns.map((column) => (
            <Th key={column.id} num drop={drop(column)}>
              {column.title}
              {column.name ? <span className="ml-auto block max-w-24 truncate font-normal">{column.name}</span> : null}
            </Th>
          ))}
          <Th num>Used now</Th>
          <Th className="w-20" drop={dropShare}>
            <span className="sr-only">Share</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <Td>
              <b>{row.name}</b>
            </Td>
            {columns.map((column) => (
              <Td key={column.id} num dim drop={drop(column)}>
                <Cell value={row.cells[column.id] ?? null} wins={row.winner === column.id} />
              </Td>
            ))}
            <Td num>{row.used}</Td>
            <Td num drop={dropShare}>
              {row.share === null ? ' ' : <Meter inRow spent={row.share} />}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Cell({ value, wins }: { readonly value: string | null; readonly wins: boolean }) {
  if (value === null) return <span className="text-ink-3">–</span>
  if (!wins) return value
  return (
    <span className="-mr-2 rounded-1 bg-accent-soft px-2 py-1 font-semibold text-accent-ink">
      {value}
      <span className="sr-only">, decides</span>
    </span>
  )
}
