'use client'

import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Button, IconButton, type ButtonProps } from '#components/ui/button.tsx'

/** Puts text on the clipboard, also on plain http, where the modern way is switched off. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Refused by a policy or a lost focus; the old way below may still work.
  }
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('readonly', '')
  area.style.cssText = 'position:fixed;opacity:0;inset:0 auto auto 0'
  // A dialog traps focus, so the area has to be inside the one that is open.
  const host = document.querySelector('[role="dialog"][data-state="open"]') ?? document.body
  const focused = document.activeElement
  host.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}

type CopyState = 'idle' | 'copied' | 'failed'

/** Copies, and says so for two seconds. */
export function useCopy(text: string, onCopied?: () => void) {
  const [state, setState] = useState<CopyState>('idle')
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current)
    },
    [],
  )
  async function copy() {
    const done = await copyText(text)
    if (done) onCopied?.()
    setState(done ? 'copied' : 'failed')
    if (timer.current) clearTimeout(timer.current)
    timer.current = setTimeout(() => setState('idle'), 2000)
  }
  return { state, copy }
}

const words: Record<Exclude<CopyState, 'idle'>, string> = { copied: 'Copied', failed: 'Select and copy' }

export type CopyButtonProps = Pick<ButtonProps, 'variant' | 'size' | 'kbd' | 'id' | 'className' | 'icon'> & {
  readonly text: string
  readonly onCopied?: () => void
  readonly children?: ReactNode
}

/** "Copy", then "Copied". Its width stays. */
export function CopyButton({ text, onCopied, children = 'Copy', icon = 'copy', ...look }: CopyButtonProps) {
  const { state, copy } = useCopy(text, onCopied)
  return (
    <Button {...look} icon={state === 'copied' ? 'check' : icon} onClick={copy}>
      <span className="grid [&>*]:col-start-1 [&>*]:row-start-1">
        <span className={state === 'idle' ? undefined : 'invisible'}>{children}</span>
        <span role="status" className="text-left">
          {state === 'idle' ? null : words[state]}
        </span>
      </span>
    </Button>
  )
}

type CopyIconProps = {
  readonly text: string
  readonly label: string
  readonly size?: 'base' | 'small'
  readonly onCopied?: () => void
}

/** At the end of a line: an icon that turns into a tick. */
export function CopyIcon({ text, label, size = 'small', onCopied }: CopyIconProps) {
  const { state, copy } = useCopy(text, onCopied)
  return (
    <>
      <IconButton size={size} icon={state === 'copied' ? 'check' : 'copy'} label={label} onClick={copy} />
      <span role="status" className="sr-only">
        {state === 'idle' ? '' : words[state]}
      </span>
    </>
  )
}

type CopyLineProps = { readonly text: string; readonly label: string; readonly shown?: string }

/** One line to paste elsewhere: a base URL, a command. */
export function CopyLine({ text, label, shown }: CopyLineProps) {
  return (
    <div className="flex h-9 min-w-0 items-center gap-2 rounded-2 border border-line-strong bg-(--code-bg) pr-1 pl-3 font-mono text-xs phone:h-11">
      <span className="min-w-0 flex-1 truncate">{shown ?? text}</span>
      <CopyIcon text={text} label={label} />
    </div>
  )
}

type CopyIdProps = { readonly text: string; readonly shown?: string; readonly label?: string }

/** An id in running text: mono, copies on a click. */
export function CopyId({ text, shown, label = 'Copy' }: CopyIdProps) {
  const { state, copy } = useCopy(text)
  return (
    <button
      type="button"
      onClick={copy}
      title={label}
      aria-label={`${label} ${text}`}
      className="mono max-w-full truncate rounded-1 decoration-line-control decoration-dotted underline-offset-3 hover:underline"
    >
      {state === 'copied' ? 'Copied' : (shown ?? text)}
      <span role="status" className="sr-only">
        {state === 'copied' ? 'Copied' : ''}
      </span>
    </button>
  )
}
