'use client'

import { Field } from '#components/ui/field.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'

const choices = [
  { value: 'released', label: 'Released' },
  { value: '1', label: '1 h' },
  { value: '24', label: '24 h' },
  { value: '168', label: '7 days' },
] as const
export type Until = (typeof choices)[number]['value']

/** How long a quarantine lasts. */
export function UntilField({ value, onChange }: { readonly value: Until; readonly onChange: (next: Until) => void }) {
  return (
    <Field label="Until" group>
      <Segmented label="Until" wide value={value} options={choices} onValueChange={onChange} />
    </Field>
  )
}

/** What is sent for a choice: nothing where somebody has to release it. */
export function untilBody(value: Until): { readonly until?: string } {
  return value === 'released' ? {} : { until: new Date(Date.now() + Number(value) * 3_600_000).toISOString() }
}
