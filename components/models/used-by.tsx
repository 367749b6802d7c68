import { formatCount, MISSING } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Section } from '#components/ui/section.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Spent } from '#components/usage/spent.tsx'
import type { UsageReport } from '#lib/reports/contract.ts'

type UsedByProps = {
  readonly name: string
  readonly usage: UsageReport
  readonly isWide: boolean
  readonly opensKeys: boolean
}

/** Which keys call a model most, as far as the reader may see. */
export function UsedBy({ name, usage, isWide, opensKeys }: UsedByProps) {
  const { totals, data } = usage
  const whose = isWide ? 'By everybody' : 'By your keys'
  return (
    <Section
      title="Last 30 days"
      aside={whose}
      end={
        totals.calls > 0 ? (
          <Link href={`/usage?period=30d&by=key&model=${encodeURIComponent(name)}`}>All usage</Link>
        ) : null
      }
    >
      {totals.calls === 0 ? (
        <p className="text-ink-2">{isWide ? 'Nobody has called it.' : 'You have not called it.'}</p>
      ) : (
        <Table label="Usage by key" inline>
          <thead>
            <tr>
              <Th>Key</Th>
              <Th num>Calls</Th>
              <Th num drop={4}>
                Refused
              </Th>
              <Th num>Spent</Th>
            </tr>
          </thead>
          <tbody>
            {data.map((row) => (
              <tr key={row.key?.id ?? 'none'}>
                <Td>
                  {row.key?.id && opensKeys ? (
                    <Link href={`/keys/${row.key.id}`}>{row.key.name}</Link>
                  ) : (
                    (row.key?.name ?? <span className="text-ink-3">No key</span>)
                  )}
                </Td>
                <Td num>{formatCount(row.calls)}</Td>
                <Td num dim drop={4}>
                  {row.refused === 0 ? null : formatCount(row.refused)}
                </Td>
                <Td num>
                  <Spent sums={row} />
                </Td>
              </tr>
            ))}
            <tr>
              <Td>
                <b>All keys</b>
              </Td>
              <Td num>
                <b>{formatCount(totals.calls)}</b>
              </Td>
              <Td num drop={4}>
                <b>{totals.refused === 0 ? MISSING : formatCount(totals.refused)}</b>
              </Td>
              <Td num>
                <b>
                  <Spent sums={totals} />
                </b>
              </Td>
            </tr>
          </tbody>
        </Table>
      )}
    </Section>
  )
}
