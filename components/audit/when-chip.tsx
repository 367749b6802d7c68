'use client'

import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Chip } from '#components/ui/filter-chip.tsx'
import { formatDate } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { useQueryChange } from '#components/ui/query.ts'

const presets = [
  { value: '24h', label: 'last 24 hours' },
  { value: '7d', label: 'last 7 days' },
  { value: '30d', label: 'last 30 days' },
] as const

const none = { when: null, from: null, to: null }

/** The time of the entries: a usual range, or two days in the address. */
export function WhenChip() {
  const search = useSearchParams()
  const { go } = useQueryChange()
  const [when, from, to] = [search.get('when'), search.get('from'), search.get('to')]
  return (
    <Chip label="When" value={words(when, from, to)} onClear={() => go(none)}>
      <div className="grid gap-3">
        <div className="flex flex-wrap gap-1.5">
          {presets.map((preset) => (
            <Button
              key={preset.value}
              size="small"
              aria-pressed={when === preset.value}
              onClick={() => go({ ...none, when: preset.value })}
              className="aria-pressed:border-accent aria-pressed:bg-accent-soft"
            >
              {preset.label}
            </Button>
          ))}
        </div>
        <Days key={`${from} ${to}`} from={from ?? ''} to={to ?? ''} onApply={(days) => go({ when: null, ...days })} />
      </div>
    </Chip>
  )
}

type DaysProps = {
  readonly from: string
  readonly to: string
  readonly onApply: (days: { readonly from: string | null; readonly to: string | null }) => void
}

function Days({ from, to, onApply }: DaysProps) {
  const [first, setFirst] = useState(from)
  const [last, setLast] = useState(to)
  const backwards = first !== '' && last !== '' && last < first
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (!backwards) onApply({ from: first || null, to: last || null })
      }}
    >
      <div className="grid grid-cols-2 gap-2">
        <Field label="From" meaning="UTC">
          <Input type="date" value={first} onChange={(event) => setFirst(event.target.value)} />
        </Field>
        <Field label="To, inclusive" error={backwards ? 'Choose a later day.' : null}>
          <Input type="date" value={last} onChange={(event) => setLast(event.target.value)} />
        </Field>
      </div>
      <Button type="submit" size="small" disabled={first === '' && last === ''} className="justify-self-start">
        Show these days
      </Button>
    </form>
  )
}

function words(when: string | null, from: string | null, to: string | null): string | undefined {
  const preset = presets.find((each) => each.value === when)
  if (preset) return preset.label
  const day = (text: string) => (Number.isNaN(Date.parse(text)) ? text : formatDate(Date.parse(text)))
  if (from && to) return from === to ? day(from) : `${day(from)} to ${day(to)}`
  if (from) return `since ${day(from)}`
  return to ? `up to ${day(to)}` : undefined
}
