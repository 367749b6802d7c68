'use client'

import type { TextField } from '#components/profiles/profile-fields.ts'
import type { Form } from '#components/profiles/editor/form.ts'
import { rowColumns } from '#components/profiles/editor/limits-part.tsx'
import { FormRow, RowErrors, Was } from '#components/profiles/editor/was.tsx'
import { cn } from '#components/ui/cn.ts'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'

export type Figure = {
  readonly field: TextField
  /** For those who do not see the row. */
  readonly label: string
  readonly placeholder?: string
  /** `$` for an amount of money; else what stands behind the number. */
  readonly unit?: string
}

type FiguresRowProps = {
  readonly form: Form
  readonly title: string
  readonly hint: string
  /** One or two. */
  readonly figures: readonly Figure[]
}

/** One or two figures beside what they are, what they were, and what is wrong with them. */
export function FiguresRow({ form, title, hint, figures }: FiguresRowProps) {
  const fields = figures.map(({ field }) => field)
  return (
    <FormRow form={form} fields={fields}>
      <div className={`${rowColumns} min-h-13 py-2`}>
        <span className="grid leading-4 phone:col-span-2 phone:pb-1">
          <b>{title}</b>
          <small className="text-ink-3">{hint}</small>
        </span>
        {figures.map(({ field, label, placeholder, unit }) => {
          const input = {
            'aria-label': label,
            'aria-invalid': form.errors.has(field),
            value: form.draft[field],
            onValueChange: (value: string) => form.set(field, value),
            ...(placeholder === undefined ? {} : { placeholder }),
          }
          if (unit === '$') return <MoneyInput key={field} {...input} />
          return <NumberInput key={field} {...input} {...(unit === undefined ? {} : { unit })} />
        })}
        <span className={cn(figures.length === 1 ? 'col-span-2 phone:col-span-1' : 'phone:col-span-2')}>
          <Was form={form} fields={fields} />
        </span>
      </div>
      <RowErrors form={form} fields={fields} />
    </FormRow>
  )
}
