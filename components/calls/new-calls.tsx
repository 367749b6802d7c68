'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTransition } from 'react'
import * as z from 'zod'
import { readApi } from '#components/query/api.ts'
import { Button } from '#components/ui/button.tsx'

const page = z.object({ data: z.array(z.object({ id: z.string() })) })
const everyMs = 5_000

type NewCallsProps = {
  /** The address of the management API with the page's filters. */
  readonly path: string
  /** The newest call on the page; null where there is none yet. */
  readonly newestId: string | null
}

/** Says how many calls came since the page was made. They wait until they are asked for, so that no row moves under a hand. */
export function NewCalls({ path, newestId }: NewCallsProps) {
  const router = useRouter()
  const [isPending, start] = useTransition()
  const { data } = useQuery({
    queryKey: ['new calls', path],
    queryFn: ({ signal }) => readApi(path, page, signal),
    // react-query rests while the page is hidden.
    refetchInterval: everyMs,
    retry: false,
  })
  const ids = data?.data.map(({ id }) => id) ?? []
  const known = newestId === null ? -1 : ids.indexOf(newestId)
  const count = known === -1 ? ids.length : known
  return (
    <div role="status" className={count === 0 ? 'sr-only' : 'flex flex-none justify-center border-b border-line py-1'}>
      {count === 0 ? null : (
        <Button size="small" variant="quiet" icon="up" busy={isPending} onClick={() => start(() => router.refresh())}>
          {count} {known === -1 && newestId !== null ? 'or more new calls' : count === 1 ? 'new call' : 'new calls'}
        </Button>
      )}
    </div>
  )
}
