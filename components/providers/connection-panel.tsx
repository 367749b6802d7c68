'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { baseUrlHelp } from '#components/providers/kind-words.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { plural } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { providerView, type ProviderView } from '#lib/catalog/contract.ts'

type ConnectionPanelProps = {
  readonly provider: Pick<ProviderView, 'id' | 'name' | 'kind' | 'displayName' | 'baseUrl'>
  readonly live: number
  readonly closeHref: string
}

/** Where the provider is, and what it is called. */
export function ConnectionPanel({ provider, live, closeHref }: ConnectionPanelProps) {
  const router = useRouter()
  const [displayName, setDisplayName] = useState(provider.displayName)
  const [baseUrl, setBaseUrl] = useState(provider.baseUrl)
  const { send, busy, problem } = useSend(providerView)
  const errors = problemsByField(problem)
  const moves = originOf(baseUrl) !== originOf(provider.baseUrl)
  const close = () => router.push(closeHref, { scroll: false })

  async function save() {
    const body = { displayName, baseUrl }
    if (await send(`/providers/${encodeURIComponent(provider.id)}`, { method: 'PATCH', body })) close()
  }

  return (
    <Panel
      title="Change the connection"
      closeHref={closeHref}
      foot={
        <PanelFoot
          verdict={
            moves && live > 0 ? (
              <Verdict tone="warn" title={`${plural(live, 'credential is', 'credentials are')} retired`}>
                A credential is for the host it was entered for. Enter one for the new host afterwards.
              </Verdict>
            ) : (
              <Verdict title="Calls go there within 1 s" />
            )
          }
        >
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form="connection" busy={busy}>
            {moves && live > 0 ? 'Save and retire' : 'Save'}
          </Button>
        </PanelFoot>
      }
    >
      <form
        id="connection"
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Field label="Shown as" error={errors.get('displayName')?.message}>
          <Input value={displayName} maxLength={80} onChange={(event) => setDisplayName(event.target.value)} />
        </Field>
        <Field label="Base URL" help={baseUrlHelp(provider.kind)} error={errors.get('baseUrl')?.message}>
          <Input mono type="url" value={baseUrl} maxLength={500} onChange={(event) => setBaseUrl(event.target.value)} />
        </Field>
        {problem && errors.size === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="Nothing was changed." />
          </Suspense>
        ) : null}
      </form>
    </Panel>
  )
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}
