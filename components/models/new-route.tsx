'use client'

import { useState } from 'react'
import * as z from 'zod'
import { useSend } from '#components/admin/use-send.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogClose } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { NumberInput } from '#components/ui/number-input.tsx'
import { Select } from '#components/ui/select.tsx'

type NewRouteProps = {
  readonly model: string
  readonly providers: readonly { readonly id: string; readonly displayName: string }[]
  /** How many ranks there are: a new route is tried after them, unless said. */
  readonly nextRank: number
}

/** One more place where a model can be called. */
export function NewRoute({ model, providers, nextRank }: NewRouteProps) {
  const [open, setOpen] = useState(false)
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button size="small" variant="quiet" icon="plus">
          Add a route
        </Button>
      }
      title="Add a route"
      description={`Calls of ${model} may go there on the next call, as far as profiles allow its provider and region.`}
      foot={
        <>
          <DialogClose>
            <Button variant="quiet">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="new-route" variant="primary">
            Add route
          </Button>
        </>
      }
    >
      <RouteForm model={model} providers={providers} nextRank={nextRank} onDone={() => setOpen(false)} />
    </Dialog>
  )
}

function RouteForm({ model, providers, nextRank, onDone }: NewRouteProps & { readonly onDone: () => void }) {
  const [providerId, setProviderId] = useState(providers[0]?.id ?? '')
  const [upstream, setUpstream] = useState('')
  const [region, setRegion] = useState('')
  const [place, setPlace] = useState(String(nextRank + 1))
  const { send, problem } = useSend(z.unknown())
  const problems = problemsByField(problem)

  async function submit() {
    const rank = Math.max(0, Number(place || '1') - 1)
    const done = await send(`/models/${encodeURIComponent(model)}/deployments`, {
      body: {
        providerId,
        rank,
        ...(upstream.trim() ? { upstreamModel: upstream.trim() } : {}),
        ...(region.trim() ? { region: region.trim() } : {}),
      },
    })
    if (done) onDone()
  }

  return (
    <form
      id="new-route"
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Field label="Provider" error={problems.get('providerId')?.message}>
        <Select
          value={providerId}
          onValueChange={setProviderId}
          options={providers.map(({ id, displayName }) => ({ value: id, label: displayName }))}
        />
      </Field>
      <Field label="Model there" meaning="its name at the provider" error={problems.get('upstreamModel')?.message}>
        <Input mono value={upstream} placeholder={model} onChange={(event) => setUpstream(event.target.value)} />
      </Field>
      <div className="grid grid-cols-2 gap-4 phone:grid-cols-1">
        <Field label="Region" error={problems.get('region')?.message}>
          <Input mono value={region} placeholder="global" onChange={(event) => setRegion(event.target.value)} />
        </Field>
        <Field label="Tried" meaning="1 is first" error={problems.get('rank')?.message}>
          <NumberInput value={place} onValueChange={setPlace} />
        </Field>
      </div>
      {problem && problems.size === 0 ? <ProblemNote error={problem} title="The route was not added." /> : null}
    </form>
  )
}
