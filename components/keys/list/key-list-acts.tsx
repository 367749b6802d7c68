'use client'

import { useRouter } from 'next/navigation'
import { createContext, use, useMemo, useState, type ReactNode } from 'react'
import { AskPopover } from '#components/keys/acts/ask-popovers.tsx'
import { useSuspend, type KeySubject } from '#components/keys/acts/use-key-acts.ts'
import { copyText } from '#components/ui/copy-button.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { MenuItem, MenuSeparator, RowMenu } from '#components/ui/menu.tsx'
import { toast } from '#components/ui/toaster.tsx'

type Asked = 'revoke' | 'quarantine' | 'release'
type Asking = { readonly id: string; readonly what: Asked } | null

const Context = createContext<{ readonly asking: Asking; readonly ask: (asking: Asking) => void } | null>(null)

/** What can be done to a key from its row: the row's menu and the keys of the row with the cursor share it. */
export function KeyListActs({
  subjects,
  children,
}: {
  readonly subjects: readonly KeySubject[]
  readonly children: ReactNode
}) {
  const [asking, ask] = useState<Asking>(null)
  const value = useMemo(() => ({ asking, ask }), [asking])
  return (
    <Context value={value}>
      <RowKeys subjects={subjects} />
      {children}
    </Context>
  )
}

const group = { group: 'In lists' }

function RowKeys({ subjects }: { readonly subjects: readonly KeySubject[] }) {
  const { ask } = useActs()
  const router = useRouter()
  const atCursor = (action: string) => {
    const id = document.querySelector<HTMLElement>('tr[data-cursor]')?.dataset.row
    return subjects.find((subject) => subject.id === id && subject.actions.includes(action))
  }
  const { suspend } = useSuspend()
  useHotkey(
    'r',
    'Rotate the key',
    () => {
      const subject = atCursor('rotate')
      if (!subject) return false
      router.push(rotateHref(subject.id))
    },
    group,
  )
  useHotkey(
    's',
    'Suspend the key',
    () => {
      const subject = atCursor('suspend')
      if (!subject) return false
      void suspend(subject)
    },
    group,
  )
  useHotkey(
    'q',
    'Quarantine the key',
    () => {
      const subject = atCursor('quarantine')
      if (!subject) return false
      ask({ id: subject.id, what: 'quarantine' })
    },
    group,
  )
  useHotkey(
    'R',
    'Revoke the key',
    () => {
      const subject = atCursor('revoke')
      if (!subject) return false
      ask({ id: subject.id, what: 'revoke' })
    },
    group,
  )
  return null
}

function useActs() {
  const acts = use(Context)
  if (!acts) throw new Error('Menus of keys stand inside KeyListActs')
  return acts
}

const rotateHref = (id: string) => `/keys/${encodeURIComponent(id)}?rotate=1`

/** The menu of a row: harmless first, then pause, quarantine and revoke. What one may not do is not there. */
export function KeyRowMenu({ subject }: { readonly subject: KeySubject }) {
  const { asking, ask } = useActs()
  const { suspend, resume } = useSuspend()
  const may = (action: string) => subject.actions.includes(action)
  const isAsked = asking?.id === subject.id
  // The menu gives the focus back when it closes; the question comes after that.
  const askLater = (what: Asked) => () => void setTimeout(() => ask({ id: subject.id, what }), 0)
  const stops = may('suspend') || may('resume') || may('quarantine') || may('release') || may('revoke')
  return (
    <AskPopover
      subject={subject}
      ask={isAsked ? asking.what : 'revoke'}
      open={isAsked}
      onOpenChange={(open) => (open ? undefined : ask(null))}
      anchored
      trigger={
        <RowMenu label={subject.name}>
          <MenuItem icon="external" kbd="Enter" href={`/keys/${encodeURIComponent(subject.id)}`}>
            Open
          </MenuItem>
          <MenuItem
            icon="copy"
            onSelect={() =>
              void copyText(subject.id).then((done) => toast({ text: done ? 'Copied the key’s id.' : subject.id }))
            }
          >
            Copy key id
          </MenuItem>
          {may('rotate') ? (
            <MenuItem icon="rotate" kbd="R" href={rotateHref(subject.id)}>
              Rotate
            </MenuItem>
          ) : null}
          <MenuItem icon="chart" href={`/calls?key=${encodeURIComponent(subject.id)}`}>
            See calls
          </MenuItem>
          {stops ? <MenuSeparator /> : null}
          {may('suspend') ? (
            <MenuItem icon="pause" kbd="S" onSelect={() => void suspend(subject)}>
              Suspend
            </MenuItem>
          ) : null}
          {may('resume') ? (
            <MenuItem icon="play" onSelect={() => void resume(subject)}>
              Resume
            </MenuItem>
          ) : null}
          {may('quarantine') ? (
            <MenuItem icon="halt" kbd="Q" tone="quar" onSelect={askLater('quarantine')}>
              Quarantine…
            </MenuItem>
          ) : null}
          {may('release') ? (
            <MenuItem icon="play" onSelect={askLater('release')}>
              Release…
            </MenuItem>
          ) : null}
          {may('revoke') ? (
            <MenuItem icon="ban" tone="bad" onSelect={askLater('revoke')}>
              Revoke…
            </MenuItem>
          ) : null}
        </RowMenu>
      }
    />
  )
}
