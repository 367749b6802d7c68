'use client'

import { limitWords } from '#components/keys/key-words.ts'
import type { Form } from '#components/profiles/editor/form.ts'
import { FormRow, RowErrors, Was } from '#components/profiles/editor/was.tsx'
import { NumberInput } from '#components/ui/number-input.tsx'
import { Section } from '#components/ui/section.tsx'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'

const second: Record<LimitKind, string> = {
  rpm: 'Refilled evenly',
  rph: 'Calendar hour',
  rpd: 'Calendar day',
  tpm: 'In and out together',
  itpm: 'The prompt alone',
  otpm: 'The answer alone',
  tpd: 'Calendar day',
  itpd: 'Calendar day',
  otpd: 'Calendar day',
  concurrency: 'Open streams count',
}

/** Head and rows share these columns; on phones the name stands above its two fields. */
export const rowColumns =
  'grid grid-cols-[9.5rem_8.5rem_8.5rem_minmax(0,1fr)] items-center gap-x-4 phone:grid-cols-2 phone:gap-x-3'

/** What a key starts with, and the most it can take without somebody's yes. */
export function LimitsPart({ form }: { readonly form: Form }) {
  return (
    <Section id="limits" title="Limits" aside="A key starts at the default. Empty: no limit." className="scroll-mt-4">
      <div>
        <div
          aria-hidden
          className={`${rowColumns} border-b border-line pb-2 text-2xs font-medium text-ink-3 phone:hidden`}
        >
          <span>Limit</span>
          <span>Default</span>
          <span>Maximum</span>
        </div>
        {limitKinds.map((kind) => (
          <LimitRow key={kind} form={form} kind={kind} />
        ))}
      </div>
    </Section>
  )
}

function LimitRow({ form, kind }: { readonly form: Form; readonly kind: LimitKind }) {
  const { name, unit } = limitWords[kind]
  const preset = `limits.${kind}.default` as const
  const maximum = `limits.${kind}.maximum` as const
  const step = kind.startsWith('tp') ? 1000 : 1
  const shared = { unit: unit || undefined, step, placeholder: 'none' }
  return (
    <FormRow form={form} fields={[preset, maximum]}>
      <div className={`${rowColumns} min-h-13 py-2`}>
        <span className="grid leading-4 phone:col-span-2 phone:pb-1">
          <b>{name}</b>
          <small className="text-ink-3">{second[kind]}</small>
        </span>
        <NumberInput
          {...shared}
          aria-label={`${name}, default`}
          aria-invalid={form.errors.has(preset)}
          value={form.draft[preset]}
          onValueChange={(value) => form.set(preset, value)}
        />
        <NumberInput
          {...shared}
          aria-label={`${name}, maximum`}
          aria-invalid={form.errors.has(maximum)}
          value={form.draft[maximum]}
          onValueChange={(value) => form.set(maximum, value)}
        />
        <span className="phone:col-span-2">
          <Was form={form} fields={[preset, maximum]} />
        </span>
      </div>
      <RowErrors form={form} fields={[preset, maximum]} />
    </FormRow>
  )
}
