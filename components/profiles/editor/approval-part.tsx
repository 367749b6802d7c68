'use client'

import { EntryList } from '#components/profiles/editor/entry-list.tsx'
import type { Form } from '#components/profiles/editor/form.ts'
import { rowColumns } from '#components/profiles/editor/limits-part.tsx'
import { FormRow, RowErrors, Was } from '#components/profiles/editor/was.tsx'
import { Field } from '#components/ui/field.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'
import { Section } from '#components/ui/section.tsx'
import type { Approver } from '#lib/policy/contract.ts'

const numbers = [
  { field: 'approval.factor', title: 'May be asked for', hint: 'Times a maximum', unit: '×', placeholder: '1' },
  { field: 'approval.limits', title: 'Limits at once', hint: 'Up to so many times', unit: '×', placeholder: 'none' },
  { field: 'approval.lifetime', title: 'Longer life at once', hint: 'Up to', unit: 'days', placeholder: 'none' },
] as const

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
        {numbers.map(({ field, title, hint, unit, placeholder }) => (
          <FormRow key={field} form={form} fields={[field]}>
            <div className={`${rowColumns} min-h-13 py-2`}>
              <span className="grid leading-4 phone:col-span-2 phone:pb-1">
                <b>{title}</b>
                <small className="text-ink-3">{hint}</small>
              </span>
              <NumberInput
                aria-label={`${title}, ${hint.toLowerCase()}`}
                aria-invalid={errors.has(field)}
                unit={unit}
                placeholder={placeholder}
                value={draft[field]}
                onValueChange={(value) => set(field, value)}
              />
              <span className="col-span-2 phone:col-span-1">
                <Was form={form} fields={[field]} />
              </span>
            </div>
            <RowErrors form={form} fields={[field]} />
          </FormRow>
        ))}
        <FormRow form={form} fields={['approval.budget']}>
          <div className={`${rowColumns} min-h-13 py-2`}>
            <span className="grid leading-4 phone:col-span-2 phone:pb-1">
              <b>Budget at once</b>
              <small className="text-ink-3">Up to, a month</small>
            </span>
            <MoneyInput
              aria-label="Budget at once, up to, a month"
              aria-invalid={errors.has('approval.budget')}
              placeholder="none"
              value={draft['approval.budget']}
              onValueChange={(value) => set('approval.budget', value)}
            />
            <span className="col-span-2 phone:col-span-1">
              <Was form={form} fields={['approval.budget']} />
            </span>
          </div>
          <RowErrors form={form} fields={['approval.budget']} />
        </FormRow>
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
