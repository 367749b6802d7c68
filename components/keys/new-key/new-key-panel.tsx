'use client'

import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { NewKeyFields } from '#components/keys/new-key/new-key-fields.tsx'
import { NewKeyFoot } from '#components/keys/new-key/new-key-foot.tsx'
import type { NewKeyOptions, ProfileChoice } from '#components/keys/new-key/options.ts'
import { useNewKey } from '#components/keys/new-key/use-new-key.ts'
import { RevealPanel } from '#components/keys/reveal/reveal-panel.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { DialogClose } from '#components/ui/dialog.tsx'
import { Panel } from '#components/ui/panel.tsx'
import { Empty } from '#components/ui/states.tsx'
import type { MintedKey } from '#lib/keys/contract.ts'

type NewKeyPanelProps = {
  readonly options: NewKeyOptions
  readonly baseUrl: string
  /** The list, as it was before. */
  readonly closeHref: string
}

/** The form over the list, and after it the one reveal of what it made. */
export function NewKeyPanel({ options, baseUrl, closeHref }: NewKeyPanelProps) {
  const [minted, setMinted] = useState<MintedKey | null>(null)
  const profile = options.profiles[0]
  if (minted)
    return (
      <RevealPanel
        title="New key"
        minted={minted}
        models={modelsFor(minted, options)}
        baseUrl={baseUrl}
        closeHref={closeHref}
      />
    )
  if (!profile || profile.kinds.length === 0 || options.teams.length === 0) {
    return (
      <Panel title="New key" closeHref={closeHref}>
        <NoKeyForYou options={options} />
      </Panel>
    )
  }
  return <FormPanel options={options} profile={profile} closeHref={closeHref} onMinted={setMinted} />
}

type FormPanelProps = {
  readonly options: NewKeyOptions
  readonly profile: ProfileChoice
  readonly closeHref: string
  readonly onMinted: (key: MintedKey) => void
}

function FormPanel({ options, profile, closeHref, onMinted }: FormPanelProps) {
  const form = useNewKey(options, profile, onMinted)
  const id = useId()
  return (
    <Panel
      title="New key"
      closeHref={closeHref}
      foot={
        <NewKeyFoot
          form={form}
          options={options}
          formId={id}
          cancel={
            <DialogClose>
              <Button variant="quiet">Cancel</Button>
            </DialogClose>
          }
        />
      }
    >
      <KeyForm id={id} submit={form.submit}>
        <NewKeyFields form={form} options={options} />
      </KeyForm>
    </Panel>
  )
}

/** Sends on Enter; when something is wrong the focus goes to the first field that is. */
export function KeyForm({
  id,
  submit,
  children,
}: {
  readonly id: string
  readonly submit: () => Promise<void>
  readonly children: ReactNode
}) {
  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    await submit()
    // After the errors are on the page.
    setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 0)
  }
  return (
    <form id={id} noValidate onSubmit={send} className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
      {children}
    </form>
  )
}

/** Why there is no form, and whom to ask. */
export function NoKeyForYou({ options }: { readonly options: NewKeyOptions }) {
  const noTeam = options.teams.length === 0
  return (
    <Empty
      icon="lock"
      title={noTeam ? 'No team is set for you yet' : 'Your profile lets nobody create keys'}
      action={<ButtonLink href="/models">See the models</ButtonLink>}
    >
      {noTeam
        ? 'A key belongs to a team, which pays for its calls. Your platform team adds you to one.'
        : 'Your platform team makes keys for people on this profile. Ask them for one.'}
    </Empty>
  )
}

/** What the key that was made may call, cheapest first. */
export function modelsFor(minted: MintedKey, options: NewKeyOptions) {
  const profile = options.profiles.find(({ id }) => id === minted.profile.id) ?? options.profiles[0]
  const models = profile?.models ?? []
  return minted.models.length === 0 ? models : models.filter(({ name }) => minted.models.includes(name))
}
