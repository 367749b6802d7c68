'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { timeText, timeoutWords } from '#components/providers/timeout-words.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field, FormProblems } from '#components/ui/field.tsx'
import { formatCount } from '#components/ui/format.ts'
import { Verdict } from '#components/ui/note.tsx'
import { NumberInput } from '#components/ui/number-input.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import {
  providerView,
  timeoutNames,
  timeoutRanges,
  type ProviderView,
  type TimeoutName,
} from '#lib/catalog/contract.ts'

type TimeoutsPanelProps = {
  readonly provider: Pick<ProviderView, 'id' | 'timeouts' | 'timeoutDefaults'>
  readonly closeHref: string
}

/** How long the provider may take. An empty field is the default, which may change with a release. */
export function TimeoutsPanel({ provider: { id, timeouts, timeoutDefaults }, closeHref }: TimeoutsPanelProps) {
  const router = useRouter()
  const [draft, setDraft] = useState(() => mapNames((name) => String(timeouts[name] ?? '')))
  const { send, busy, problem } = useSend(providerView)
  const errors = problemsByField(problem)
  const close = () => router.push(closeHref, { scroll: false })

  async function save() {
    const body = { timeouts: mapNames((name) => (draft[name] === '' ? null : Number(draft[name]))) }
    if (await send(`/providers/${encodeURIComponent(id)}`, { method: 'PATCH', body })) close()
  }

  return (
    <Panel
      title="Change the time-outs"
      closeHref={closeHref}
      foot={
        <PanelFoot
          start={<FormProblems count={errors.size} />}
          verdict={
            <Verdict title="New calls obey it within 1 s">
              Past any of them the next route is tried. Once an answer has begun, it is ended with an error instead.
            </Verdict>
          }
        >
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form="timeouts" busy={busy}>
            Save
          </Button>
        </PanelFoot>
      }
    >
      <form
        id="timeouts"
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        {timeoutNames.map((name) => (
          <Field
            key={name}
            label={timeoutWords[name].label}
            meaning={meaningOf(draft[name], timeoutDefaults[name])}
            help={`${timeoutWords[name].help} ${rangeText(name)}`}
            error={errors.get(`timeouts.${name}`)?.message}
          >
            <NumberInput
              unit="ms"
              step={1_000}
              placeholder={formatCount(timeoutDefaults[name])}
              value={draft[name]}
              onValueChange={(value) => setDraft({ ...draft, [name]: value })}
            />
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

function meaningOf(value: string, defaultMs: number): string {
  return value === '' ? `default, ${timeText(defaultMs)}` : `${timeText(Number(value))}, default ${timeText(defaultMs)}`
}

function rangeText(name: TimeoutName): string {
  const [least, most] = timeoutRanges[name]
  return `From ${timeText(least)} to ${timeText(most)}.`
}

function mapNames<Value>(valueOf: (name: TimeoutName) => Value): Record<TimeoutName, Value> {
  return Object.fromEntries(timeoutNames.map((name) => [name, valueOf(name)])) as Record<TimeoutName, Value>
}
