import { formatCount, formatLatency, formatPercent } from '#components/ui/format.ts'
import { Facts } from '#components/ui/section.tsx'
import { Sparkline } from '#components/ui/sparkline.tsx'
import type { ProviderHealth } from '#lib/reports/overview-contract.ts'

/** How the provider did in the last 24 hours. */
export function HealthFacts({ health }: { readonly health: ProviderHealth | undefined }) {
  if (!health || (health.calls === 0 && health.tries === 0))
    return <p className="text-ink-2">No call was sent there.</p>
  const { calls, share, tries, errors, throttled, firstTokenP50Ms, p95Ms, trend } = health
  return (
    <Facts
      items={[
        {
          label: 'Calls',
          value: (
            <span className="flex items-center gap-3">
              {formatCount(calls)}, {formatPercent(share * 100)} of all
              <Sparkline values={trend} fromZero label="Calls by the hour" />
            </span>
          ),
        },
        {
          label: 'First token, p50',
          value: firstTokenP50Ms === null ? 'No streamed call' : formatLatency(firstTokenP50Ms, 'first token'),
        },
        { label: 'Whole answer, p95', value: p95Ms === null ? 'None served' : formatLatency(p95Ms) },
        {
          label: 'Errors',
          value: `${formatCount(errors)} of ${formatCount(tries)} tries${tries > 0 ? `, ${formatPercent((errors / tries) * 100)}` : ''}`,
        },
        { label: 'Their 429s', value: formatCount(throttled) },
      ]}
    />
  )
}
