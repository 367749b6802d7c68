'use client'

import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { kindsOf } from '#components/keys/new-key/draft.ts'
import { NewKeyFields } from '#components/keys/new-key/new-key-fields.tsx'
import { NewKeyFoot } from '#components/keys/new-key/new-key-foot.tsx'
import type { NewKeyOptions, ProfileChoice } from '#components/keys/new-key/options.ts'
import { AskedPanel } from '#components/keys/new-key/asked-panel.tsx'
import { useNewKey, type AskedKey } from '#components/keys/new-key/use-new-key.ts'
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
  const [asked, setAsked] = useState<AskedKey | null>(null)
  const profile = options.profiles[0]
  if (asked) return <AskedPanel asked={asked} closeHref={closeHref} />
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
  if (!profile || kindsOf(profile).length === 0 || options.teams.length === 0) {
    return (
      <Panel title="New key" closeHref={closeHref}>
        <NoKeyForYou options={options} />
      </Panel>
    )
  }
  return <FormPanel options={options} profile={profile} closeHref={closeHref} onMinted={setMinted} onAsked={setAsked} />
}

type FormPanelProps = {
  readonly options: NewKeyOptions
  readonly profile: ProfileChoice
  readonly closeHref: string
  readonly onMinted: (key: MintedKey) => void
  readonly onAsked: (key: AskedKey) => void
}

function FormPanel({ options, profile, closeHref, onMinted, onAsked }: FormPanelProps) {
  const form = useNewKey(options, profile, { onMinted, onAsked })
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

type KeyFormProps = { readonly id: string; readonly submit: () => Promise<void>; readonly children: ReactNode }

/** Sends on Enter; when something is wrong the focus goes to the first field that is. */
function KeyForm({ id, submit, children }: KeyFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const wantsFocus = useRef(false)
  // What is wrong is known with some later rendering: at once for what the form sees itself, else with the answer.
  useEffect(() => {
    const wrong = wantsFocus.current ? form.current?.querySelector<HTMLElement>('[aria-invalid="true"]') : null
    if (!wrong) return
    wantsFocus.current = false
    wrong.focus()
  })
  return (
    <form
      ref={form}
      id={id}
      noValidate
      className="grid grid-cols-[minmax(0,1fr)] content-start gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        wantsFocus.current = true
        void submit()
      }}
    >
      {children}
    </form>
  )
}

/** Why there is no form, and whom to ask. */
function NoKeyForYou({ options }: { readonly options: NewKeyOptions }) {
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
function modelsFor(minted: MintedKey, options: NewKeyOptions) {
  const profile = options.profiles.find(({ id }) => id === minted.profile.id) ?? options.profiles[0]
  const models = profile?.models ?? []
  return minted.models.length === 0 ? models : models.filter(({ name }) => minted.models.includes(name))
}
