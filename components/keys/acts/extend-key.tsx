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
  /** To when, epoch ms. */
  readonly toMs: number
}

/** Moves the end of a key as far as its profile lets it. */
export function ExtendKey({ id, toMs }: ExtendKeyProps) {
  const router = useRouter()
  const [isSending, setSending] = useState(false)
  async function extend() {
    setSending(true)
    const expiresAt = new Date(toMs).toISOString()
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
    <Button size="small" busy={isSending} onClick={extend}>
      Extend to {formatDate(toMs)}
    </Button>
  )
}
