'use client'

import { Command } from 'cmdk'
import { useSearchParams } from 'next/navigation'
import { useState, type ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { FindLine } from '#components/ui/combobox.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Popover, PopoverContent, PopoverTrigger } from '#components/ui/popover.tsx'
import { useQueryChange } from '#components/ui/query.ts'
import type { Option } from '#components/ui/select.tsx'

export type FilterChipProps = {
  /** "Status". */
  readonly label: string
  /** The parameter of the address; several values stand in it by comma. */
  readonly param: string
  readonly options: readonly Option[]
  /** Only one value at a time. */
  readonly single?: boolean
}

const chipStyle = 'inline-flex h-(--control) flex-none items-center rounded-2 border whitespace-nowrap'

/** Dashed is possible, solid is set, with its cross. */
export function FilterChip({ label, param, options, single }: FilterChipProps) {
  const [open, setOpen] = useState(false)
  const { go } = useQueryChange()
  const values = (useSearchParams().get(param) ?? '').split(',').filter(Boolean)
  const names = values.map((value) => options.find((option) => option.value === value)?.label ?? value)
  const set = values.length > 0

  function choose(value: string) {
    if (single) {
      setOpen(false)
      go({ [param]: values.includes(value) ? null : value })
    } else {
      go({ [param]: values.includes(value) ? values.filter((other) => other !== value) : [...values, value] })
    }
  }

  return (
    <Popover open={open} onOpenChange={setOpen}>
      <span
        data-filter
        className={cn(chipStyle, set ? 'border-line-strong bg-sunken' : 'border-dashed border-line-control')}
      >
        <PopoverTrigger
          className={cn(
            'flex h-full items-center gap-1.5 rounded-2 pl-2',
            set ? 'pr-1' : 'pr-2 text-ink-2 hover:bg-hover',
          )}
        >
          {set ? null : <Icon name="plus" size={14} className="text-ink-3" />}
          {label}
          {set ? (
            <b className="max-w-48 truncate">{names.length > 2 ? `${names.length} chosen` : names.join(', ')}</b>
          ) : null}
        </PopoverTrigger>
        {set ? (
          <button
            type="button"
            aria-label={`Clear ${label.toLowerCase()}`}
            onClick={() => go({ [param]: null })}
            className="grid h-full w-6 place-items-center rounded-2 text-ink-3 hover:text-ink"
          >
            <Icon name="x" size={14} />
          </button>
        ) : null}
      </span>
      <PopoverContent align="start" className="w-60 overflow-hidden" aria-label={label}>
        <Command>
          {options.length > 7 ? (
            <FindLine placeholder={`Find a ${label.toLowerCase()}`} />
          ) : (
            <Command.Input className="sr-only" aria-label={label} />
          )}
          <Command.List className="max-h-72 overflow-auto p-1" label={label}>
            <Command.Empty className="px-2 py-3 text-ink-3">Nothing by that name</Command.Empty>
            {options.map((option) => {
              const on = values.includes(option.value)
              return (
                <Command.Item
                  key={option.value}
                  value={`${option.label} ${option.value}`}
                  onSelect={() => choose(option.value)}
                  className="flex h-(--nav-item) cursor-pointer items-center gap-2 rounded-2 px-2 data-[selected=true]:bg-hover"
                >
                  <span className={cn('flex size-4 items-center justify-center', on ? 'text-accent-ink' : 'invisible')}>
                    <Icon name="check" size={14} />
                  </span>
                  <span className="flex-1 truncate">
                    {option.label}
                    {on ? <span className="sr-only">, chosen</span> : null}
                  </span>
                  {option.beside ? <span className="text-ink-3">{option.beside}</span> : null}
                </Command.Item>
              )
            })}
          </Command.List>
        </Command>
      </PopoverContent>
    </Popover>
  )
}

/** A filter whose editing is a page's own business: a range of dates, an amount. */
export function Chip({
  label,
  value,
  onClear,
  children,
}: {
  readonly label: string
  readonly value?: ReactNode
  readonly onClear?: () => void
  /** What opens: the content of a popover. */
  readonly children: ReactNode
}) {
  return (
    <Popover>
      <span
        data-filter
        className={cn(chipStyle, value ? 'border-line-strong bg-sunken' : 'border-dashed border-line-control')}
      >
        <PopoverTrigger
          className={cn(
            'flex h-full items-center gap-1.5 rounded-2 pl-2',
            value ? 'pr-1' : 'pr-2 text-ink-2 hover:bg-hover',
          )}
        >
          {value ? null : <Icon name="plus" size={14} className="text-ink-3" />}
          {label}
          {value ? <b>{value}</b> : null}
        </PopoverTrigger>
        {value && onClear ? (
          <button
            type="button"
            aria-label={`Clear ${label.toLowerCase()}`}
            onClick={onClear}
            className="grid h-full w-6 place-items-center rounded-2 text-ink-3 hover:text-ink"
          >
            <Icon name="x" size={14} />
          </button>
        ) : null}
      </span>
      <PopoverContent align="start" className="w-72 p-4" aria-label={label}>
        {children}
      </PopoverContent>
    </Popover>
  )
}

/** Takes every filter away; shown only while one is set. */
export function ClearFilters({
  params,
  children = 'Clear filters',
}: {
  readonly params: readonly string[]
  readonly children?: ReactNode
}) {
  const search = useSearchParams()
  const { go } = useQueryChange()
  if (!params.some((param) => search.has(param))) return null
  return (
    <button
      type="button"
      onClick={() => go(Object.fromEntries(params.map((param) => [param, null])))}
      className="h-(--control) flex-none rounded-2 px-2 font-medium text-accent-ink hover:bg-hover"
    >
      {children}
    </button>
  )
}
