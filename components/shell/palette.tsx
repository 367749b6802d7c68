'use client'

import { Command } from 'cmdk'
import { useRouter } from 'next/navigation'
import { Dialog as Primitive } from 'radix-ui'
import { useEffect, useState } from 'react'
import type { NavigationGroup, ShellAction } from '#components/shell/navigation.ts'
import { hitForId, searchManagementApi, type PaletteHit, type PaletteSearch } from '#components/shell/palette-search.ts'
import { useShell, useThemeChoice } from '#components/shell/shell-controls.tsx'
import { scrimStyle } from '#components/ui/dialog.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'

type PaletteProps = {
  readonly groups: readonly NavigationGroup[]
  readonly actions: readonly ShellAction[]
  readonly search?: PaletteSearch
}

/** Reaches everything this person may open: pages, actions, keys and models by name, ids pasted whole. */
export function Palette({ groups, actions, search = searchManagementApi }: PaletteProps) {
  const { open, setOpen } = useShell()
  useHotkey('mod+k', 'Search or jump to', () => setOpen(open === 'palette' ? null : 'palette'), { group: 'Everywhere' })
  return (
    <Primitive.Root open={open === 'palette'} onOpenChange={(next) => setOpen(next ? 'palette' : null)}>
      <Primitive.Portal>
        <Primitive.Overlay className={scrimStyle} />
        <Primitive.Content
          aria-describedby={undefined}
          className="over-page fixed top-[12vh] left-1/2 z-(--z-panel) w-[min(36rem,calc(100vw-1rem))] -translate-x-1/2 overflow-hidden rounded-4 shadow-3 outline-none data-[state=open]:animate-appear phone:top-2"
        >
          <Primitive.Title className="sr-only">Search or jump to</Primitive.Title>
          <PaletteBody groups={groups} actions={actions} search={search} close={() => setOpen(null)} />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

function PaletteBody({ groups, actions, search, close }: Required<PaletteProps> & { readonly close: () => void }) {
  const router = useRouter()
  const [text, setText] = useState('')
  const { hits, isSearching } = usePaletteHits(text.trim(), search)
  const [, setTheme, shown] = useThemeChoice()
  const [uses] = useState(readUses)
  const go = (href: string) => {
    countUse(href)
    close()
    router.push(href)
  }
  // What this person opens most comes first; the rest keeps the order of the navigation.
  const pages = groups
    .flatMap((group) => group.items)
    .sort((one, other) => (uses[other.href] ?? 0) - (uses[one.href] ?? 0))
  return (
    <Command loop label="Search or jump to" className="flex max-h-[60vh] flex-col">
      <div className="flex h-12 flex-none items-center gap-2.5 border-b border-line px-4 text-ink-3">
        <Icon name="search" />
        <Command.Input
          value={text}
          onValueChange={setText}
          placeholder="A page, a key, a model, or an id"
          className="h-full flex-1 bg-transparent text-md text-ink outline-none pointer-coarse:text-lg"
        />
        <Kbd>Esc</Kbd>
      </div>
      <Command.List className="min-h-0 flex-1 scroll-py-1 overflow-auto p-1 pb-1.5">
        <Command.Empty className="px-3 py-4 text-ink-3">
          {isSearching ? 'Searching' : 'Nothing by that name that you may open'}
        </Command.Empty>
        {hits.length > 0 ? (
          <Command.Group heading="Found" forceMount className={groupStyle}>
            {hits.map((hit) => (
              <Item
                key={`${hit.href}`}
                value={`found ${hit.href}`}
                forceMount
                icon={hit.icon}
                beside={hit.beside}
                onSelect={() => go(hit.href)}
              >
                {hit.label}
              </Item>
            ))}
          </Command.Group>
        ) : null}
        <Command.Group heading="Pages" className={groupStyle}>
          {pages.map((page) => (
            <Item
              key={page.href}
              value={page.label}
              icon={page.icon}
              hint={page.key ? `G ${page.key.toUpperCase()}` : undefined}
              onSelect={() => go(page.href)}
            >
              {page.label}
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="Actions" className={groupStyle}>
          {actions.map((action) => (
            <Item key={action.href} value={action.label} icon={action.icon} onSelect={() => go(action.href)}>
              {action.label}
            </Item>
          ))}
          <Item
            value={shown === 'dark' ? 'Light theme' : 'Dark theme'}
            icon={shown === 'dark' ? 'sun' : 'moon'}
            onSelect={() => {
              setTheme(shown === 'dark' ? 'light' : 'dark')
              close()
            }}
          >
            {shown === 'dark' ? 'Light theme' : 'Dark theme'}
          </Item>
        </Command.Group>
      </Command.List>
    </Command>
  )
}

const groupStyle =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3'

type ItemProps = {
  readonly value: string
  readonly icon: IconName
  readonly beside?: string
  readonly hint?: string
  readonly forceMount?: boolean
  readonly onSelect: () => void
  readonly children: string
}

function Item({ icon, beside, hint, children, ...rest }: ItemProps) {
  return (
    <Command.Item
      {...rest}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-2 px-3 data-[selected=true]:bg-hover pointer-coarse:h-11"
    >
      <Icon name={icon} className="text-ink-3" />
      <span className="truncate">{children}</span>
      {beside ? <span className="mono text-ink-3">{beside}</span> : null}
      {hint ? (
        <Kbd bare className="ml-auto">
          {hint}
        </Kbd>
      ) : null}
    </Command.Item>
  )
}

const USES = 'gatehouse.palette'

/** How often each address was opened from here, in this browser. */
function readUses(): Readonly<Record<string, number>> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(USES) ?? '{}')
    if (typeof stored !== 'object' || stored === null) return {}
    return Object.fromEntries(Object.entries(stored).filter((entry) => typeof entry[1] === 'number'))
  } catch {
    return {}
  }
}

function countUse(href: string) {
  const uses = readUses()
  try {
    localStorage.setItem(USES, JSON.stringify({ ...uses, [href]: (uses[href] ?? 0) + 1 }))
  } catch {
    // Storage may be full or switched off; then nothing is ranked.
  }
}

const PAUSE_MS = 160

/** What the server found for the text. An answer to an older text is never shown. */
function usePaletteHits(text: string, search: PaletteSearch) {
  const [found, setFound] = useState<{ readonly text: string; readonly hits: readonly PaletteHit[] }>({
    text: '',
    hits: [],
  })
  const pasted = hitForId(text)
  const asks = text.length >= 2 && !pasted
  useEffect(() => {
    if (!asks) return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      search(text, abort.signal).then(
        (hits) => (abort.signal.aborted ? undefined : setFound({ text, hits })),
        () => (abort.signal.aborted ? undefined : setFound({ text, hits: [] })),
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [asks, text, search])
  if (pasted) return { hits: [pasted], isSearching: false }
  return { hits: asks ? found.hits : [], isSearching: asks && found.text !== text }
}
