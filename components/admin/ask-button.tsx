'use client'

import { Suspense, useState, type ReactNode } from 'react'
import * as z from 'zod'
import { useSend } from '#components/admin/use-send.ts'
import { UntilField, untilBody, type Until } from '#components/quarantine/until-field.tsx'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button, type ButtonProps } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { ConfirmPopover, Effects } from '#components/ui/popover.tsx'

export type AskButtonProps = {
  /** On the button that asks. */
  readonly label: string
  readonly icon?: IconName
  readonly variant?: ButtonProps['variant']
  readonly size?: ButtonProps['size']
  readonly title: string
  readonly description: string
  readonly effects: readonly { readonly icon: IconName; readonly text: ReactNode }[]
  /** On the button that does it. */
  readonly verb: string
  readonly verbVariant: ButtonProps['variant']
  readonly path: string
  readonly method?: 'POST' | 'PATCH' | 'DELETE'
  readonly body?: Readonly<Record<string, unknown>>
  /** Asks why, and sends it as `reason`. */
  readonly why?: string
  /** Asks how long, and sends the end as `until`. */
  readonly ends?: boolean
  /** "Esc to keep it". */
  readonly keep?: string
  /** Counted when it is asked: what would stop. */
  readonly counted?: ReactNode
  /** For what cannot be undone: this has to be typed first. */
  readonly typed?: string
  /** Where to go when it is done; without it the page is read anew. */
  readonly onDone?: () => void
}

/** One act with what it does, counted, before it is done. */
export function AskButton(props: AskButtonProps) {
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [name, setName] = useState('')
  const [until, setUntil] = useState<Until>('released')
  const isTyped = props.typed === undefined || name.trim() === props.typed
  const { send, busy, problem, forget } = useSend(z.unknown())

  function change(next: boolean) {
    if (!next) {
      setReason('')
      setName('')
      setUntil('released')
      forget()
    }
    setOpen(next)
  }
  async function act() {
    if (!isTyped) return
    const body = {
      ...props.body,
      ...(props.ends ? untilBody(until) : {}),
      ...(reason.trim() ? { reason: reason.trim() } : {}),
    }
    if (await send(props.path, { method: props.method, body })) {
      change(false)
      props.onDone?.()
    }
  }

  return (
    <ConfirmPopover
      open={open}
      onOpenChange={change}
      trigger={
        <Button icon={props.icon} variant={props.variant} size={props.size}>
          {props.label}
        </Button>
      }
      title={props.title}
      description={props.description}
      hint={
        props.keep ? (
          <span className="phone:hidden">
            <Kbd>Esc</Kbd> {props.keep}
          </span>
        ) : null
      }
      actions={
        <>
          <Button variant="quiet" onClick={() => change(false)}>
            Cancel
          </Button>
          <Button variant={props.verbVariant} busy={busy} disabled={!isTyped} onClick={act}>
            {props.verb}
          </Button>
        </>
      }
    >
      <Effects items={props.effects.map(({ icon, text }) => ({ icon: <Icon name={icon} />, text }))} />
      {props.counted}
      {props.typed === undefined ? null : (
        <Field
          label={
            <>
              Type <span className="mono">{props.typed}</span>
            </>
          }
        >
          <Input mono value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
      )}
      {props.ends ? <UntilField value={until} onChange={setUntil} /> : null}
      {props.why ? (
        <Field label="Why" meaning="goes to the audit log">
          <Input
            value={reason}
            maxLength={500}
            placeholder={props.why}
            onChange={(event) => setReason(event.target.value)}
            onKeyDown={(event) => (event.key === 'Enter' && (event.metaKey || event.ctrlKey) ? void act() : undefined)}
          />
        </Field>
      ) : null}
      {problem ? (
        <Suspense>
          <ProblemNote error={problem} title="Nothing was changed." />
        </Suspense>
      ) : null}
    </ConfirmPopover>
  )
}
