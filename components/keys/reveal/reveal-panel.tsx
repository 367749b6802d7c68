'use client'

import { useState } from 'react'
import { KeyTerms } from '#components/keys/key-terms.tsx'
import type { ModelChoice } from '#components/keys/new-key/options.ts'
import { RevealBody } from '#components/keys/reveal/reveal-body.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { DialogClose } from '#components/ui/dialog.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Section } from '#components/ui/section.tsx'
import type { MintedKey } from '#lib/keys/contract.ts'

type RevealPanelProps = {
  readonly title: string
  /** Holds the text of the key. It lives in this page's memory, and is gone with it. */
  readonly minted: MintedKey
  readonly models: readonly ModelChoice[]
  readonly baseUrl: string
  /** Where closing leads; left out, `onClose` decides. */
  readonly closeHref?: string
  readonly onClose?: () => void
  /** A rotation instead of a new key. */
  readonly isRotation?: boolean
}

/** The one look at a secret. Closing before it was copied asks once. */
export function RevealPanel({
  title,
  minted,
  models,
  baseUrl,
  closeHref,
  onClose,
  isRotation = false,
}: RevealPanelProps) {
  const [isStored, setStored] = useState(false)
  const [asked, setAsked] = useState(false)

  function mayClose(): boolean {
    if (isStored || asked) return true
    setAsked(true)
    return false
  }

  return (
    <Panel
      title={title}
      open
      closeHref={closeHref}
      onOpenChange={(open) => (open ? undefined : onClose?.())}
      onBeforeClose={mayClose}
      foot={
        <PanelFoot
          verdict={
            asked && !isStored ? (
              <Verdict tone="warn" title="The key was not copied">
                Nobody can show it again. Rotating makes a new one. Press Done once more to close.
              </Verdict>
            ) : null
          }
          start={
            <CheckRow checked={isStored} onCheckedChange={(on) => setStored(on === true)}>
              I have stored the key
            </CheckRow>
          }
        >
          <ButtonLink
            href={`/keys/${minted.id}`}
            onClick={(event) => (mayClose() ? undefined : event.preventDefault())}
          >
            Open key
          </ButtonLink>
          <DialogClose>
            <Button variant="primary">Done</Button>
          </DialogClose>
        </PanelFoot>
      }
    >
      <RevealBody
        minted={minted}
        models={models}
        baseUrl={baseUrl}
        isRotation={isRotation}
        onCopied={() => setStored(true)}
      />
      <Section title="What this key may do" level={3}>
        <KeyTerms terms={minted} />
      </Section>
    </Panel>
  )
}
