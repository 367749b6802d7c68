'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Select } from '#components/ui/select.tsx'
import { profileView, type ProfilePolicy } from '#lib/policy/contract.ts'

type Source = { readonly id: string; readonly name: string; readonly policy: ProfilePolicy }

type NewProfilePanelProps = {
  readonly sources: readonly Source[]
  readonly fromId: string | null
  readonly closeHref: string
}

/** A new access profile begins as a copy of one that works. */
export function NewProfilePanel({ sources, fromId, closeHref }: NewProfilePanelProps) {
  const router = useRouter()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [from, setFrom] = useState((sources.find(({ id }) => id === fromId) ?? sources[0])?.id ?? '')
  const { send, busy, problem } = useSend(profileView)
  const errors = problemsByField(problem)

  async function create() {
    const policy = sources.find(({ id }) => id === from)?.policy
    const done = await send('/profiles', { body: { name, description, policy } })
    if (done) router.push(`/admin/profiles/${done.answer.id}`)
  }

  return (
    <Panel
      title="New access profile"
      closeHref={closeHref}
      foot={
        <PanelFoot
          verdict={
            <Verdict title="Nobody is on it yet">
              Its editor opens next. People come to it by a group, keys by choice.
            </Verdict>
          }
        >
          <Button variant="quiet" onClick={() => router.push(closeHref, { scroll: false })}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form="new-profile" busy={busy}>
            Create profile
          </Button>
        </PanelFoot>
      }
    >
      <form
        id="new-profile"
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void create()
        }}
      >
        <Field label="Name" error={errors.get('name')?.message}>
          <Input
            value={name}
            maxLength={80}
            placeholder="Evaluation"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field
          label="Description"
          help="Whom it is for, and what it allows."
          error={errors.get('description')?.message}
        >
          <Textarea value={description} maxLength={500} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        <Field label="Begins as a copy of" error={errors.get('policy')?.message}>
          <Select
            value={from}
            onValueChange={setFrom}
            options={sources.map(({ id, name: label }) => ({ value: id, label }))}
          />
        </Field>
        {problem && errors.size === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="The profile was not created." />
          </Suspense>
        ) : null}
      </form>
    </Panel>
  )
}
