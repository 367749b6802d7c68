'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { AskPopover } from '#components/keys/acts/ask-popovers.tsx'
import { RotateDialog } from '#components/keys/acts/rotate-dialog.tsx'
import { useSuspend } from '#components/keys/acts/use-key-acts.ts'
import type { ModelChoice } from '#components/keys/new-key/options.ts'
import { Button, IconButton } from '#components/ui/button.tsx'
import { copyText } from '#components/ui/copy-button.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '#components/ui/menu.tsx'
import { toast } from '#components/ui/toaster.tsx'

type KeyActsBarProps = {
  readonly subject: {
    readonly id: string
    readonly name: string
    readonly actions: readonly string[]
    readonly liveSecrets: number
  }
  readonly models: readonly ModelChoice[]
  readonly baseUrl: string
}

/** What this person may do with the key now; what they may not is not there. */
export function KeyActsBar({ subject, models, baseUrl }: KeyActsBarProps) {
  const may = (action: string) => subject.actions.includes(action)
  const [asked, setAsked] = useState<'quarantine' | 'release' | null>(null)
  const { suspend, resume } = useSuspend()
  useHotkey('s', 'Suspend the key', () => void suspend(subject), { disabled: !may('suspend') })
  useHotkey('q', 'Quarantine the key', () => setAsked('quarantine'), { disabled: !may('quarantine') })
  return (
    <>
      {may('rotate') ? <Rotate subject={subject} models={models} baseUrl={baseUrl} /> : null}
      {may('suspend') ? (
        <Button icon="pause" className="phone:hidden" onClick={() => void suspend(subject)}>
          Suspend
        </Button>
      ) : null}
      {may('resume') ? (
        <Button icon="play" onClick={() => void resume(subject)}>
          Resume
        </Button>
      ) : null}
      {may('quarantine') ? (
        <AskPopover
          subject={subject}
          ask="quarantine"
          open={asked === 'quarantine'}
          onOpenChange={(open) => setAsked(open ? 'quarantine' : null)}
          trigger={
            <Button variant="quarantine" icon="halt">
              Quarantine
            </Button>
          }
        />
      ) : null}
      {may('release') ? (
        <AskPopover
          subject={subject}
          ask="release"
          open={asked === 'release'}
          onOpenChange={(open) => setAsked(open ? 'release' : null)}
          trigger={<Button icon="play">Release</Button>}
        />
      ) : null}
      <More subject={subject} />
    </>
  )
}

function Rotate({ subject, models, baseUrl }: KeyActsBarProps) {
  const router = useRouter()
  const path = usePathname()
  const isAsked = useSearchParams().has('rotate')
  const [open, setOpen] = useState(isAsked)
  useHotkey('r', 'Rotate the key', () => setOpen(true))
  return (
    <RotateDialog
      subject={subject}
      models={models}
      baseUrl={baseUrl}
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        // Read once: going back or reading the page anew does not ask again.
        if (!next && isAsked) router.replace(path, { scroll: false })
      }}
      trigger={<Button icon="rotate">Rotate</Button>}
    />
  )
}

function More({ subject }: Pick<KeyActsBarProps, 'subject'>) {
  const may = (action: string) => subject.actions.includes(action)
  const [isRevoking, setRevoking] = useState(false)
  const { suspend } = useSuspend()
  return (
    <AskPopover
      subject={subject}
      ask="revoke"
      open={isRevoking}
      onOpenChange={setRevoking}
      anchored
      trigger={
        <Menu>
          <MenuTrigger asChild>
            <IconButton icon="more" label="More" variant="plain" />
          </MenuTrigger>
          <MenuContent>
            <MenuItem
              icon="copy"
              onSelect={() =>
                void copyText(subject.id).then((done) => toast({ text: done ? 'Copied the key’s id.' : subject.id }))
              }
            >
              Copy key id
            </MenuItem>
            <MenuItem icon="shield" href={`/decisions/try?key=${encodeURIComponent(subject.id)}`}>
              Would this call pass?
            </MenuItem>
            <MenuItem icon="chart" href={`/usage?by=model&key=${encodeURIComponent(subject.id)}`}>
              See usage
            </MenuItem>
            {may('suspend') || may('revoke') ? <MenuSeparator /> : null}
            {may('suspend') ? (
              <MenuItem icon="pause" kbd="S" onSelect={() => void suspend(subject)}>
                Suspend
              </MenuItem>
            ) : null}
            {may('revoke') ? (
              <MenuItem icon="ban" tone="bad" onSelect={() => void setTimeout(() => setRevoking(true), 0)}>
                Revoke…
              </MenuItem>
            ) : null}
          </MenuContent>
        </Menu>
      }
    />
  )
}
