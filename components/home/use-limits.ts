'use client'

import { useQuery } from '@tanstack/react-query'
import { readApi } from '#components/query/api.ts'
import { queryKeys } from '#components/query/keys.ts'
import { limitsView, type KeyLimitsView, type LimitsView } from '#lib/limits/contract.ts'

const everyMs = 5_000

export type LiveLimits = {
  readonly limits: KeyLimitsView | null
  /** When they were read, epoch ms. */
  readonly atMs: number | null
  /** What is shown is the last that could be read. */
  readonly isStale: boolean
}

/** The limits of one key, read anew every five seconds while somebody looks. */
export function useLimits(keyId: string, initial: LimitsView | null): LiveLimits {
  const { data, isError } = useQuery({
    queryKey: queryKeys.limits(keyId),
    queryFn: ({ signal }) => readApi(`/me/limits?filter[key]=${encodeURIComponent(keyId)}`, limitsView, signal),
    ...(initial ? { initialData: initial, initialDataUpdatedAt: Date.parse(initial.at) } : {}),
    refetchInterval: everyMs,
    retry: 1,
  })
  return {
    limits: data?.data[0] ?? null,
    atMs: data ? Date.parse(data.at) : null,
    isStale: isError,
  }
}
