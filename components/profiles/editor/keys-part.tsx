'use client'

import { kindLooks } from '#components/keys/key-words.ts'
import { FiguresRow } from '#components/profiles/editor/figures-row.tsx'
import type { Form } from '#components/profiles/editor/form.ts'
import { FormRow, Was } from '#components/profiles/editor/was.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
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
        <FiguresRow
          form={form}
          title="Lifetime"
          hint="Default and maximum"
          figures={[
            { field: 'lifetime.default', label: 'Lifetime, default', unit: 'days', placeholder: 'no end' },
            { field: 'lifetime.maximum', label: 'Lifetime, maximum', unit: 'days', placeholder: 'no end' },
          ]}
        />
        <FormRow form={form} fields={['endingDays']} className="py-3">
          <Field
            label="Told before its end"
            help="How many days before, by comma: each once, and the nearer one takes over. Empty: never."
            error={errors.get('endingDays')}
          >
            <Input
              value={draft.endingDays}
              placeholder="never"
              onChange={(event) => set('endingDays', event.target.value)}
            />
          </Field>
          <Was form={form} fields={['endingDays']} />
        </FormRow>
        <FiguresRow
          form={form}
          title="Not used"
          hint="Warns after, ends after"
          figures={[
            { field: 'idle.warn', label: 'Not used, warns after', unit: 'days', placeholder: 'never' },
            { field: 'idle.expire', label: 'Not used, ends after', unit: 'days', placeholder: 'never' },
          ]}
        />
        <FiguresRow
          form={form}
          title="Keys a person"
          hint="Living ones"
          figures={[{ field: 'keysPerPerson', label: 'Keys a person' }]}
        />
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
        <FormRow form={form} fields={['killStreams']} className="flex flex-wrap items-center gap-3 py-3">
          <CheckRow
            checked={draft.killStreams}
            onCheckedChange={(on) => set('killStreams', on === true)}
            help="When a key is revoked, suspended or quarantined, or its owner disabled: cut within 5 seconds, and charged for what was produced. Otherwise they finish."
          >
            Running streams end with their key
          </CheckRow>
          <Was form={form} fields={['killStreams']} />
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
