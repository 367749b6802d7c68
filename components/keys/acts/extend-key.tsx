'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { problemText, sendApi } from '#components/query/api.ts'
import { Button } from '#components/ui/button.tsx'
import { formatDate } from '#components/ui/format.ts'
import { toast } from '#components/ui/toaster.tsx'
import { keyView } from '#lib/keys/contract.ts'

type ExtendKeyProps = {
  readonly id: string
  /** The most that the profile allows from now on; null for no end. */
  readonly maximumDays: number | null
  readonly quiet?: boolean
}

const dayMs = 86_400_000
/** What a key gets where its profile sets no end. */
const aYear = 365
/** The server counts from its own clock: a minute less than the most is never too much. */
const slackMs = 60_000

/** Moves the end of a key as far as its profile lets it. */
export function ExtendKey({ id, maximumDays, quiet = false }: ExtendKeyProps) {
  const router = useRouter()
  const [isSending, setSending] = useState(false)
  async function extend() {
    setSending(true)
    const expiresAt = new Date(Date.now() + (maximumDays ?? aYear) * dayMs - slackMs).toISOString()
    try {
      const changed = await sendApi(`/keys/${encodeURIComponent(id)}`, keyView, {
        method: 'PATCH',
        body: { expiresAt },
      })
      router.refresh()
      toast({ text: `${changed.name} now ends on ${formatDate(Date.parse(changed.expiresAt ?? expiresAt))}.` })
    } catch (error) {
      toast({ text: problemText(error) })
    } finally {
      setSending(false)
    }
  }
  return (
    <Button size="small" variant={quiet ? 'quiet' : 'plain'} busy={isSending} onClick={extend}>
      Extend by {maximumDays ?? aYear} days
    </Button>
  )
}
