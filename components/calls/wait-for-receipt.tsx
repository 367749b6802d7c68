'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import * as z from 'zod'
import { ApiProblem, readApi } from '#components/query/api.ts'
import { queryKeys } from '#components/query/keys.ts'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CopyId } from '#components/ui/copy-button.tsx'
import { Empty } from '#components/ui/states.tsx'

const settled = z.object({ id: z.string() })
const everyMs = 1_500
const longestMs = 60_000

/**
 * A call that has no receipt yet: it may still run, or have ended this moment. Waits for a minute, then says what else it
 * can mean.
 */
export function WaitForReceipt({ callId }: { readonly callId: string }) {
  const router = useRouter()
  const [round, setRound] = useState(0)
  const [over, setOver] = useState(false)
  const { data, error } = useQuery({
    queryKey: queryKeys.call(callId),
    queryFn: ({ signal }) => readApi(`/calls/${callId}`, settled, signal),
    refetchInterval: over ? false : everyMs,
    retry: false,
  })
  const isThere = data !== undefined
  useEffect(() => {
    if (isThere) router.refresh()
  }, [isThere, router])
  useEffect(() => {
    const end = setTimeout(() => setOver(true), longestMs)
    return () => clearTimeout(end)
  }, [round])

  if (over) {
    return (
      <Empty
        icon="search"
        title="No call with this id, or it is not yours to see"
        action={
          <>
            <ButtonLink href="/calls">All calls</ButtonLink>
            <Button
              variant="quiet"
              onClick={() => {
                setOver(false)
                setRound(round + 1)
              }}
            >
              Wait on
            </Button>
          </>
        }
      >
        A receipt is written when a call has ended. <CopyId text={callId} label="Copy call id" /> has none after a
        minute.
      </Empty>
    )
  }
  const isUnreadable = error instanceof ApiProblem && error.status !== 404
  return (
    <Empty icon="clock" title={isUnreadable ? 'The receipt cannot be read at the moment' : 'Waiting for the receipt'}>
      <span role="status">
        {isUnreadable
          ? 'This page tries again by itself.'
          : 'A receipt is written when a call has ended. This one may still be running; it shows here the moment it is settled.'}
      </span>
    </Empty>
  )
}
