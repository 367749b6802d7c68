'use client'

import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

/*
 * One listener for the whole page. A key is a letter ("c", "R" with Shift), a name ("Enter", "ArrowDown"),
 * two letters in a row ("g h"), or "mod+k" for ⌘ on a Mac and Ctrl elsewhere.
 * Single keys are off while typing, while a dialog is open, and when the person turned them off; mod+… never is.
 * The one registered last wins, so a panel's "c" hides the page's.
 */

export type Hotkey = { readonly keys: string; readonly label: string; readonly group: string }
type Registered = Hotkey & { readonly run: (event: KeyboardEvent) => void }

let registered: readonly Registered[] = []
let first: { readonly key: string; readonly atMs: number } | null = null
const watchers = new Set<() => void>()

export type HotkeyOptions = { readonly group?: string; readonly disabled?: boolean }

/** Runs `handler` on the key while the component is on the page. Return false to leave the key to others. */
export function useHotkey(
  keys: string,
  label: string,
  handler: (event: KeyboardEvent) => void | false,
  { group = 'This page', disabled = false }: HotkeyOptions = {},
) {
  const run = useEffectEvent((event: KeyboardEvent) => {
    if (handler(event) !== false) event.preventDefault()
  })
  useEffect(() => {
    if (disabled) return
    const entry: Registered = { keys, label, group, run: (event) => run(event) }
    if (registered.length === 0) document.addEventListener('keydown', onKeyDown)
    change([...registered, entry])
    return () => {
      change(registered.filter((other) => other !== entry))
      if (registered.length === 0) document.removeEventListener('keydown', onKeyDown)
    }
  }, [keys, label, group, disabled])
}

const none: readonly Registered[] = []

/** What can be pressed right now, for the list of shortcuts. */
export function useHotkeyList(): readonly Hotkey[] {
  return useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => registered,
    () => none,
  )
}

function change(next: readonly Registered[]) {
  registered = next
  for (const watch of watchers) watch()
}

const SEQUENCE_MS = 1200

function onKeyDown(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return
  if (event.metaKey || event.ctrlKey) {
    if (!event.altKey) find(`mod+${event.key.toLowerCase()}`)?.run(event)
    return
  }
  if (event.altKey || !areSingleKeysOn() || isTyping(event.target) || isDialogOpen()) return

  const key = event.key === ' ' ? 'Space' : event.key
  const before = first && event.timeStamp - first.atMs < SEQUENCE_MS ? first.key : null
  first = null
  const match = (before && find(`${before} ${key}`)) || find(key)
  if (match) match.run(event)
  else if (registered.some((entry) => entry.keys.startsWith(`${key} `))) first = { key, atMs: event.timeStamp }
}

function find(keys: string): Registered | undefined {
  return registered.findLast((entry) => entry.keys === keys)
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type)
}

/** The element would act on Enter or Space itself. */
export function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('a, button, input, select, textarea, label, [role="menuitem"]') !== null
  )
}

function isDialogOpen(): boolean {
  return (
    document.querySelector(
      '[role="dialog"][data-state="open"], [role="alertdialog"][data-state="open"], [role="menu"][data-state="open"]',
    ) !== null
  )
}

function areSingleKeysOn(): boolean {
  return document.documentElement.dataset.shortcuts !== 'off'
}
