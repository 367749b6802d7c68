'use client'

import { Suspense, useId, useState, type SyntheticEvent } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { limitWords, periodWords } from '#components/keys/key-words.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Made } from '#components/requests/ask-for-more.tsx'
import {
  emptyWish,
  lendable,
  partnersOf,
  requestBody,
  targetsFor,
  type WishDraft,
} from '#components/requests/ask-wish.ts'
import { untilChoices, UntilField } from '#components/requests/until-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { Combobox } from '#components/ui/combobox.tsx'
import { DialogClose } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { formatDate, formatLimitMoney } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { Link } from '#components/ui/link.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Tiles } from '#components/ui/radio-group.tsx'
import { Select } from '#components/ui/select.tsx'
import { budgetPeriods, limitKinds, type LimitKind } from '#lib/limits/contract.ts'
import { createdRequest, type RequestView } from '#lib/requests/contract.ts'
import type { AskOptions } from '#lib/requests/read-ask-options.ts'

const kinds = [
  { value: 'budget', label: 'Budget', icon: 'wallet' },
  { value: 'limit', label: 'Limit', icon: 'gauge' },
  { value: 'model', label: 'Model', icon: 'cube' },
  { value: 'provider', label: 'Provider', icon: 'plug' },
  { value: 'lifetime', label: 'Longer life', icon: 'clock' },
  { value: 'lend', label: 'Lend', icon: 'swap' },
] as const

const ends = untilChoices.filter(({ value }) => value !== '')

type AskPanelProps = {
  readonly options: AskOptions
  readonly what: WishDraft['what'] | null
  readonly closeHref: string
}

/** Asks for more of anything that the person may ask for. */
export function AskPanel({ options, what, closeHref }: AskPanelProps) {
  const id = useId()
  const [draft, setDraft] = useState(() => emptyWish(options, what ?? 'budget'))
  const [made, setMade] = useState<RequestView | null>(null)
  const { send, busy, problem, forget } = useSend(createdRequest)
  const change = (part: Partial<WishDraft>) => {
    forget()
    setDraft((current) => ({ ...current, ...part }))
  }
  const body = requestBody(draft, options)

  async function submit(event: SyntheticEvent) {
    event.preventDefault()
    const sent = body ? await send('/key-requests', { body }) : null
    if (sent) setMade(sent.answer)
  }

  return (
    <Panel
      title="Ask for more"
      closeHref={closeHref}
      foot={
        <PanelFoot
          verdict={
            problem ? (
              <Suspense>
                <ProblemNote error={problem} title="It was not sent." />
              </Suspense>
            ) : null
          }
        >
          <DialogClose>
            <Button variant="quiet">{made ? 'Done' : 'Cancel'}</Button>
          </DialogClose>
          {made ? null : (
            <Button type="submit" form={id} variant="primary" icon="send" busy={busy} disabled={!body}>
              {draft.what === 'lend' ? 'Lend' : 'Send request'}
            </Button>
          )}
        </PanelFoot>
      }
    >
      {made ? (
        <Made request={made} />
      ) : (
        <form id={id} className="grid gap-4" onSubmit={submit} aria-label="Ask for more">
          <Field label="What" group>
            <Tiles
              label="What"
              value={draft.what}
              options={kinds}
              onValueChange={(next) => change(emptyWish(options, next))}
            />
          </Field>
          {draft.what === 'lend' ? (
            <LendFields draft={draft} options={options} change={change} />
          ) : (
            <MoreFields draft={draft} options={options} change={change} />
          )}
          <UntilField
            days={draft.days}
            onDays={(days) => change({ days })}
            {...(draft.what === 'lend' || draft.what === 'lifetime' ? { options: ends } : {})}
          />
          <Field label="Why" meaning="read by who decides">
            <Input value={draft.reason} maxLength={500} onChange={(event) => change({ reason: event.target.value })} />
          </Field>
          <p className="text-ink-3">
            A new key, or one of a kind that your profile does not let you create, is asked for with{' '}
            <Link href="/keys?new=1">the form for keys</Link>.
          </p>
        </form>
      )}
    </Panel>
  )
}

type FieldsProps = {
  readonly draft: WishDraft
  readonly options: AskOptions
  readonly change: (part: Partial<WishDraft>) => void
}

function MoreFields({ draft, options, change }: FieldsProps) {
  const targets = targetsFor(options, draft.what)
  const target = targets.find(({ value }) => value === draft.target)
  if (targets.length === 0) return <p className="text-ink-2">{nothingWords[draft.what]}</p>
  const now = target?.budgets.find(({ period }) => period === draft.period)
  return (
    <>
      <Field label="For" meaning="a key, or what you lead">
        <Choice
          label="Find a key or team"
          value={draft.target}
          options={targets.map(({ value, name, beside }) => ({ value, label: name, beside }))}
          onChange={(value) => change(emptyWish(options, draft.what, value))}
        />
      </Field>
      {draft.what === 'budget' && target && target.budgets.length > 1 ? (
        <Field label="Period">
          <Select
            value={draft.period}
            options={target.budgets.map(({ period }) => ({ value: period, label: periodWords[period] }))}
            onValueChange={(period) =>
              change({ period: budgetPeriods.find((each) => each === period) ?? draft.period })
            }
          />
        </Field>
      ) : null}
      {draft.what === 'budget' ? (
        <Field label="Budget" meaning={now ? `now ${formatLimitMoney(now.amountUsd)} ${periodWords[now.period]}` : ''}>
          <MoneyInput value={draft.amountUsd} onValueChange={(amountUsd) => change({ amountUsd })} />
        </Field>
      ) : null}
      {draft.what === 'limit' && target ? (
        <div className="grid grid-cols-2 gap-4 phone:grid-cols-1">
          <Field label="Limit">
            <Select
              value={draft.kind}
              options={(Object.keys(target.limits) as LimitKind[]).map((kind) => ({
                value: kind,
                label: limitWords[kind].name,
              }))}
              onValueChange={(kind) =>
                change({ kind: limitKinds.find((each) => each === kind) ?? draft.kind, limit: '' })
              }
            />
          </Field>
          <Field label="New value" meaning={`now ${(target.limits[draft.kind] ?? 0).toLocaleString('en-GB')}`}>
            <NumberInput
              value={draft.limit}
              unit={limitWords[draft.kind].unit}
              onValueChange={(limit) => change({ limit })}
            />
          </Field>
        </div>
      ) : null}
      {draft.what === 'model' || draft.what === 'provider' ? (
        <Field label={draft.what === 'model' ? 'Model' : 'Provider'}>
          <Choice
            label="Find it"
            value={draft.name}
            options={(draft.what === 'model' ? options.models : options.providers).map((name) => ({
              value: name,
              label: name,
            }))}
            onChange={(name) => change({ name })}
          />
        </Field>
      ) : null}
      {draft.what === 'lifetime' && target?.expiresAt ? (
        <p className="text-ink-2">It ends on {formatDate(Date.parse(target.expiresAt))} now.</p>
      ) : null}
    </>
  )
}

const nothingWords: Readonly<Record<WishDraft['what'], string>> = {
  budget: 'You have no key with a budget, and lead no team with one.',
  limit: 'You have no key with a limit, and lead no team with one.',
  model: 'You have no key that could be given a model.',
  provider: 'You have no key that could be given a provider.',
  lifetime: 'You have no key that ends.',
  lend: '',
}

function LendFields({ draft, options, change }: FieldsProps) {
  const from = lendable(options)
  if (from.length === 0) return <p className="text-ink-2">You have no budget that you could lend from.</p>
  const to = partnersOf(options, draft.target)
  return (
    <>
      <Field label="From" meaning="yours, or of a team that you lead">
        <Choice
          label="Find a budget"
          value={draft.target}
          options={from}
          onChange={(value) => change({ target: value, name: '' })}
        />
      </Field>
      <Field label="To" meaning="a budget of the same team and period">
        {to.length === 0 ? (
          <p className="text-ink-2">Nobody in this team has a budget for the same period.</p>
        ) : (
          <Choice
            label="Find a colleague or key"
            value={draft.name}
            options={to}
            onChange={(name) => change({ name })}
          />
        )}
      </Field>
      <Field label="Amount" meaning="one goes down by what the other goes up">
        <MoneyInput value={draft.amountUsd} onValueChange={(amountUsd) => change({ amountUsd })} />
      </Field>
    </>
  )
}

type ChoiceProps = {
  readonly label: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly label: string; readonly beside?: string | undefined }[]
  readonly onChange: (value: string) => void
}

/** Few are chosen from a list, many are found by typing. */
function Choice({ label, value, options, onChange }: ChoiceProps) {
  return options.length > 8 ? (
    <Combobox value={value} options={options} onValueChange={onChange} find={label} />
  ) : (
    <Select value={value} options={options} onValueChange={onChange} placeholder="Choose" />
  )
}
