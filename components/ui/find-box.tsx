'use client'

import { useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { cn } from '#components/ui/cn.ts'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { useQueryChange } from '#components/ui/query.ts'

export type FindBoxProps = {
  /** "Find by name, owner or last four". */
  readonly placeholder: string
  readonly param?: string
  readonly className?: string
}

const PAUSE_MS = 250

/** Filters the list by text. `/` brings one here; the address keeps the text; Esc leaves, and empties it first. */
export function FindBox({ placeholder, param = 'q', className }: FindBoxProps) {
  const inAddress = useSearchParams().get(param) ?? ''
  const [text, setText] = useState(inAddress)
  const [sent, setSent] = useState(inAddress)
  const { go, isPending } = useQueryChange()
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)

  // The address changed from elsewhere (Back, Clear filters): follow it.
  if (inAddress !== sent) {
    setSent(inAddress)
    setText(inAddress)
  }
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current)
    },
    [],
  )
  useHotkey('/', 'Find in this list', () => input.current?.focus(), { group: 'In lists' })

  function change(next: string, pause: number) {
    setText(next)
    if (timer.current) clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      setSent(next.trim())
      go({ [param]: next.trim() || null }, 'replace')
    }, pause)
  }

  return (
    <search className={cn('w-70 flex-none phone:w-auto phone:min-w-48 phone:flex-1', className)}>
      <Input
        ref={input}
        type="search"
        aria-label={placeholder}
        aria-busy={isPending}
        placeholder={placeholder}
        value={text}
        lead={<Icon name="search" size={14} />}
        unit={text ? null : <Kbd>/</Kbd>}
        className="[&_input::-webkit-search-cancel-button]:hidden"
        onChange={(event) => change(event.target.value, PAUSE_MS)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') change(text, 0)
          if (event.key !== 'Escape') return
          event.preventDefault()
          if (text) change('', 0)
          else event.currentTarget.blur()
        }}
      />
    </search>
  )
}
