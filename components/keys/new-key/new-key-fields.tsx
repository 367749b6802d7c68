'use client'

import { environments, kindLooks } from '#components/keys/key-words.ts'
import { kindsOf, placesFor } from '#components/keys/new-key/draft.ts'
import { LimitRows } from '#components/keys/new-key/limit-rows.tsx'
import { ModelsField } from '#components/keys/new-key/models-field.tsx'
import type { NewKeyOptions } from '#components/keys/new-key/options.ts'
import type { NewKeyForm } from '#components/keys/new-key/use-new-key.ts'
import { Combobox } from '#components/ui/combobox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { Segmented, Tiles } from '#components/ui/radio-group.tsx'
import { Select } from '#components/ui/select.tsx'

type FieldsProps = { readonly form: NewKeyForm; readonly options: NewKeyOptions }

/** Name and Enter are enough; everything below has its default. */
export function NewKeyFields({ form, options }: FieldsProps) {
  const { draft, change } = form
  return (
    <>
      <div className="grid grid-cols-[1.3fr_1fr] gap-4 phone:grid-cols-1">
        <Field label="Name" error={form.errors.get('name')}>
          <Input
            value={draft.name}
            maxLength={120}
            placeholder="returns-agent"
            data-autofocus
            onChange={(event) => change({ name: event.target.value })}
          />
        </Field>
        <Field label="Environment" group error={form.errors.get('environment')}>
          <Segmented
            label="Environment"
            wide
            value={draft.environment}
            options={environments}
            onValueChange={(environment) => change({ environment })}
          />
        </Field>
      </div>
      <KindField form={form} options={options} />
      <div className="grid grid-cols-2 gap-4 phone:grid-cols-1">
        <PlaceField form={form} options={options} />
        <ProfileField form={form} options={options} />
      </div>
      <ModelsField form={form} />
      <Field
        label="Limits"
        group
        meaning={
          options.mayOverride ? 'Tick: default. Hatched: beyond the profile' : 'Tick: default. Hatched: not allowed'
        }
      >
        <LimitRows form={form} mayOverride={options.mayOverride} nowMs={options.nowMs} />
      </Field>
      <MoreFields form={form} />
    </>
  )
}

function KindField({ form, options }: FieldsProps) {
  return (
    <Field
      label="Who calls with it"
      group
      meaning={
        form.profile.askableKinds.length > 0
          ? 'Lock: somebody has to say yes'
          : 'Personal keys are for people, the rest for programs'
      }
      error={form.errors.get('kind')}
    >
      <Tiles
        label="Who calls with it"
        value={form.draft.kind}
        options={kindsOf(form.profile).map((kind) => ({
          value: kind,
          label: kindLooks[kind].word,
          icon: kindLooks[kind].icon,
          ...(form.profile.askableKinds.includes(kind) ? { mark: 'lock' as const } : {}),
        }))}
        onValueChange={(kind) => {
          const places = placesFor(options, kind)
          const place = places.some(({ value }) => value === form.draft.place)
            ? form.draft.place
            : (places[0]?.value ?? '')
          form.change({ kind, place })
        }}
      />
    </Field>
  )
}

function PlaceField({ form, options }: FieldsProps) {
  const places = placesFor(options, form.draft.kind)
  const props = {
    value: form.draft.place,
    options: places,
    onValueChange: (place: string) => {
      const project = options.projects.find(({ id }) => `project:${id}` === place)
      form.change({ place, ...(project ? { environment: project.environment } : {}) })
    },
  }
  return (
    <Field label="Team or project" meaning="pays for its calls" error={form.errors.get('teamId')}>
      {places.length > 8 ? <Combobox {...props} find="Find a team or project" /> : <Select {...props} />}
    </Field>
  )
}

function ProfileField({ form, options }: FieldsProps) {
  if (options.profiles.length > 1) {
    return (
      <Field label="Profile" meaning="sets the guardrails" error={form.errors.get('profileId')}>
        <Select
          value={form.profile.id}
          options={options.profiles.map(({ id, name }, index) => ({
            value: id,
            label: name,
            beside: index === 0 ? 'yours' : undefined,
          }))}
          onValueChange={form.chooseProfile}
        />
      </Field>
    )
  }
  return (
    <div className="grid content-start gap-[5px]">
      <span className="flex items-baseline font-medium">
        Profile <small className="ml-auto font-normal text-ink-3">sets the guardrails</small>
      </span>
      <p className="flex h-(--control) items-center gap-2" title={form.profile.description}>
        <Icon name="shield" size={14} className="text-ink-3" />
        {form.profile.name}
        <span className="text-ink-3">yours</span>
      </p>
    </div>
  )
}

function MoreFields({ form }: { readonly form: NewKeyForm }) {
  const { draft, change, errors } = form
  const opened = errors.has('purpose') || errors.has('tags')
  return (
    <details className="group border-t border-line pt-3" open={opened || undefined}>
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-1 [&::-webkit-details-marker]:hidden">
        <Icon name="right" size={14} className="text-accent-ink transition-transform group-open:rotate-90" />
        <span className="font-medium text-accent-ink">Purpose and tags</span>
        <span className="text-ink-3 group-open:hidden">for those who look after it later</span>
      </summary>
      <div className="grid grid-cols-2 gap-4 pt-3 phone:grid-cols-1">
        <Field label="Purpose" meaning="optional" error={errors.get('purpose')}>
          <Input
            value={draft.purpose}
            maxLength={500}
            placeholder="Answers return requests"
            onChange={(event) => change({ purpose: event.target.value })}
          />
        </Field>
        <Field
          label="Tags"
          meaning="optional"
          help="name=value, by comma. Reports can group by them."
          error={errors.get('tags')}
        >
          <Input
            value={draft.tags}
            placeholder="app=returns, cost=shared"
            onChange={(event) => change({ tags: event.target.value })}
          />
        </Field>
      </div>
    </details>
  )
}
