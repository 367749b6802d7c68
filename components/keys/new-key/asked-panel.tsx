'use client'

import { useState } from 'react'
import { SecretBox } from '#components/keys/reveal/secret-box.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { DialogClose } from '#components/ui/dialog.tsx'
import { Note, Verdict } from '#components/ui/note.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import type { AskedKey } from '#components/keys/new-key/use-new-key.ts'

type AskedPanelProps = { readonly asked: AskedKey; readonly closeHref: string }

/** A key that waits: its secret is told now, once, and works from the approval on. */
export function AskedPanel({ asked, closeHref }: AskedPanelProps) {
  const [isCopied, setCopied] = useState(false)
  const [warned, setWarned] = useState(false)

  function mayClose(): boolean {
    if (isCopied || warned) return true
    setWarned(true)
    return false
  }

  return (
    <Panel
      title={`${asked.name} waits for approval`}
      open
      closeHref={closeHref}
      onBeforeClose={mayClose}
      foot={
        <PanelFoot
          verdict={
            warned && !isCopied ? (
              <Verdict tone="warn" title="The key was not copied">
                Nobody can show it again. Press Done once more to close.
              </Verdict>
            ) : null
          }
        >
          <ButtonLink href={`/requests/${asked.keyRequestId}`}>Open the request</ButtonLink>
          <DialogClose>
            <Button variant="primary">Done</Button>
          </DialogClose>
        </PanelFoot>
      }
    >
      <SecretBox secret={asked.key} onCopied={() => setCopied(true)} />
      <Note tone="warn" icon="clock" title="It does not work yet.">
        Put it where it will be used. Calls are answered 401 key_pending_approval until somebody approves; then it works
        within a second.
      </Note>
    </Panel>
  )
}
