import type { ReactNode } from 'react'
import { valueWords } from '#components/profiles/change-words.ts'
import { isSame } from '#components/profiles/draft.ts'
import type { Field } from '#components/profiles/profile-fields.ts'
import type { Form } from '#components/profiles/editor/form.ts'
import { cn } from '#components/ui/cn.ts'

type WasProps = { readonly form: Form; readonly fields: readonly Field[] }

/** "was 12", beside what was changed. */
export function Was({ form: { base, draft }, fields }: WasProps) {
  const was = fields
    .filter((field) => !isSame(base[field], draft[field]))
    .map((field) => valueWords(field, base[field]))
  return was.length === 0 ? null : <span className="text-ink-3">was {[...new Set(was)].join(' and ')}</span>
}

/** A row of the form, with an edge where it differs from what is in force. */
export function FormRow({
  form,
  fields,
  children,
  className,
}: WasProps & { readonly children: ReactNode; readonly className?: string }) {
  const isChanged = fields.some((field) => !isSame(form.base[field], form.draft[field]))
  return (
    <div
      className={cn(
        'border-b border-line last:border-b-0',
        isChanged && 'border-l-2 border-l-accent pl-2.5 -ml-3',
        className,
      )}
    >
      {children}
    </div>
  )
}

/** The errors of a row's fields, one line each. */
export function RowErrors({ form, fields }: WasProps) {
  const messages = fields.flatMap((field) => form.errors.get(field) ?? [])
  if (messages.length === 0) return null
  return <p className="pb-2 text-xs text-bad-ink">{messages.join(' ')}</p>
}
