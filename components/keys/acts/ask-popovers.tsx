'use client'

import { Suspense, useState, type ReactNode } from 'react'
import { useKeyActs, type KeyAct, type KeySubject } from '#components/keys/acts/use-key-acts.ts'
import { StopsEffect } from '#components/quarantine/stops-effect.tsx'
import { UntilField, untilBody, type Until } from '#components/quarantine/until-field.tsx'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { ConfirmPopover, Effects } from '#components/ui/popover.tsx'

type Effect = { readonly icon: ReactNode; readonly text: ReactNode }

type Question = {
  readonly act: Extract<KeyAct, 'revoke' | 'quarantine' | 'release'>
  readonly verb: string
  readonly title: (name: string) => string
  readonly description: string
  readonly icon: ReactNode
  readonly effects: readonly Effect[]
  readonly placeholder: string
  readonly button: 'danger-solid' | 'quarantine-solid' | 'primary'
  readonly keep: string
}

const questions: Record<Question['act'], Question> = {
  revoke: {
    act: 'revoke',
    verb: 'Revoke now',
    title: (name) => `Revoke ${name}?`,
    description: 'This cannot be undone.',
    icon: <Icon name="ban" className="text-bad-ink" />,
    effects: [
      {
        icon: <Icon name="ban" />,
        text: (
          <>
            Its secrets are refused within <b>1 s</b>, with 401 key_revoked
          </>
        ),
      },
      { icon: <Icon name="play" />, text: 'Streams that run now finish and are paid for' },
      { icon: <Icon name="chart" />, text: 'Its calls and its spend stay in every report' },
    ],
    placeholder: 'The laptop was lost',
    button: 'danger-solid',
    keep: 'to keep it',
  },
  quarantine: {
    act: 'quarantine',
    verb: 'Quarantine now',
    title: (name) => `Quarantine ${name}?`,
    description: 'It stops until the quarantine ends or an admin releases it.',
    icon: <Icon name="halt" className="text-quar-ink" />,
    effects: [
      {
        icon: <Icon name="ban" />,
        text: (
          <>
            Its secrets are refused within <b>1 s</b>, with 403 key_quarantined
          </>
        ),
      },
      { icon: <Icon name="users" />, text: 'No other key is affected' },
    ],
    placeholder: 'Loops on one refund',
    button: 'quarantine-solid',
    keep: 'to keep it running',
  },
  release: {
    act: 'release',
    verb: 'Release',
    title: (name) => `Release ${name}?`,
    description: 'It goes back to where quarantine found it.',
    icon: <Icon name="play" className="text-ink-3" />,
    effects: [
      {
        icon: <Icon name="check" />,
        text: (
          <>
            Its secrets work again within <b>1 s</b>
          </>
        ),
      },
    ],
    placeholder: 'Fixed in version 3.1',
    button: 'primary',
    keep: 'to leave it',
  },
}

export type AskProps = {
  readonly subject: KeySubject
  readonly ask: Question['act']
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly trigger: ReactNode
  readonly anchored?: boolean
}

/** What stops, what goes on, and why; the verb is on the button. */
export function AskPopover({ subject, ask, open, onOpenChange, trigger, anchored }: AskProps) {
  const question = questions[ask]
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState<Until>('released')
  const { run, busy, problem, forget } = useKeyActs(subject)

  function change(next: boolean) {
    if (!next) {
      setReason('')
      setUntil('released')
      forget()
    }
    onOpenChange(next)
  }
  async function act() {
    if (await run(question.act, reason, question.act === 'quarantine' ? untilBody(until) : {})) change(false)
  }

  return (
    <ConfirmPopover
      open={open}
      onOpenChange={change}
      trigger={trigger}
      anchored={anchored}
      icon={question.icon}
      title={question.title(subject.name)}
      description={question.description}
      hint={
        <span className="phone:hidden">
          <Kbd>Esc</Kbd> {question.keep}
        </span>
      }
      actions={
        <>
          <Button variant="quiet" onClick={() => change(false)}>
            Cancel
          </Button>
          <Button variant={question.button} busy={busy !== null} onClick={act}>
            {question.verb}
          </Button>
        </>
      }
    >
      <Effects items={question.effects} />
      {question.act === 'quarantine' ? (
        <>
          <StopsEffect path={`/keys/${encodeURIComponent(subject.id)}`} withKeys={false} />
          <UntilField value={until} onChange={setUntil} />
        </>
      ) : null}
      <Field label="Why" meaning="shown on the key and in the audit log">
        <Input
          value={reason}
          maxLength={500}
          placeholder={question.placeholder}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => (event.key === 'Enter' && (event.metaKey || event.ctrlKey) ? void act() : undefined)}
        />
      </Field>
      {problem ? (
        <Suspense>
          <ProblemNote error={problem} title="Nothing was changed." />
        </Suspense>
      ) : null}
    </ConfirmPopover>
  )
}
