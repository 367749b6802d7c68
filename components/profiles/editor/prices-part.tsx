'use client'

import type { Form } from '#components/profiles/editor/form.ts'
import { rowColumns } from '#components/profiles/editor/limits-part.tsx'
import { FormRow, RowErrors, Was } from '#components/profiles/editor/was.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { MoneyInput } from '#components/ui/number-input.tsx'
import { Section } from '#components/ui/section.tsx'

/** Which of the allowed models may be called at all: none dearer than this, none that may change by itself. */
export function PricesPart({ form }: { readonly form: Form }) {
  const { draft, errors, set } = form
  const prices = ['price.input', 'price.output'] as const
  return (
    <Section
      id="prices"
      title="Prices and versions"
      aside="Of the models that are allowed otherwise"
      className="scroll-mt-4"
    >
      <div>
        <FormRow form={form} fields={prices}>
          <div className={`${rowColumns} min-h-13 py-2`}>
            <span className="grid leading-4 phone:col-span-2 phone:pb-1">
              <b>Price ceiling</b>
              <small className="text-ink-3">A million tokens, in and out</small>
            </span>
            <MoneyInput
              aria-label="A million input tokens cost at most"
              aria-invalid={errors.has('price.input')}
              placeholder="any"
              value={draft['price.input']}
              onValueChange={(value) => set('price.input', value)}
            />
            <MoneyInput
              aria-label="A million output tokens cost at most"
              aria-invalid={errors.has('price.output')}
              placeholder="any"
              value={draft['price.output']}
              onValueChange={(value) => set('price.output', value)}
            />
            <span className="phone:col-span-2">
              <Was form={form} fields={prices} />
            </span>
          </div>
          <RowErrors form={form} fields={prices} />
        </FormRow>
        <FormRow form={form} fields={['pinnedOnly']} className="flex flex-wrap items-center gap-3 py-3">
          <CheckRow
            checked={draft.pinnedOnly}
            onCheckedChange={(on) => set('pinnedOnly', on === true)}
            help="Such as gpt-4o-2024-08-06. A route whose provider is asked for a name without a version is not taken."
          >
            Only versions of models that stay as they are
          </CheckRow>
          <Was form={form} fields={['pinnedOnly']} />
        </FormRow>
      </div>
    </Section>
  )
}
