'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { SecretField } from '#components/providers/secret-field.tsx'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { NumberInput } from '#components/ui/number-input.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { providerView, type ProviderView } from '#lib/catalog/contract.ts'

type CredentialPanelProps = {
  readonly provider: Pick<ProviderView, 'id' | 'displayName' | 'kind'>
  readonly live: number
  readonly closeHref: string
}

/** One credential more. Rotation is adding the new one, then retiring the old one. */
export function CredentialPanel({ provider, live, closeHref }: CredentialPanelProps) {
  const router = useRouter()
  const [label, setLabel] = useState('')
  const [secret, setSecret] = useState('')
  const [weight, setWeight] = useState('100')
  const { send, busy, problem } = useSend(providerView)
  const errors = problemsByField(problem)
  const close = () => router.push(closeHref, { scroll: false })

  async function add() {
    const body = { label, secret, weight: weight === '' ? null : Number(weight) }
    if (await send(`/providers/${encodeURIComponent(provider.id)}/credentials`, { body })) close()
  }

  return (
    <Panel
      title="New credential"
      closeHref={closeHref}
      foot={
        <PanelFoot
          verdict={
            <Verdict
              title={
                live === 0
                  ? `Calls to ${provider.displayName} use it within 1 s`
                  : 'It shares the calls with the others within 1 s'
              }
            >
              {live === 0 ? 'It is the only one.' : 'To rotate, retire the old one once the new one works.'}
            </Verdict>
          }
        >
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form="new-credential" busy={busy}>
            Add credential
          </Button>
        </PanelFoot>
      }
    >
      <form
        id="new-credential"
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        <SecretField
          kind={provider.kind}
          secret={secret}
          onSecret={setSecret}
          label={label}
          onLabel={setLabel}
          errors={{ secret: errors.get('secret')?.message, label: errors.get('label')?.message }}
        />
        <Field
          label="Weight"
          help="Its share of the calls, against the weights of the others."
          error={errors.get('weight')?.message}
        >
          <NumberInput value={weight} onValueChange={setWeight} step={10} />
        </Field>
        {problem && errors.size === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="The credential was not added." />
          </Suspense>
        ) : null}
      </form>
    </Panel>
  )
}
