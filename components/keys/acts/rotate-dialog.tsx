'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useRef, useState, type ReactNode } from 'react'
import type { ModelChoice } from '#components/keys/new-key/options.ts'
import { RevealPanel } from '#components/keys/reveal/reveal-panel.tsx'
import { sendApi } from '#components/query/api.ts'
import { newIdempotencyKey } from '#components/query/idempotency-key.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogClose } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'
import { mintedKey, type MintedKey } from '#lib/keys/contract.ts'

const graces = [
  { value: '0', label: 'None', help: 'The old secret is refused within 1 s. For one that leaked.' },
  { value: '3600', label: '1 h', help: 'Both secrets work for an hour.' },
  { value: '86400', label: '24 h', help: 'Both secrets work for a day, so that programs can move one by one.' },
  { value: '604800', label: '7 days', help: 'Both secrets work for a week, so that programs can move one by one.' },
] as const

type RotateDialogProps = {
  readonly subject: { readonly id: string; readonly name: string; readonly liveSecrets: number }
  /** What the key may call, for the snippets beside the new secret. */
  readonly models: readonly ModelChoice[]
  readonly baseUrl: string
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly trigger?: ReactNode
}

/** A new secret for the same key: how long the old one goes on, then the one look at the new one. */
export function RotateDialog({ subject, models, baseUrl, open, onOpenChange, trigger }: RotateDialogProps) {
  const router = useRouter()
  const [grace, setGrace] = useState<(typeof graces)[number]['value']>('86400')
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const [minted, setMinted] = useState<MintedKey | null>(null)
  const wish = useRef<string | null>(null)

  function change(next: boolean) {
    wish.current = null
    setProblem(null)
    onOpenChange(next)
  }
  async function rotate() {
    setSending(true)
    setProblem(null)
    wish.current ??= newIdempotencyKey()
    try {
      const path = `/keys/${encodeURIComponent(subject.id)}/rotate`
      setMinted(await sendApi(path, mintedKey, { body: { graceSeconds: Number(grace) }, idempotencyKey: wish.current }))
      change(false)
      router.refresh()
    } catch (error) {
      setProblem(error)
    } finally {
      setSending(false)
    }
  }

  if (minted) {
    return (
      <>
        {trigger}
        <RevealPanel
          title="New secret"
          minted={minted}
          models={models}
          baseUrl={baseUrl}
          isRotation
          onClose={() => setMinted(null)}
        />
      </>
    )
  }
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      trigger={trigger}
      title={`Rotate ${subject.name}`}
      description="The key stays the same, with its limits, its spend and its history. It gets a new secret."
      foot={
        <>
          <DialogClose>
            <Button variant="quiet">Cancel</Button>
          </DialogClose>
          <Button variant="primary" busy={isSending} onClick={rotate} data-autofocus>
            Rotate
          </Button>
        </>
      }
    >
      <Field label="The old secret goes on for" group help={graces.find(({ value }) => value === grace)?.help}>
        <Segmented
          label="The old secret goes on for"
          wide
          value={grace}
          options={graces}
          onValueChange={(next) => {
            wish.current = null
            setGrace(next)
          }}
        />
      </Field>
      {subject.liveSecrets > 1 ? (
        <p className="text-ink-2">
          A rotation is under way. The secret before the current one ends at once: a key has two at most.
        </p>
      ) : null}
      {problem ? (
        <Suspense>
          <ProblemNote error={problem} title="The key was not rotated." />
        </Suspense>
      ) : null}
    </Dialog>
  )
}
