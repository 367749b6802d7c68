'use client'

import { endpointWords } from '#components/models/endpoint-words.ts'
import type { ListField } from '#components/profiles/profile-fields.ts'
import type { Form } from '#components/profiles/editor/form.ts'
import { FormRow, RowErrors, Was } from '#components/profiles/editor/was.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'
import { Section } from '#components/ui/section.tsx'
import { ToggleChips } from '#components/ui/toggle-chips.tsx'
import type { Endpoint } from '#lib/catalog/contract.ts'

type RoutesPartProps = {
  readonly form: Form
  readonly providers: readonly string[]
  readonly regions: readonly string[]
}

/** Where calls may go. */
export function RoutesPart({ form, providers, regions }: RoutesPartProps) {
  return (
    <Section id="routes" title="Providers and regions" aside="Where calls may go" className="scroll-mt-4">
      <div>
        <OpenList form={form} field="providers.allow" label="Providers" names={providers} />
        <DenyList form={form} field="providers.deny" label="Providers not allowed" names={providers} />
        <OpenList form={form} field="regions.allow" label="Regions" names={regions} />
        <DenyList form={form} field="regions.deny" label="Regions not allowed" names={regions} />
      </div>
    </Section>
  )
}

type OpenListProps = {
  readonly form: Form
  readonly field: ListField
  readonly label: string
  readonly names: readonly string[]
}

/** All there are, also later ones; or those that are chosen. */
function OpenList({ form, field, label, names }: OpenListProps) {
  const values = form.draft[field]
  const all = values.includes('*')
  // A name that no deployment has any more stays to be seen, and to be taken away.
  const shown = [...new Set([...names, ...values.filter((value) => value !== '*')])].toSorted()
  return (
    <FormRow form={form} fields={[field]} className="py-3">
      <Field
        label={label}
        group
        error={form.errors.get(field)}
        warning={!all && values.length === 0 ? 'None is chosen: every call is refused.' : undefined}
      >
        <div className="flex flex-wrap items-center gap-2">
          <Segmented
            size="small"
            label={label}
            value={all ? 'all' : 'chosen'}
            onValueChange={(value) => form.set(field, value === 'all' ? ['*'] : shown)}
            options={[
              { value: 'all', label: 'All' },
              { value: 'chosen', label: 'Chosen' },
            ]}
          />
          {all ? null : (
            <ToggleChips
              label={label}
              mono
              options={shown.map((name) => ({ value: name, label: name }))}
              values={values}
              onValuesChange={(next) => form.set(field, next)}
            />
          )}
          <Was form={form} fields={[field]} />
        </div>
      </Field>
    </FormRow>
  )
}

/** What is refused whatever else is allowed, also where that list says all. */
function DenyList({ form, field, label, names }: OpenListProps) {
  const values = form.draft[field]
  return (
    <FormRow form={form} fields={[field]} className="py-3">
      <Field label={label} group error={form.errors.get(field)}>
        <div className="flex flex-wrap items-center gap-2">
          <ToggleChips
            label={label}
            mono
            options={[...new Set([...names, ...values])].toSorted().map((name) => ({ value: name, label: name }))}
            values={values}
            onValuesChange={(next) => form.set(field, next)}
          />
          <Was form={form} fields={[field]} />
        </div>
      </Field>
    </FormRow>
  )
}

type EndpointsPartProps = {
  readonly form: Form
  /** What this gateway serves. A profile may name more, which then says nothing; it is kept as it is. */
  readonly served: readonly Endpoint[]
}

/** Which kinds of call. */
export function EndpointsPart({ form, served }: EndpointsPartProps) {
  const others = form.draft.endpoints.filter((endpoint) => !served.some((each) => each === endpoint))
  return (
    <Section id="endpoints" title="Endpoints" aside="Which kinds of call" className="scroll-mt-4">
      <FormRow form={form} fields={['endpoints']} className="grid gap-2">
        <ToggleChips
          label="Endpoints"
          options={served.map((endpoint) => ({ value: endpoint, label: endpointWords[endpoint] }))}
          values={form.draft.endpoints}
          onValuesChange={(next) => form.set('endpoints', [...next, ...others])}
        />
        <Was form={form} fields={['endpoints']} />
        <RowErrors form={form} fields={['endpoints']} />
      </FormRow>
      <FormRow form={form} fields={['storedState']} className="flex flex-wrap items-center gap-3 border-b-0 py-3">
        <CheckRow
          checked={form.draft.storedState === 'allow'}
          onCheckedChange={(on) => form.set('storedState', on === true ? 'allow' : 'refuse')}
          help="Earlier answers, conversations and files by their id. Providers give them to every key that shares their credential."
        >
          Calls may refer to what a provider keeps
        </CheckRow>
        <Was form={form} fields={['storedState']} />
      </FormRow>
    </Section>
  )
}
