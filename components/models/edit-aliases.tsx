'use client'

import { useState } from 'react'
import * as z from 'zod'
import { useSend } from '#components/admin/use-send.ts'
import { ApiProblem, problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Dialog, DialogClose } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Textarea } from '#components/ui/input.tsx'

type EditAliasesProps = { readonly model: string; readonly aliases: readonly string[] }

/** The other names that callers may use for a model. */
export function EditAliases({ model, aliases }: EditAliasesProps) {
  const [open, setOpen] = useState(false)
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button size="small" variant="quiet">
          Edit aliases
        </Button>
      }
      title={`Aliases of ${model}`}
      description="Other names that callers may use. The next call goes by them. Profiles and keys name the model, never an alias."
      foot={
        <>
          <DialogClose>
            <Button variant="quiet">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="edit-aliases" variant="primary">
            Save aliases
          </Button>
        </>
      }
    >
      <AliasesForm model={model} aliases={aliases} onDone={() => setOpen(false)} />
    </Dialog>
  )
}

function AliasesForm({ model, aliases, onDone }: EditAliasesProps & { readonly onDone: () => void }) {
  const [text, setText] = useState(aliases.join('\n'))
  const [moves, setMoves] = useState(false)
  const { send, problem } = useSend(z.unknown())
  const problems = problemsByField(problem)
  const isTaken = problem instanceof ApiProblem && problem.status === 409

  async function submit() {
    const done = await send(`/models/${encodeURIComponent(model)}`, {
      method: 'PATCH',
      body: { aliases: namesIn(text), moveAliases: moves },
    })
    if (done) onDone()
  }

  return (
    <form
      id="edit-aliases"
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Field
        label="Aliases"
        meaning="one a line"
        error={[...problems.values()].map(({ message }) => message).join(' ') || null}
        help="To pin a version, add a model of its own whose route names the dated model at the provider."
      >
        <Textarea
          rows={5}
          spellCheck={false}
          className="mono"
          value={text}
          placeholder="fast"
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      {isTaken || moves ? (
        <CheckRow
          checked={moves}
          onCheckedChange={(on) => setMoves(on === true)}
          help="Who asks for one of them is answered by this model from the next call on."
        >
          Move aliases here from the models that have them
        </CheckRow>
      ) : null}
      {problem && problems.size === 0 ? <ProblemNote error={problem} title="The aliases were not saved." /> : null}
    </form>
  )
}

function namesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))]
}
