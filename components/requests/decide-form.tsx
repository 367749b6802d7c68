'use client'

import { Suspense, useState } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { limitWords } from '#components/keys/key-words.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { untilOf, UntilField } from '#components/requests/until-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { limitKinds } from '#lib/limits/contract.ts'
import { requestView, type Raise, type RequestView } from '#lib/requests/contract.ts'

const asAsked = 'asked'

/** Yes, yes to less, or no with a reason. */
export function DecideForm({ request }: { readonly request: RequestView }) {
  const asked = askedOf(request.wish)
  const [less, setLess] = useState<Raise>(() => numbersOf(asked))
  const [isLess, setIsLess] = useState(false)
  const [days, setDays] = useState<string>(asAsked)
  const [reason, setReason] = useState('')
  const [needsReason, setNeedsReason] = useState(false)
  const { send, busy, problem } = useSend(requestView)
  const path = `/key-requests/${encodeURIComponent(request.id)}`
  const canGiveLess = asked !== null && (asked.budgetUsd !== undefined || asked.limits !== undefined)
  const why = reason.trim() === '' ? {} : { reason: reason.trim() }

  function approve() {
    const granted = isLess && asked ? { granted: { ...only(asked), ...less } } : {}
    const until = days === asAsked ? {} : untilOf(days)
    void send(`${path}/approve`, { body: { ...granted, ...until, ...why } })
  }
  function deny() {
    setNeedsReason(reason.trim() === '')
    if (reason.trim() !== '') void send(`${path}/deny`, { body: why })
  }

  return (
    <div className="grid gap-3">
      {canGiveLess ? (
        <CheckRow checked={isLess} onCheckedChange={(on) => setIsLess(on === true)}>
          Give less than asked
        </CheckRow>
      ) : null}
      {isLess ? <LessFields less={less} onLess={setLess} /> : null}
      {'loan' in request.wish || request.what === 'lifetime' ? null : (
        <UntilField days={days} onDays={setDays} options={untilOptions(request)} />
      )}
      <Field
        label="Reason"
        meaning="read by who asked; needed to deny"
        error={needsReason && reason.trim() === '' ? 'Say why, so that they know what to do instead.' : null}
      >
        <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </Field>
      {problem ? (
        <Suspense>
          <ProblemNote error={problem} title="Nothing was decided." />
        </Suspense>
      ) : null}
      <div className="flex gap-2">
        <Button variant="primary" icon="check" busy={busy} onClick={approve}>
          {isLess ? 'Approve less' : 'Approve'}
        </Button>
        <Button variant="danger" icon="x" busy={busy} onClick={deny}>
          Deny
        </Button>
      </div>
    </div>
  )
}

function LessFields({ less, onLess }: { readonly less: Raise; readonly onLess: (less: Raise) => void }) {
  return (
    <>
      {less.budgetUsd === undefined ? null : (
        <Field label="Budget">
          <MoneyInput value={less.budgetUsd} onValueChange={(budgetUsd) => onLess({ ...less, budgetUsd })} />
        </Field>
      )}
      {limitKinds.map((kind) => {
        const limit = less.limits?.[kind]
        return limit === undefined ? null : (
          <Field key={kind} label={limitWords[kind].name}>
            <NumberInput
              value={String(limit)}
              unit={limitWords[kind].unit}
              onValueChange={(text) => onLess({ ...less, limits: { ...less.limits, [kind]: Number(text) } })}
            />
          </Field>
        )
      })}
    </>
  )
}

function untilOptions({ wantedUntil }: RequestView) {
  const rest = [
    { value: '1', label: 'One day' },
    { value: '7', label: 'A week' },
    { value: '30', label: '30 days' },
    { value: '90', label: '90 days' },
  ]
  return [{ value: asAsked, label: wantedUntil ? 'As long as asked' : 'For good, as asked' }, ...rest]
}

/** What can be given less of. */
function numbersOf(asked: Raise | null): Raise {
  return {
    ...(asked?.budgetUsd === undefined ? {} : { budgetUsd: asked.budgetUsd }),
    ...(asked?.limits === undefined ? {} : { limits: asked.limits }),
  }
}

/** The parts of a wish that can be given in part; of a loan none. */
function askedOf(wish: RequestView['wish']): Raise | null {
  if ('raise' in wish) return wish.raise
  if ('loan' in wish) return null
  const { budget, limits } = wish.scopeRaise
  return { ...(budget ? { budgetUsd: budget.amountUsd } : {}), ...(limits ? { limits } : {}) }
}

/** The parts that are given whole. */
function only({ models, providers, expiresAt }: Raise): Raise {
  return {
    ...(models ? { models } : {}),
    ...(providers ? { providers } : {}),
    ...(expiresAt ? { expiresAt } : {}),
  }
}
