'use client'

import { useQuery } from '@tanstack/react-query'
import { sendApi } from '#components/query/api.ts'
import { formatCount, plural } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Effects } from '#components/ui/popover.tsx'
import { SkeletonLines } from '#components/ui/states.tsx'
import { catalogueEffect } from '#lib/catalog/contract.ts'

/** What would stop, asked of the server without doing it. */
export function SupplyEffect({ providerId }: { readonly providerId: string }) {
  const { data, isError } = useQuery({
    queryKey: ['quarantine effect', 'provider', providerId],
    staleTime: 0,
    queryFn: () =>
      sendApi(`/providers/${encodeURIComponent(providerId)}/quarantine`, catalogueEffect, {
        body: { dryRun: true },
      }),
  })
  if (isError) return <p className="text-ink-3">What would stop could not be counted.</p>
  if (!data) return <SkeletonLines lines={2} label="Counting what would stop" />
  return (
    <Effects
      items={[
        {
          icon: <Icon name="chart" />,
          text: `It was called ${formatCount(data.callsLastDay)} times in the last 24 hours`,
        },
        {
          icon: <Icon name="cube" />,
          text:
            data.models.length === 0
              ? 'Every model it serves has another route'
              : `${plural(data.models.length, 'model has', 'models have')} no other route: ${data.models.slice(0, 6).join(', ')}${data.models.length > 6 ? ' and more' : ''}`,
        },
      ]}
    />
  )
}
