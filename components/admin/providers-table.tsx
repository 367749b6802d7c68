import { ProviderCondition } from '#components/providers/provider-health.tsx'
import { formatCount, formatLatency, formatPercent, MISSING } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Sparkline } from '#components/ui/sparkline.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { ProviderHealth } from '#lib/reports/overview-contract.ts'

type ProvidersTableProps = {
  readonly providers: readonly ProviderHealth[]
  /** Whether the reader may open a provider. */
  readonly opens: boolean
}

/** How each provider did in the period: what it got, how quickly it answered, how often it failed. */
export function ProvidersTable({ providers, opens }: ProvidersTableProps) {
  return (
    <Table label="Providers" inline>
      <thead>
        <tr>
          <Th>Provider</Th>
          <Th>State</Th>
          <Th num>Share</Th>
          <Th num drop={4}>
            First token, p50
          </Th>
          <Th num drop={4}>
            Answer, p95
          </Th>
          <Th drop={3} className="w-24">
            Calls
          </Th>
          <Th num>Errors</Th>
          <Th num drop={3}>
            Their 429s
          </Th>
        </tr>
      </thead>
      <tbody>
        {providers.map((provider) => (
          <tr key={provider.id}>
            <Td give>
              {opens ? (
                <Link href={`/admin/providers/${provider.id}`} className="text-ink hover:text-ink">
                  {provider.displayName}
                </Link>
              ) : (
                <b>{provider.displayName}</b>
              )}{' '}
              <span className="text-ink-3 drop-3:hidden">{provider.regions.join(', ')}</span>{' '}
              {provider.simulated ? <Tag>Simulated</Tag> : null}
            </Td>
            <Td>
              <ProviderCondition condition={provider.condition} />
            </Td>
            <Td num>
              {provider.calls === 0 ? <span className="text-ink-3">none</span> : formatPercent(provider.share * 100)}
            </Td>
            <Td num drop={4}>
              {provider.firstTokenP50Ms === null ? null : formatLatency(provider.firstTokenP50Ms, 'first token')}
            </Td>
            <Td num drop={4} className={provider.condition === 'slow' ? 'text-warn-ink' : undefined}>
              {provider.p95Ms === null ? null : formatLatency(provider.p95Ms)}
            </Td>
            <Td drop={3}>
              {provider.calls === 0 ? null : (
                <Sparkline values={provider.trend} width={84} fromZero label={`${formatCount(provider.calls)} calls`} />
              )}
            </Td>
            <Td num dim className={provider.condition === 'failing' ? 'text-bad-ink!' : undefined}>
              {provider.tries === 0 ? MISSING : formatPercent((provider.errors / provider.tries) * 100)}
            </Td>
            <Td num dim drop={3}>
              {provider.tries === 0 ? MISSING : formatCount(provider.throttled)}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
