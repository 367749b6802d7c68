'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import {
  baseUrlExample,
  baseUrlHelp,
  connectableKinds,
  kindWords,
  usualBaseUrl,
} from '#components/providers/kind-words.ts'
import { SecretField } from '#components/providers/secret-field.tsx'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Select } from '#components/ui/select.tsx'
import { providerView } from '#lib/catalog/contract.ts'

type Kind = (typeof connectableKinds)[number]

/** A new connection. Models come to it as routes. */
export function NewProviderPanel({ closeHref }: { readonly closeHref: string }) {
  const router = useRouter()
  const [kind, setKind] = useState<Kind>('openai')
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [baseUrl, setBaseUrl] = useState(usualBaseUrl.openai)
  const [label, setLabel] = useState('')
  const [secret, setSecret] = useState('')
  const { send, busy, problem } = useSend(providerView)
  const errors = problemsByField(problem)

  function choose(value: string) {
    const next = connectableKinds.find((known) => known === value) ?? kind
    // An address that somebody typed stays.
    if (baseUrl === usualBaseUrl[kind]) setBaseUrl(usualBaseUrl[next])
    setKind(next)
  }

  async function create() {
    const credential = secret === '' ? {} : { credential: { label: label || 'First', secret } }
    const shown = displayName.trim() === '' ? {} : { displayName }
    const done = await send('/providers', { body: { name, kind, baseUrl, ...shown, ...credential } })
    if (done) router.push(`/admin/providers/${done.answer.id}`)
  }

  return (
    <Panel
      title="New provider"
      closeHref={closeHref}
      foot={
        <PanelFoot
          verdict={<Verdict title="Nothing is sent there yet">Add routes to it on the page of a model.</Verdict>}
        >
          <Button variant="quiet" onClick={() => router.push(closeHref, { scroll: false })}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form="new-provider" busy={busy}>
            Connect provider
          </Button>
        </PanelFoot>
      }
    >
      <form
        id="new-provider"
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void create()
        }}
      >
        <Field label="Speaks" error={errors.get('kind')?.message}>
          <Select
            value={kind}
            onValueChange={choose}
            options={connectableKinds.map((value) => ({ value, label: kindWords[value] }))}
          />
        </Field>
        <Field label="Name" meaning="as in x-gatehouse-provider; it stays" error={errors.get('name')?.message}>
          <Input
            mono
            value={name}
            maxLength={60}
            placeholder="openai-eu"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Shown as" error={errors.get('displayName')?.message}>
          <Input
            value={displayName}
            maxLength={80}
            placeholder={name || 'OpenAI, EU residency'}
            onChange={(event) => setDisplayName(event.target.value)}
          />
        </Field>
        <Field label="Base URL" help={baseUrlHelp(kind)} error={errors.get('baseUrl')?.message}>
          <Input
            mono
            type="url"
            value={baseUrl}
            maxLength={500}
            placeholder={baseUrlExample[kind]}
            onChange={(event) => setBaseUrl(event.target.value)}
          />
        </Field>
        <SecretField
          kind={kind}
          secret={secret}
          onSecret={setSecret}
          label={label}
          onLabel={setLabel}
          errors={{ secret: errors.get('credential.secret')?.message, label: errors.get('credential.label')?.message }}
          optional
        />
        {problem && errors.size === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="The provider was not connected." />
          </Suspense>
        ) : null}
      </form>
    </Panel>
  )
}
