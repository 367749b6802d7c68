'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState, type ReactNode } from 'react'
import * as z from 'zod'
import { ApiProblem, readApi } from '#components/query/api.ts'
import { Button } from '#components/ui/button.tsx'
import { CopyId } from '#components/ui/copy-button.tsx'
import { Empty } from '#components/ui/states.tsx'

const booked = z.object({ id: z.string() })
const everyMs = 1_500
const longestMs = 60_000

type WaitForRecordProps = {
  readonly id: string
  /** What is waited for: it is at `/calls/{id}` or `/decisions/{id}` of the management API. */
  readonly of: 'calls' | 'decisions'
  /** A link to the list, for when nothing comes. */
  readonly listLink: ReactNode
}

const words = {
  calls: {
    waiting: 'Waiting for the receipt',
    why: 'A receipt is written when a call has ended. This one may still be running; it shows here the moment it is settled.',
    unreadable: 'The receipt cannot be read at the moment',
    none: 'No call with this id, or it is not yours to see',
  },
  decisions: {
    waiting: 'Waiting for the decision',
    why: 'A decision is here within 5 seconds of the refusal, and of the end of a call that was let through.',
    unreadable: 'The decision cannot be read at the moment',
    none: 'No decision with this id, or it is not yours to see',
  },
}

/**
 * A call of this moment that the ledger does not have yet: it may still run, or have ended just now. Waits for a minute,
 * then says what else it can mean.
 */
export function WaitForRecord({ id, of, listLink }: WaitForRecordProps) {
  const router = useRouter()
  const [round, setRound] = useState(0)
  const [over, setOver] = useState(false)
  const { data, error } = useQuery({
    queryKey: ['booked', of, id],
    queryFn: ({ signal }) => readApi(`/${of}/${id}`, booked, signal),
    refetchInterval: (query) => (over || query.state.data ? false : everyMs),
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

  if (over && !isThere) {
    return (
      <Empty
        icon="search"
        title={words[of].none}
        action={
          <>
            {listLink}
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
        <CopyId text={id} label="Copy id" /> has nothing after a minute.
      </Empty>
    )
  }
  const isUnreadable = error instanceof ApiProblem && error.status !== 404
  return (
    <Empty icon="clock" title={isUnreadable ? words[of].unreadable : words[of].waiting}>
      <span role="status">{isUnreadable ? 'This page tries again by itself.' : words[of].why}</span>
    </Empty>
  )
}
