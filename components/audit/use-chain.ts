'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { readApi } from '#components/query/api.ts'
import { verification, type Verification } from '#lib/audit/contract.ts'

const resultKey = ['audit', 'chain'] as const
const progressKey = ['audit', 'chain', 'progress'] as const

export type Chain =
  | { readonly state: 'checking'; readonly checked: number }
  | { readonly state: 'verified'; readonly entries: number; readonly atMs: number }
  | { readonly state: 'broken'; readonly seq: number; readonly message: string; readonly atMs: number }
  | { readonly state: 'unknown'; readonly error: unknown }

/**
 * The whole chain, checked by the server in runs of at most 100,000 entries, the count rising meanwhile. One check serves
 * every part of the page; it is kept for five minutes.
 */
export function useChain(): { readonly chain: Chain; readonly verify: () => void } {
  const client = useQueryClient()
  const progress = useQuery<number>({ queryKey: progressKey, queryFn: () => 0, initialData: 0, staleTime: Infinity })
  const result = useQuery({
    queryKey: resultKey,
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }) => {
      client.setQueryData(progressKey, 0)
      return verifyAll(signal, (checked) => client.setQueryData(progressKey, checked))
    },
  })
  return { chain: chainOf(result, progress.data), verify: () => void result.refetch() }
}

async function verifyAll(signal: AbortSignal, onProgress: (checked: number) => void): Promise<Verification> {
  let entries = 0
  for (let from = 1; ;) {
    const run = await readApi(`/audit/verify?from=${from}`, verification, signal)
    entries += run.entries
    onProgress(entries)
    if (!run.verified || run.nextFrom === null) return { ...run, entries }
    from = run.nextFrom
  }
}

function chainOf(
  {
    data,
    error,
    isFetching,
  }: { readonly data: Verification | undefined; readonly error: unknown; readonly isFetching: boolean },
  checked: number,
): Chain {
  if (isFetching) return { state: 'checking', checked }
  if (error) return { state: 'unknown', error }
  if (!data) return { state: 'checking', checked }
  const atMs = Date.parse(data.at)
  if (data.firstBad) return { state: 'broken', seq: data.firstBad.seq, message: data.firstBad.message, atMs }
  return { state: 'verified', entries: data.entries, atMs }
}

/** What the check says of one entry; null while it says nothing. An entry that was written after it is not covered yet. */
export function verdictOn(chain: Chain, seq: number): 'verified' | 'bad' | 'unproved' | null {
  if (chain.state === 'broken') return seq < chain.seq ? 'verified' : seq === chain.seq ? 'bad' : 'unproved'
  if (chain.state === 'verified') return seq <= chain.entries ? 'verified' : null
  return null
}
