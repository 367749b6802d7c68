'use client'

import { Suspense, useState, type SyntheticEvent } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { limitWords } from '#components/keys/key-words.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { untilChoices, untilOf, UntilField } from '#components/requests/until-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Field } from '#components/ui/field.tsx'
import { formatLimitMoney } from '#components/ui/format.ts'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Input } from '#components/ui/input.tsx'
import { Note } from '#components/ui/note.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { createdRequest, type Ask, type RequestView } from '#lib/requests/contract.ts'

type AskForMoreProps = {
  readonly ask: Ask
  readonly keyId: string
  /** Null: of a call that nobody made. */
  readonly decisionId: string | null
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
        {verbOf(props.ask)}
      </Button>
    </div>
  )
}

function verbOf({ what }: Ask): string {
  if (what === 'model') return 'Ask for this model'
  if (what === 'provider') return 'Ask for this provider'
  return what === 'lifetime' ? 'Ask for a longer life' : 'Ask for more'
}

function offerOf(ask: Ask): string {
  switch (ask.what) {
    case 'model':
      return `This key may not use ${ask.model}. Somebody can allow it for a while.`
    case 'provider':
      return `This key may not use ${ask.provider}. Somebody can allow it for a while.`
    case 'lifetime':
      return 'This key has ended. Somebody can let it live on.'
    case 'budget':
      return `${ask.scope?.name ?? 'This key'} spends ${formatLimitMoney(ask.now)} at most. ${ask.scope ? 'An admin' : 'Somebody'} can raise that for a while.`
    case 'limit':
      return `${ask.scope ? 'An admin' : 'Somebody'} can raise this limit of ${ask.scope?.name ?? 'the key'} for a while.`
  }
}

function AskForm({ ask, keyId, decisionId, reason: first }: AskForMoreProps) {
  const [wanted, setWanted] = useState('wanted' in ask ? String(ask.wanted) : '')
  const [days, setDays] = useState(ask.what === 'lifetime' ? '90' : '7')
  const [reason, setReason] = useState(first)
  const [made, setMade] = useState<RequestView | null>(null)
  const { send, busy, problem } = useSend(createdRequest)

  async function submit(event: SyntheticEvent) {
    event.preventDefault()
    const body = { ...wishOf(ask, wanted, keyId, days), ...(decisionId ? { decisionId } : {}), reason: reason.trim() }
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
        <Field label={limitWords[ask.kind].name} meaning={`now ${ask.now.toLocaleString('en-GB')}`}>
          <NumberInput value={wanted} onValueChange={setWanted} unit={limitWords[ask.kind].unit} />
        </Field>
      ) : ask.what === 'lifetime' ? null : (
        <p>
          {ask.what === 'model' ? 'Model' : 'Provider'}{' '}
          <b className="mono">{ask.what === 'model' ? ask.model : ask.provider}</b>
        </p>
      )}
      <UntilField days={days} onDays={setDays} {...(ask.what === 'lifetime' ? { options: lives } : {})} />
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

const lives = untilChoices.filter(({ value }) => value !== '')

function wishOf(ask: Ask, wanted: string, keyId: string, days: string) {
  const until = untilOf(days)
  switch (ask.what) {
    case 'model':
      return { what: 'model', models: [ask.model], keyId, ...until }
    case 'provider':
      return { what: 'model', providers: [ask.provider], keyId, ...until }
    case 'lifetime':
      return { what: 'lifetime', expiresAt: until.until, keyId }
    case 'budget':
      return { what: 'budget', amountUsd: wanted, ...placeOf(ask, keyId), period: ask.period, ...until }
    case 'limit':
      return { what: 'limit', limits: { [ask.kind]: Number(wanted) }, ...placeOf(ask, keyId), ...until }
  }
}

function placeOf({ scope }: Extract<Ask, { scope: unknown }>, keyId: string) {
  return scope ? { scope: { type: scope.type, id: scope.id } } : { keyId }
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
