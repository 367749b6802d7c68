'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import * as z from 'zod'
import { scopeLooks, scopeOrder } from '#components/limits/limit-words.ts'
import { readApi } from '#components/query/api.ts'
import { queryKeys } from '#components/query/keys.ts'
import { Combobox } from '#components/ui/combobox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import type { LimitedScopeType } from '#lib/limits/budget-contract.ts'

/** What stands for a scope until its id is known: an environment is a team and a name. */
export type ScopeDraft = { readonly type: LimitedScopeType; readonly id: string; readonly environment: string }

type ScopeFieldProps = {
  readonly scope: ScopeDraft
  readonly onChange: (scope: ScopeDraft) => void
  readonly error: string | undefined
}

/** Which scope: its type, and which of that type. What is a row is found by the server; groups and tags are what they are named. */
export function ScopeField({ scope, onChange, error }: ScopeFieldProps) {
  const { type } = scope
  const put = (change: Partial<ScopeDraft>) => onChange({ ...scope, ...change })
  return (
    <>
      <Field label="Of" meaning="all keys in it together" help={help[type]}>
        <Select
          value={type}
          onValueChange={(next) => onChange({ type: next as LimitedScopeType, id: '', environment: '' })}
          options={scopeOrder.map((each) => ({ value: each, label: scopeLooks[each].word }))}
        />
      </Field>
      {type === 'group' || type === 'tag' ? (
        <Field label={type === 'group' ? 'Group' : 'Tag'} error={error}>
          <Input
            value={scope.id}
            placeholder={type === 'group' ? 'contractors' : 'customer=Acme'}
            spellCheck={false}
            onChange={(event) => put({ id: event.target.value })}
          />
        </Field>
      ) : type === 'organisation' ? null : (
        <FoundScope
          key={type}
          type={type === 'environment' ? 'team' : type}
          value={scope.id}
          error={error}
          onChange={(id) => put({ id })}
        />
      )}
      {type === 'environment' ? (
        <Field label="Environment" help="As its keys name it.">
          <Input
            value={scope.environment}
            placeholder="production"
            spellCheck={false}
            onChange={(event) => put({ environment: event.target.value })}
          />
        </Field>
      ) : null}
    </>
  )
}

const help: Partial<Record<LimitedScopeType, string>> = {
  environment: 'The keys of one environment of a team.',
  group: 'The personal keys of everyone who was in this group of the identity provider at their latest sign-in.',
  tag: 'Every key that carries this tag, whoever has it: a customer, a product.',
}

const paths = {
  user: '/users',
  workload: '/workloads',
  project: '/projects',
  team: '/teams',
  business_unit: '/business-units',
} as const

const found = z.object({ data: z.array(z.object({ id: z.string(), name: z.string(), email: z.string().nullish() })) })

type FoundScopeProps = {
  readonly type: keyof typeof paths
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (id: string) => void
}

function FoundScope({ type, value, error, onChange }: FoundScopeProps) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<{ readonly value: string; readonly label: string } | null>(null)
  const { word } = scopeLooks[type]
  const { data, isError } = useQuery({
    queryKey: queryKeys.found(paths[type], text),
    queryFn: ({ signal }) =>
      readApi(`${paths[type]}?limit=20${text ? `&q=${encodeURIComponent(text)}` : ''}`, found, signal),
    placeholderData: keepPreviousData,
  })
  const options = (data?.data ?? []).map(({ id, name, email }) => ({ value: id, label: name, beside: email }))
  const isThere = chosen === null || options.some((option) => option.value === chosen.value)
  return (
    <Field label={word} error={error}>
      <Combobox
        find={`Find a ${word.toLowerCase()}`}
        empty={isError ? 'The list cannot be read right now' : 'Nothing by that name'}
        options={isThere ? options : [...options, chosen]}
        onFind={setText}
        value={value}
        onValueChange={(id) => {
          setChosen(options.find((option) => option.value === id) ?? null)
          onChange(id)
        }}
      />
    </Field>
  )
}
