'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState, type ReactNode } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { endpointWords } from '#components/models/endpoint-words.ts'
import { EntryList } from '#components/profiles/editor/entry-list.tsx'
import { scopeWords } from '#components/profiles/layer-words.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Combobox } from '#components/ui/combobox.tsx'
import { Field } from '#components/ui/field.tsx'
import { plural } from '#components/ui/format.ts'
import { Verdict } from '#components/ui/note.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import type { Option } from '#components/ui/select.tsx'
import { ToggleChips } from '#components/ui/toggle-chips.tsx'
import { endpoints } from '#lib/catalog/contract.ts'
import { scopePolicyView, type ScopePolicy, type ScopePolicyView } from '#lib/policy/contract.ts'

type LayerPanelProps = { readonly layer: ScopePolicyView; readonly closeHref: string }

const listParts = [
  { part: 'models', label: 'Models', example: 'gpt-4o*' },
  { part: 'providers', label: 'Providers', example: 'openai-eu' },
  { part: 'regions', label: 'Regions', example: 'eu' },
] as const

/** What one scope narrows, part by part; a part that is off says nothing. */
export function LayerPanel({ layer, closeHref }: LayerPanelProps) {
  const router = useRouter()
  const [policy, setPolicy] = useState<ScopePolicy>(layer.policy)
  const { send, busy, problem } = useSend(scopePolicyView)
  const errors = problemsByField(problem)
  const { scope, version, keys } = layer
  const put = (change: Partial<ScopePolicy>) => setPolicy((before) => ({ ...before, ...change }))
  const errorOf = (...fields: string[]) =>
    [...errors].find(([field]) => fields.some((name) => field.startsWith(`policy.${name}`)))?.[1].message ?? null
  const close = () => router.push(closeHref, { scroll: false })

  async function save() {
    const path = `/scope-policies/${scope.type}/${encodeURIComponent(scope.id)}`
    if (await send(path, { method: 'PATCH', body: { version, policy } })) close()
  }

  return (
    <Panel
      title={`What ${scope.name} allows`}
      closeHref={closeHref}
      foot={
        <PanelFoot
          verdict={
            <Verdict title={`${plural(keys, 'living key')} obey it on their next call`}>
              Every layer has to allow: this takes away from what profiles allow, and adds nothing.
            </Verdict>
          }
        >
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" busy={busy} onClick={() => void save()}>
            Save as version {version + 1}
          </Button>
        </PanelFoot>
      }
    >
      <p className="text-ink-3">{scopeWords[scope.type]}</p>
      {listParts.map(({ part, label, example }) => {
        const lists = policy[part]
        return (
          <Part
            key={part}
            label={label}
            on={lists !== null}
            onChange={(on) => put({ [part]: on ? { allow: ['*'], deny: [] } : null })}
          >
            {lists ? (
              <>
                <EntryList
                  label={`${label} that it allows`}
                  example={example}
                  help="Names or patterns; * alone is all."
                  values={lists.allow}
                  onChange={(allow) => put({ [part]: { ...lists, allow: [...allow] } })}
                  error={errorOf(`${part}.allow`)}
                  whenEmpty="None is named: every call is refused."
                />
                <EntryList
                  label={`${label} that it does not allow`}
                  example={example}
                  help="Whatever else is allowed."
                  values={lists.deny}
                  onChange={(deny) => put({ [part]: { ...lists, deny: [...deny] } })}
                  error={errorOf(`${part}.deny`)}
                />
              </>
            ) : null}
          </Part>
        )
      })}
      <Part
        label="Endpoints"
        on={policy.endpoints !== null}
        onChange={(on) => put({ endpoints: on ? [...endpoints] : null })}
      >
        {policy.endpoints ? (
          <ToggleChips
            label="Endpoints"
            options={endpoints.map((endpoint) => ({ value: endpoint, label: endpointWords[endpoint] }))}
            values={policy.endpoints}
            onValuesChange={(next) => put({ endpoints: endpoints.filter((each) => next.includes(each)) })}
          />
        ) : null}
      </Part>
      <Part label="Callers" on={policy.cidr !== null} onChange={(on) => put({ cidr: on ? { allow: ['*'] } : null })}>
        {policy.cidr ? (
          <EntryList
            label="Calls may come from"
            example="10.0.0.0/8"
            help="Addresses and networks, IPv4 or IPv6; * is anywhere."
            values={policy.cidr.allow}
            onChange={(allow) => put({ cidr: { allow: [...allow] } })}
            error={errorOf('cidr')}
            whenEmpty="None is named: every call is refused."
          />
        ) : null}
      </Part>
      {problem && errors.size === 0 ? (
        <Suspense>
          <ProblemNote error={problem} title="Nothing was changed." />
        </Suspense>
      ) : null}
    </Panel>
  )
}

type PartProps = {
  readonly label: string
  readonly on: boolean
  readonly onChange: (on: boolean) => void
  readonly children: ReactNode
}

function Part({ label, on, onChange, children }: PartProps) {
  return (
    <div className="grid gap-3 border-b border-line pb-4 last:border-b-0">
      <CheckRow checked={on} onCheckedChange={(next) => onChange(next === true)}>
        Narrow {label.toLowerCase()}
      </CheckRow>
      {children}
    </div>
  )
}

/** Which scope. */
export function ChooseScopePanel({ scopes, path }: { readonly scopes: readonly Option[]; readonly path: string }) {
  const router = useRouter()
  return (
    <Panel title="Narrow a scope" closeHref={path}>
      <Field label="Scope" help="All keys in it will reach what it allows and their profile allows.">
        <Combobox
          options={scopes}
          value=""
          find="Find a team or project"
          onValueChange={(value) => router.push(`${path}?scope=${encodeURIComponent(value)}`, { scroll: false })}
        />
      </Field>
    </Panel>
  )
}
