'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState } from 'react'
import * as z from 'zod'
import { useSend } from '#components/admin/use-send.ts'
import { none, type PanelField } from '#components/organisation/panel-fields.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Select } from '#components/ui/select.tsx'

type OrganisationPanelProps = {
  readonly title: string
  readonly verb: string
  readonly path: string
  readonly method: 'POST' | 'PATCH'
  readonly fields: readonly PanelField[]
  readonly closeHref: string
  /** Sent with the fields. */
  readonly also?: Readonly<Record<string, string>>
  /** Where what was made has its page; its id is put behind. */
  readonly pageOf?: string
}

/** Makes or changes a part of the organisation: a workload, team, project, unit or cost centre. */
export function OrganisationPanel({
  title,
  verb,
  path,
  method,
  fields,
  also,
  closeHref,
  pageOf,
}: OrganisationPanelProps) {
  const router = useRouter()
  const [values, setValues] = useState(() => Object.fromEntries(fields.map(({ name, value }) => [name, value])))
  const { send, busy, problem } = useSend(z.object({ id: z.string().optional() }))
  const errors = problemsByField(problem)
  const set = (name: string) => (value: string) => setValues((before) => ({ ...before, [name]: value }))

  async function submit() {
    const given = fields.filter(({ name, value }) => method === 'POST' || values[name] !== value)
    const changed = Object.fromEntries(given.map(({ name }) => [name, values[name] === none ? null : values[name]]))
    const body = { ...also, ...changed }
    const done = await send(path, { method, body })
    if (done) router.push(pageOf && done.answer.id ? `${pageOf}/${done.answer.id}` : closeHref, { scroll: false })
  }

  return (
    <Panel
      title={title}
      closeHref={closeHref}
      foot={
        <PanelFoot>
          <Button variant="quiet" onClick={() => router.push(closeHref, { scroll: false })}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form="organisation" busy={busy}>
            {verb}
          </Button>
        </PanelFoot>
      }
    >
      <form
        id="organisation"
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {fields.map(({ name, label, help, placeholder, options }) => (
          <Field key={name} label={label} help={help} error={errors.get(name)?.message}>
            {options ? (
              <Select value={values[name]} onValueChange={set(name)} options={options} />
            ) : (
              <Input
                value={values[name]}
                maxLength={80}
                placeholder={placeholder}
                onChange={(event) => set(name)(event.target.value)}
              />
            )}
          </Field>
        ))}
        {problem && errors.size === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="Nothing was changed." />
          </Suspense>
        ) : null}
      </form>
    </Panel>
  )
}
