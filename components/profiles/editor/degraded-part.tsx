'use client'

import { degradedWords } from '#components/profiles/profile-fields.ts'
import type { Form } from '#components/profiles/editor/form.ts'
import { FormRow, Was } from '#components/profiles/editor/was.tsx'
import { Field } from '#components/ui/field.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'
import { Section } from '#components/ui/section.tsx'
import { degradedModes, type DegradedMode } from '#lib/policy/contract.ts'

/** What becomes of calls while limits cannot be checked. */
export function DegradedPart({ form }: { readonly form: Form }) {
  const { draft, set } = form
  return (
    <Section id="degraded" title="Degraded mode" aside="While limits cannot be checked" className="scroll-mt-4">
      <FormRow form={form} fields={['degradedMode']} className="py-3">
        <Field
          label="While Redis does not answer"
          group
          help={
            draft.degradedMode === 'closed'
              ? 'Every call is refused, and may be tried again. No limit and no budget is ever exceeded.'
              : 'Each gateway lets through a tenth of each limit, and a slice of each budget: a thousandth, or $1 where that is more, never more than a tenth or than what was left. A budget may be exceeded by these slices.'
          }
        >
          <Segmented
            label="While Redis does not answer"
            value={draft.degradedMode as DegradedMode}
            options={degradedModes.map((mode) => ({ value: mode, label: degradedWords[mode]! }))}
            onValueChange={(next) => set('degradedMode', next)}
          />
        </Field>
        <Was form={form} fields={['degradedMode']} />
      </FormRow>
    </Section>
  )
}
