'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { problemText, sendApi } from '#components/query/api.ts'
import { Button } from '#components/ui/button.tsx'
import { formatKey, plural } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { ConfirmPopover, Effects } from '#components/ui/popover.tsx'
import { toast } from '#components/ui/toaster.tsx'
import { keyView } from '#lib/keys/contract.ts'

type EndOldSecretProps = {
  readonly keyId: string
  readonly secretId: string
  readonly last4: string
  /** How many callers of the last day still use it. */
  readonly callers: number
}

/** Ends the grace of a rotation before its time. */
export function EndOldSecret({ keyId, secretId, last4, callers }: EndOldSecretProps) {
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [isSending, setSending] = useState(false)
  async function end() {
    setSending(true)
    try {
      await sendApi(`/keys/${encodeURIComponent(keyId)}/secrets/${encodeURIComponent(secretId)}/end`, keyView)
      setOpen(false)
      router.refresh()
    } catch (error) {
      toast({ text: problemText(error) })
    } finally {
      setSending(false)
    }
  }
  return (
    <div>
      <ConfirmPopover
        open={open}
        onOpenChange={setOpen}
        trigger={
          <Button size="small" variant="danger" icon="ban">
            End old secret now
          </Button>
        }
        title={`End ${formatKey(last4)} now?`}
        actions={
          <>
            <Button variant="quiet" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button variant="danger-solid" busy={isSending} onClick={end}>
              End it now
            </Button>
          </>
        }
      >
        <Effects
          items={[
            {
              icon: <Icon name="ban" />,
              text: (
                <>
                  It is refused within <b>1 s</b>, with 401 invalid_api_key
                </>
              ),
            },
            {
              icon: <Icon name="users" />,
              text:
                callers === 0
                  ? 'Nobody used it in the last 24 hours'
                  : `${plural(callers, 'caller')} used it in the last 24 hours and would stop`,
            },
            { icon: <Icon name="check" />, text: 'The new secret goes on working' },
          ]}
        />
      </ConfirmPopover>
    </div>
  )
}
