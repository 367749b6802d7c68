import { refusalWords } from '#components/admin/refusal-words.ts'
import { formatCount, plural } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { RefusalReason } from '#lib/reports/overview-contract.ts'

type RefusalsTableProps = { readonly refusals: readonly RefusalReason[]; readonly nowMs: number }

/** What stopped calls, most often first. */
export function RefusalsTable({ refusals, nowMs }: RefusalsTableProps) {
  const explained = refusals.some((refusal) => refusal.decisionId !== null)
  return (
    <Table label="Top refusals" inline rows="tight">
      <thead>
        <tr>
          <Th>Reason</Th>
          <Th num>Calls</Th>
          <Th>Who</Th>
          <Th num drop={4}>
            Last
          </Th>
          {explained ? (
            <Th num>
              <span className="sr-only">The latest</span>
            </Th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {refusals.map((refusal) => (
          <tr key={refusal.code}>
            <Td>
              <b>{refusalWords(refusal.code)}</b>{' '}
              <span className="mono text-xs text-ink-3 drop-3:hidden">{refusal.code}</span>
            </Td>
            <Td num>{formatCount(refusal.calls)}</Td>
            <Td give>
              <Callers refusal={refusal} />
            </Td>
            <Td num dim drop={4}>
              <Time at={refusal.lastMs} now={nowMs} />
            </Td>
            {explained ? (
              <Td num>{refusal.decisionId ? <Link href={`/decisions/${refusal.decisionId}`}>Why?</Link> : null}</Td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** The key that met it most, by name where the reader may see keys; else how many there were. */
function Callers({ refusal: { key, keys } }: { readonly refusal: RefusalReason }) {
  if (!key) return <span className="text-ink-2">{keys === 0 ? 'Nobody known' : plural(keys, 'key')}</span>
  return (
    <>
      <Link href={`/keys/${key.id}`}>{key.name}</Link>
      {keys > 1 ? <span className="text-ink-3"> and {plural(keys - 1, 'other')}</span> : null}
    </>
  )
}
