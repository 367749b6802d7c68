'use client'

import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'

const dayMs = 86_400_000

/** Days from now, or for good. */
export const untilChoices = [
  { value: '1', label: 'One day' },
  { value: '7', label: 'A week' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '', label: 'For good' },
] as const

export function untilOf(days: string): { until?: string } {
  return days === '' ? {} : { until: new Date(Date.now() + Number(days) * dayMs).toISOString() }
}

type UntilFieldProps = {
  readonly days: string
  readonly onDays: (days: string) => void
  readonly options?: readonly { readonly value: string; readonly label: string }[]
}

/** How long it lasts; it ends by itself. */
export function UntilField({ days, onDays, options = untilChoices }: UntilFieldProps) {
  // A select takes no empty value.
  const shown = options.map(({ value, label }) => ({ value: value === '' ? 'good' : value, label }))
  return (
    <Field label="For how long" meaning="ends by itself">
      <Select
        value={days === '' ? 'good' : days}
        onValueChange={(value) => onDays(value === 'good' ? '' : value)}
        options={shown}
      />
    </Field>
  )
}
