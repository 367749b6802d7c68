'use client'

import { useRouter } from 'next/navigation'
import type { NavigationGroup, NavigationItem } from '#components/shell/navigation.ts'
import { useShell } from '#components/shell/shell-controls.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { useHotkey, useHotkeyList, type Hotkey } from '#components/ui/hotkeys.ts'

/** The keys that work everywhere, and the list of all that work here. */
export function Shortcuts({ groups }: { readonly groups: readonly NavigationGroup[] }) {
  const { open, setOpen, preferences, prefer } = useShell()
  useHotkey('?', 'All shortcuts', () => setOpen('shortcuts'), { group: 'Everywhere' })
  useHotkey(
    '[',
    'Hide or show the navigation',
    () => prefer({ side: preferences.side === 'hidden' ? 'shown' : 'hidden' }),
    {
      group: 'Everywhere',
    },
  )
  return (
    <>
      {groups.flatMap((group) => group.items).map((item) => (item.key ? <GoKey key={item.href} item={item} /> : null))}
      <Dialog
        open={open === 'shortcuts'}
        onOpenChange={(next) => setOpen(next ? 'shortcuts' : null)}
        title="Shortcuts"
        wide
      >
        <ShortcutList />
      </Dialog>
    </>
  )
}

function GoKey({ item }: { readonly item: NavigationItem }) {
  const router = useRouter()
  useHotkey(`g ${item.key}`, item.label, () => router.push(item.href), { group: 'Go to' })
  return null
}

function ShortcutList() {
  const hotkeys = useHotkeyList()
  const titles = ['Everywhere', 'Go to', 'In lists', 'This page']
  for (const { group } of hotkeys) if (!titles.includes(group)) titles.push(group)
  return (
    <div className="columns-2 gap-8 phone:columns-1">
      {titles.map((title) => (
        <ShortcutGroup key={title} title={title} lines={merged(hotkeys.filter((hotkey) => hotkey.group === title))} />
      ))}
    </div>
  )
}

type Line = { readonly label: string; readonly keys: readonly string[] }

function ShortcutGroup({ title, lines }: { readonly title: string; readonly lines: readonly Line[] }) {
  if (lines.length === 0) return null
  return (
    <section className="mb-4 break-inside-avoid">
      <h3 className="pb-1 text-2xs font-medium text-ink-3">{title}</h3>
      <dl className="grid">
        {lines.map(({ label, keys }) => (
          <div key={label} className="flex min-h-7 items-center gap-2 border-b border-line py-1 last:border-b-0">
            <dt className="flex-1">{label}</dt>
            <dd className="flex gap-1.5">
              {keys.map((key) => (
                <KeyNames key={key} keys={key} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** Two keys that do the same stand on one line. */
function merged(hotkeys: readonly Hotkey[]): readonly Line[] {
  const lines = new Map<string, string[]>()
  for (const { keys, label } of hotkeys) {
    const line = lines.get(label) ?? []
    if (!line.includes(keys)) line.push(keys)
    lines.set(label, line)
  }
  return [...lines].map(([label, keys]) => ({ label, keys }))
}

const names: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc', 'mod+k': '⌘K' }

function KeyNames({ keys }: { readonly keys: string }) {
  const parts = names[keys]
    ? [names[keys]]
    : keys
        .split(' ')
        .map((part) => (/^[A-Z]$/.test(part) ? `Shift ${part}` : part.length === 1 ? part.toUpperCase() : part))
  return (
    <span className="inline-flex gap-0.5">
      {parts.map((part, index) => (
        <kbd
          key={index}
          className="inline-flex min-w-5 items-center justify-center rounded-1 border border-line-strong bg-surface px-1 py-0.5 font-sans text-2xs leading-none font-medium text-ink-2"
        >
          {part}
        </kbd>
      ))}
    </span>
  )
}
