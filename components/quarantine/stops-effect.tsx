'use client'

import { useQuery } from '@tanstack/react-query'
import * as z from 'zod'
import { sendApi } from '#components/query/api.ts'
import { formatCount, formatMoney, plural } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Effects } from '#components/ui/popover.tsx'
import { SkeletonLines } from '#components/ui/states.tsx'
import { stops, type Stops } from '#lib/quarantine/contract.ts'

const answer = z.object({ stops })

/** What a quarantine would stop, asked of the server without doing it. `path` is the thing's on the API. */
export function StopsEffect({ path, withKeys = true }: { readonly path: string; readonly withKeys?: boolean }) {
  const { data, isError } = useQuery({
    queryKey: ['quarantine effect', path],
    staleTime: 0,
    queryFn: () => sendApi(`${path}/quarantine`, answer, { body: { dryRun: true } }),
  })
  if (isError) return <p className="text-ink-3">What would stop could not be counted.</p>
  if (!data) return <SkeletonLines lines={3} label="Counting what would stop" />
  const counted = data.stops
  return (
    <Effects
      items={[
        ...(withKeys ? [{ icon: <Icon name="key" />, text: keysText(counted) }] : []),
        {
          icon: <Icon name="chart" />,
          text:
            counted.calls === 0
              ? 'No call in the last 7 days'
              : `${formatCount(counted.calls)} ${counted.calls === 1 ? 'call' : 'calls'} and ${formatMoney(counted.spentUsd)} in the last 7 days`,
        },
        {
          icon: <Icon name="play" />,
          text:
            counted.runningCalls === 0
              ? 'No call runs now'
              : `${plural(counted.runningCalls, 'call runs', 'calls run')} now; they finish and are paid for`,
        },
      ]}
    />
  )
}

function keysText({ keys, firstKeys }: Stops): string {
  if (keys === 0) return 'No working key'
  const names = firstKeys.slice(0, 4).map(({ name }) => name)
  const others = keys - names.length
  return `${plural(keys, 'working key')}: ${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`
}
