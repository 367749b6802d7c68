'use client'

import { EntryList } from '#components/profiles/editor/entry-list.tsx'
import { FiguresRow, type Figure } from '#components/profiles/editor/figures-row.tsx'
import type { Form } from '#components/profiles/editor/form.ts'
import { FormRow, Was } from '#components/profiles/editor/was.tsx'
import { Field } from '#components/ui/field.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'
import { Section } from '#components/ui/section.tsx'
import type { Approver } from '#lib/policy/contract.ts'

const rows: readonly { readonly title: string; readonly hint: string; readonly figure: Omit<Figure, 'label'> }[] = [
  {
    title: 'May be asked for',
    hint: 'Times a maximum',
    figure: { field: 'approval.factor', unit: '×', placeholder: '1' },
  },
  {
    title: 'Limits at once',
    hint: 'Up to so many times',
    figure: { field: 'approval.limits', unit: '×', placeholder: 'none' },
  },
  {
    title: 'Longer life at once',
    hint: 'Up to',
    figure: { field: 'approval.lifetime', unit: 'days', placeholder: 'none' },
  },
  {
    title: 'Budget at once',
    hint: 'Up to, a month',
    figure: { field: 'approval.budget', unit: '$', placeholder: 'none' },
  },
]

/** Who says yes to what goes beyond a maximum, and what needs nobody's yes. */
export function ApprovalPart({ form }: { readonly form: Form }) {
  const { draft, errors, set } = form
  return (
    <Section id="approval" title="Approval" aside="Of what goes beyond the maxima" className="scroll-mt-4">
      <div>
        <FormRow form={form} fields={['approval.approver']} className="py-3">
          <Field
            label="Who decides"
            group
            help="Never the one who asks. Where nobody does, what goes beyond a maximum is refused."
          >
            <Segmented
              label="Who decides"
              value={draft['approval.approver'] as Approver}
              options={[
                { value: 'team_lead', label: 'The team’s lead' },
                { value: 'admin', label: 'An admin' },
                { value: 'nobody', label: 'Nobody' },
              ]}
              onValueChange={(next) => set('approval.approver', next)}
            />
          </Field>
          <Was form={form} fields={['approval.approver']} />
        </FormRow>
        {rows.map(({ title, hint, figure }) => (
          <FiguresRow
            key={title}
            form={form}
            title={title}
            hint={hint}
            figures={[{ ...figure, label: `${title}, ${hint.toLowerCase()}` }]}
          />
        ))}
        <FormRow form={form} fields={['approval.models']} className="grid gap-1 py-3">
          <EntryList
            label="Models at once"
            example="gpt-4o*"
            help="Names or patterns that are approved without a person."
            values={draft['approval.models']}
            onChange={(values) => set('approval.models', values)}
            error={errors.get('approval.models') ?? null}
          />
          <Was form={form} fields={['approval.models']} />
        </FormRow>
      </div>
    </Section>
  )
}
