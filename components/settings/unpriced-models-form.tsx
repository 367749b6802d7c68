'use client'

import { Suspense, useState } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Radio, RadioGroup } from '#components/ui/radio-group.tsx'
import { unpricedModels, type UnpricedModels } from '#lib/catalog/contract.ts'
import { organisation } from '#lib/identity/organisation/contract.ts'

type UnpricedModelsFormProps = { readonly inForce: UnpricedModels }

/** What happens to calls of models without a price. It moves money, so it is saved, not switched. */
export function UnpricedModelsForm({ inForce }: UnpricedModelsFormProps) {
  const [chosen, setChosen] = useState(inForce)
  const { send, busy, problem } = useSend(organisation)
  const isSame = chosen === inForce

  return (
    <form
      className="grid justify-items-start gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isSame) void send('/organisation', { method: 'PATCH', body: { unpricedModels: chosen } })
      }}
    >
      <RadioGroup
        aria-label="Calls of models without a price"
        value={chosen}
        onValueChange={(next) => setChosen(unpricedModels.find((value) => value === next) ?? chosen)}
        className="max-w-[40rem] gap-3"
      >
        <Radio value="refuse" help="403 model_not_allowed, until somebody sets a price.">
          Refuse them
        </Radio>
        <Radio
          value="flag"
          help="Tokens are booked, and the cost is told as not priced on every screen and in every export. Keys under a budget that stops calls are refused all the same: what has no price cannot be counted against it."
        >
          Serve and flag them
        </Radio>
      </RadioGroup>
      {problem ? (
        <Suspense>
          <ProblemNote error={problem} title="Nothing was changed." />
        </Suspense>
      ) : null}
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="primary" type="submit" busy={busy} disabled={isSame}>
          Save
        </Button>
        <span className="text-ink-3" role="status">
          {isSame ? 'This is in force.' : 'Calls obey it within 1 s. It is audited.'}
        </span>
      </div>
    </form>
  )
}
