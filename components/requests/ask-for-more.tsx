'use client'

import { Suspense, useState, type SyntheticEvent } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { limitWords } from '#components/keys/key-words.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import type { Ask } from '#components/requests/ask-of.ts'
import { untilOf, UntilField } from '#components/requests/until-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Field } from '#components/ui/field.tsx'
import { formatLimitMoney } from '#components/ui/format.ts'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Input } from '#components/ui/input.tsx'
import { Note } from '#components/ui/note.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { createdRequest, type RequestView } from '#lib/requests/contract.ts'

type AskForMoreProps = {
  readonly ask: Ask
  readonly keyId: string
  readonly decisionId: string
  /** "Why", as the person would say it first. */
  readonly reason: string
}

/** One press opens it with everything filled in, the next one sends it. */
export function AskForMore(props: AskForMoreProps) {
  const [open, setOpen] = useState(false)
  useHotkey('a', 'Ask for more', () => setOpen(true))
  if (open) return <AskForm {...props} />
  return (
    <div className="grid gap-2">
      <p className="text-ink-2">{offerOf(props.ask)}</p>
      <Button variant="primary" icon="send" kbd="A" onClick={() => setOpen(true)}>
        {props.ask.what === 'model' ? 'Ask for this model' : 'Ask for more'}
      </Button>
    </div>
  )
}

function offerOf(ask: Ask): string {
  if (ask.what === 'model') return `This key may not use ${ask.model}. Somebody can allow it for a while.`
  if (ask.what === 'budget')
    return `This key spends ${formatLimitMoney(ask.now)} at most. Somebody can raise that for a while.`
  return 'Somebody can raise this limit of the key for a while.'
}

function AskForm({ ask, keyId, decisionId, reason: first }: AskForMoreProps) {
  const [wanted, setWanted] = useState(ask.what === 'model' ? '' : ask.wanted)
  const [days, setDays] = useState('7')
  const [reason, setReason] = useState(first)
  const [made, setMade] = useState<RequestView | null>(null)
  const { send, busy, problem } = useSend(createdRequest)

  async function submit(event: SyntheticEvent) {
    event.preventDefault()
    const body = { ...wishOf(ask, wanted), keyId, decisionId, reason: reason.trim(), ...untilOf(days) }
    const sent = await send('/key-requests', { body })
    if (sent) setMade(sent.answer)
  }

  if (made) return <Made request={made} />
  return (
    <form className="grid gap-3" onSubmit={submit} aria-label="Ask for more">
      {ask.what === 'budget' ? (
        <Field label="Budget" meaning={`now ${formatLimitMoney(ask.now)}`}>
          <MoneyInput value={wanted} onValueChange={setWanted} />
        </Field>
      ) : ask.what === 'limit' ? (
        <Field label={limitWords[ask.kind].name} meaning={`now ${Number(ask.now).toLocaleString('en-GB')}`}>
          <NumberInput value={wanted} onValueChange={setWanted} unit={limitWords[ask.kind].unit} />
        </Field>
      ) : (
        <p>
          Model <b className="mono">{ask.model}</b>
        </p>
      )}
      <UntilField days={days} onDays={setDays} />
      <Field label="Why" meaning="read by who decides">
        <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </Field>
      {problem ? (
        <Suspense>
          <ProblemNote error={problem} title="It was not sent." />
        </Suspense>
      ) : null}
      <Button type="submit" variant="primary" icon="send" busy={busy}>
        Send request
      </Button>
    </form>
  )
}

function wishOf(ask: Ask, wanted: string) {
  if (ask.what === 'budget') return { what: 'budget', amountUsd: wanted }
  if (ask.what === 'limit') return { what: 'limit', limits: { [ask.kind]: Number(wanted) } }
  return { what: 'model', models: [ask.model] }
}

/** A request that was just made, or one that waits already. */
export function Made({ request }: { readonly request: Pick<RequestView, 'id' | 'status' | 'deciders'> }) {
  const approved = request.status === 'approved'
  return (
    <Note
      tone={approved ? 'ok' : 'none'}
      role="status"
      title={approved ? 'Approved at once.' : 'It waits for an answer.'}
      action={
        <ButtonLink size="small" href={`/requests/${request.id}`}>
          Open
        </ButtonLink>
      }
    >
      {approved
        ? 'Run the call again.'
        : request.deciders.length > 0
          ? `${request.deciders.slice(0, 2).join(' or ')} decides.`
          : ''}
    </Note>
  )
}
