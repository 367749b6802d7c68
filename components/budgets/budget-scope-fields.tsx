'use client'

import { Combobox } from '#components/ui/combobox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Select, type Option } from '#components/ui/select.tsx'
import { limitedScopeTypes, type LimitedScopeType } from '#lib/limits/budget-contract.ts'

/** What there is to choose from, by sort; of environments the teams. */
export type ScopeChoices = Partial<Record<LimitedScopeType, readonly Option[]>>

export type ScopeDraft = {
  readonly type: LimitedScopeType
  /** Of what is chosen from a list; of an environment, its team. */
  readonly id: string
  /** Of an environment, a group or a tag: what is typed. */
  readonly name: string
}

type ScopeFieldsProps = {
  readonly choices: ScopeChoices
  readonly draft: ScopeDraft
  readonly onChange: (draft: ScopeDraft) => void
  readonly error: string | undefined
}

const words: Record<LimitedScopeType, string> = {
  organisation: 'Organisation',
  business_unit: 'Business unit',
  team: 'Team',
  environment: 'Environment of a team',
  project: 'Project',
  workload: 'Workload',
  user: 'Person',
  group: 'Group',
  tag: 'Tag of keys',
}
const sorts = Object.entries(words).map(([value, label]) => ({ value, label }))

/** The id as the API takes it. */
export function scopeIdOf({ type, id, name }: ScopeDraft): string {
  if (type === 'environment') return `${id}:${name.trim()}`
  return type === 'group' || type === 'tag' ? name.trim() : id
}

export function firstOf(type: LimitedScopeType, choices: ScopeChoices): ScopeDraft {
  return { type, id: choices[type]?.[0]?.value ?? '', name: '' }
}

/** What a budget is for: its sort, and then which one. */
export function ScopeFields({ choices, draft, onChange, error }: ScopeFieldsProps) {
  const { type, id, name } = draft
  const options = choices[type]
  return (
    <>
      <Field label="For">
        <Select
          value={type}
          onValueChange={(value) => onChange(firstOf(limitedScopeTypes.find((one) => one === value) ?? type, choices))}
          options={sorts}
        />
      </Field>
      {options ? (
        <Field label={type === 'environment' ? 'Team' : words[type]} error={type === 'environment' ? undefined : error}>
          <Combobox
            find={`Find ${type === 'environment' ? 'a team' : 'by name'}`}
            empty="Nothing by that name among the first 200"
            options={options}
            value={id}
            onValueChange={(value) => onChange({ ...draft, id: value })}
          />
        </Field>
      ) : null}
      {type in typed ? (
        <Field {...typed[type as keyof typeof typed]} error={error}>
          <Input
            value={name}
            maxLength={200}
            placeholder={placeholders[type as keyof typeof typed]}
            onChange={(event) => onChange({ ...draft, name: event.target.value })}
          />
        </Field>
      ) : null}
    </>
  )
}

const typed = {
  environment: { label: 'Environment', help: 'As keys and projects name it.' },
  group: { label: 'Group', help: 'Its name at the identity provider. It counts the keys of all who are in it.' },
  tag: { label: 'Tag', help: 'Name and value. It counts every key that carries the tag with this value.' },
}
const placeholders = { environment: 'production', group: 'eng-search', tag: 'customer=Acme' }
