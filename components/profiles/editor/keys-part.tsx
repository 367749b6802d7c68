'use client'

import { kindLooks } from '#components/keys/key-words.ts'
import type { Form } from '#components/profiles/editor/form.ts'
import { rowColumns } from '#components/profiles/editor/limits-part.tsx'
import { FormRow, RowErrors, Was } from '#components/profiles/editor/was.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Field } from '#components/ui/field.tsx'
import { NumberInput } from '#components/ui/number-input.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'
import { Section } from '#components/ui/section.tsx'
import { ToggleChips } from '#components/ui/toggle-chips.tsx'
import { keyKinds } from '#lib/keys/contract.ts'
import type { BrowserOrigin } from '#lib/policy/contract.ts'

/** How long keys live, how many there may be, and of which kinds. */
export function KeysPart({ form }: { readonly form: Form }) {
  const { draft, errors, set } = form
  return (
    <Section
      id="keys"
      title="Keys"
      aside="What people on this profile may create without asking"
      className="scroll-mt-4"
    >
      <div>
        <FormRow form={form} fields={['lifetime.default', 'lifetime.maximum']}>
          <div className={`${rowColumns} min-h-13 py-2`}>
            <span className="grid leading-4 phone:col-span-2 phone:pb-1">
              <b>Lifetime</b>
              <small className="text-ink-3">Default and maximum</small>
            </span>
            <NumberInput
              aria-label="Lifetime, default"
              aria-invalid={errors.has('lifetime.default')}
              unit="days"
              placeholder="no end"
              value={draft['lifetime.default']}
              onValueChange={(value) => set('lifetime.default', value)}
            />
            <NumberInput
              aria-label="Lifetime, maximum"
              aria-invalid={errors.has('lifetime.maximum')}
              unit="days"
              placeholder="no end"
              value={draft['lifetime.maximum']}
              onValueChange={(value) => set('lifetime.maximum', value)}
            />
            <span className="phone:col-span-2">
              <Was form={form} fields={['lifetime.default', 'lifetime.maximum']} />
            </span>
          </div>
          <RowErrors form={form} fields={['lifetime.default', 'lifetime.maximum']} />
        </FormRow>
        <FormRow form={form} fields={['idle.warn', 'idle.expire']}>
          <div className={`${rowColumns} min-h-13 py-2`}>
            <span className="grid leading-4 phone:col-span-2 phone:pb-1">
              <b>Not used</b>
              <small className="text-ink-3">Warns after, ends after</small>
            </span>
            <NumberInput
              aria-label="Not used, warns after"
              aria-invalid={errors.has('idle.warn')}
              unit="days"
              placeholder="never"
              value={draft['idle.warn']}
              onValueChange={(value) => set('idle.warn', value)}
            />
            <NumberInput
              aria-label="Not used, ends after"
              aria-invalid={errors.has('idle.expire')}
              unit="days"
              placeholder="never"
              value={draft['idle.expire']}
              onValueChange={(value) => set('idle.expire', value)}
            />
            <span className="phone:col-span-2">
              <Was form={form} fields={['idle.warn', 'idle.expire']} />
            </span>
          </div>
          <RowErrors form={form} fields={['idle.warn', 'idle.expire']} />
        </FormRow>
        <FormRow form={form} fields={['keysPerPerson']}>
          <div className={`${rowColumns} min-h-13 py-2`}>
            <span className="grid leading-4 phone:col-span-2 phone:pb-1">
              <b>Keys a person</b>
              <small className="text-ink-3">Living ones</small>
            </span>
            <NumberInput
              aria-label="Keys a person"
              aria-invalid={errors.has('keysPerPerson')}
              value={draft.keysPerPerson}
              onValueChange={(value) => set('keysPerPerson', value)}
            />
            <span className="col-span-2 phone:col-span-1">
              <Was form={form} fields={['keysPerPerson']} />
            </span>
          </div>
          <RowErrors form={form} fields={['keysPerPerson']} />
        </FormRow>
        <FormRow form={form} fields={['kinds']} className="py-3">
          <Field label="Kinds" group error={errors.get('kinds')}>
            <ToggleChips
              label="Kinds"
              options={keyKinds.map((kind) => ({ value: kind, label: kindLooks[kind].word }))}
              values={draft.kinds}
              onValuesChange={(next) => set('kinds', next)}
            />
          </Field>
          <Was form={form} fields={['kinds']} />
        </FormRow>
        <FormRow form={form} fields={['browserOrigin']} className="py-3">
          <Field
            label="Personal keys in a browser"
            group
            help="A web page shows its key to everybody who opens it. Calls of such pages carry an Origin header."
          >
            <Segmented
              label="Personal keys in a browser"
              value={draft.browserOrigin as BrowserOrigin}
              options={[
                { value: 'allow', label: 'Allow' },
                { value: 'warn', label: 'Warn' },
                { value: 'refuse', label: 'Refuse' },
              ]}
              onValueChange={(next) => set('browserOrigin', next)}
            />
          </Field>
          <Was form={form} fields={['browserOrigin']} />
        </FormRow>
        <FormRow form={form} fields={['issuesFirstKey']} className="flex flex-wrap items-center gap-3 py-3">
          <CheckRow
            checked={draft.issuesFirstKey}
            onCheckedChange={(on) => set('issuesFirstKey', on === true)}
            help="Shown once, on the home page."
          >
            The first sign-in issues a personal key by itself
          </CheckRow>
          <Was form={form} fields={['issuesFirstKey']} />
        </FormRow>
      </div>
    </Section>
  )
}
