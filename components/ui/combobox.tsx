'use client'

import { Command } from 'cmdk'
import { useId, useState } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import { controlStyle } from '#components/ui/input.tsx'
import { Popover, PopoverContent, PopoverTrigger } from '#components/ui/popover.tsx'
import type { Option } from '#components/ui/select.tsx'

export type ComboboxProps = {
  readonly options: readonly Option[]
  readonly value: string
  readonly onValueChange: (value: string) => void
  readonly placeholder?: string
  /** What the list can be searched for: "Find a project". */
  readonly find: string
  readonly empty?: string
  /** For lists that the server searches: told what is typed, and `options` is then what was found. */
  readonly onFind?: (text: string) => void
  /** Only what has the typed letters side by side: for long lists, in which scattered ones find too much. */
  readonly literal?: boolean
  readonly className?: string
  readonly id?: string
  readonly 'aria-label'?: string
  readonly 'aria-describedby'?: string
  readonly 'aria-invalid'?: boolean
}

/** One of many, found by typing. */
export function Combobox({
  options,
  value,
  onValueChange,
  placeholder = 'Choose',
  find,
  empty,
  onFind,
  literal,
  className,
  ...aria
}: ComboboxProps) {
  const [open, setOpen] = useState(false)
  const listId = useId()
  const chosen = options.find((option) => option.value === value)
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        {...aria}
        className={cn(
          controlStyle({ tone: aria['aria-invalid'] ? 'bad' : 'none' }),
          'text-left whitespace-nowrap',
          className,
        )}
      >
        <span className={cn('flex min-w-0 flex-1 items-center gap-2 overflow-hidden', !chosen && 'text-ink-3')}>
          <span className="truncate">{chosen?.label ?? placeholder}</span>
          {chosen?.beside ? <span className="truncate text-ink-3">{chosen.beside}</span> : null}
        </span>
        <Icon name="updown" size={14} className="text-ink-3" />
      </PopoverTrigger>
      <PopoverContent
        id={listId}
        aria-label={find}
        align="start"
        className="w-(--radix-popover-trigger-width) min-w-56 overflow-hidden"
      >
        <Command shouldFilter={onFind === undefined} filter={literal ? hasLetters : undefined}>
          <FindLine placeholder={find} onFind={onFind} />
          <Command.List className="max-h-72 scroll-py-1 overflow-auto p-1">
            <Command.Empty className="px-2 py-3 text-ink-3">{empty ?? 'Nothing by that name'}</Command.Empty>
            {options.map((option) => (
              <Command.Item
                key={option.value}
                value={`${option.label} ${option.value}`}
                disabled={option.disabled}
                onSelect={() => {
                  onValueChange(option.value)
                  setOpen(false)
                }}
                className="flex h-(--nav-item) cursor-pointer items-center gap-2 rounded-2 px-2 data-[disabled=true]:text-ink-disabled data-[selected=true]:bg-hover"
              >
                <span className="truncate">{option.label}</span>
                {option.beside ? <span className="truncate text-ink-3">{option.beside}</span> : null}
                {option.value === value ? <Icon name="check" size={14} className="ml-auto text-accent-ink" /> : null}
              </Command.Item>
            ))}
          </Command.List>
        </Command>
      </PopoverContent>
    </Popover>
  )
}

function hasLetters(text: string, typed: string): number {
  return text.toLowerCase().includes(typed.toLowerCase().trim()) ? 1 : 0
}

/** The line to type in, at the top of a list one can search. */
export function FindLine({
  placeholder,
  onFind,
}: {
  readonly placeholder: string
  readonly onFind?: ((text: string) => void) | undefined
}) {
  return (
    <div className="flex h-9 items-center gap-2 border-b border-line px-3 text-ink-3">
      <Icon name="search" size={14} />
      <Command.Input
        placeholder={placeholder}
        aria-label={placeholder}
        onValueChange={onFind}
        className="h-full flex-1 bg-transparent text-ink outline-none"
      />
    </div>
  )
}
