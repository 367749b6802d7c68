'use client'

import { FiguresRow } from '#components/profiles/editor/figures-row.tsx'
import type { Form } from '#components/profiles/editor/form.ts'
import { FormRow, Was } from '#components/profiles/editor/was.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Section } from '#components/ui/section.tsx'

/** Which of the allowed models may be called at all: none dearer than this, none that may change by itself. */
export function PricesPart({ form }: { readonly form: Form }) {
  const { draft, set } = form
  return (
    <Section
      id="prices"
      title="Prices and versions"
      aside="Of the models that are allowed otherwise"
      className="scroll-mt-4"
    >
      <div>
        <FiguresRow
          form={form}
          title="Price ceiling"
          hint="A million tokens, in and out"
          figures={[
            { field: 'price.input', label: 'A million input tokens cost at most', unit: '$', placeholder: 'any' },
            { field: 'price.output', label: 'A million output tokens cost at most', unit: '$', placeholder: 'any' },
          ]}
        />
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
