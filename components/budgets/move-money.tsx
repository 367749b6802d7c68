'use client'

import { Suspense, useState } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button, IconButton } from '#components/ui/button.tsx'
import { Combobox } from '#components/ui/combobox.tsx'
import { Dialog, DialogClose } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { formatLimitMoney, formatMoney, toNanos } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { MoneyInput } from '#components/ui/number-input.tsx'
import { movedBudgets, type BudgetView } from '#lib/limits/budget-contract.ts'

type MoveMoneyProps = {
  readonly from: BudgetView
  /** At least one. */
  readonly siblings: readonly BudgetView[]
  /** With its name on the button, where there is room. */
  readonly named?: boolean
}

/** Moves money from one budget to a sibling, where it stands in the table. */
export function MoveMoney({ from, siblings, named = false }: MoveMoneyProps) {
  const [open, setOpen] = useState(false)
  const [draft, setDraft] = useState({ toBudgetId: siblings[0]?.id ?? '', amountUsd: '', reason: '' })
  const { send, busy, problem, forget } = useSend(movedBudgets)
  const errors = problemsByField(problem)
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const to = siblings.find(({ id }) => id === draft.toBudgetId)
  const inUse = toNanos(from.spentUsd) + toNanos(from.heldUsd)
  const free = toNanos(from.amountUsd) - inUse

  function show(next: boolean) {
    if (!next) {
      forget()
      setDraft({ ...draft, amountUsd: '', reason: '' })
    }
    setOpen(next)
  }
  async function move() {
    if (await send(`/budgets/${encodeURIComponent(from.id)}/move`, { body: draft })) show(false)
  }

  return (
    <Dialog
      open={open}
      onOpenChange={show}
      trigger={
        named ? (
          <Button icon="swap" size="small">
            Move money
          </Button>
        ) : (
          <IconButton icon="swap" size="small" label={`Move money from ${from.scope.name}`} />
        )
      }
      title="Move money"
      description={`From ${from.scope.name}, for good.`}
      foot={
        <>
          <DialogClose>
            <Button variant="quiet">Cancel</Button>
          </DialogClose>
          <Button variant="primary" type="submit" form={`move-${from.id}`} busy={busy}>
            Move
          </Button>
        </>
      }
    >
      <form
        id={`move-${from.id}`}
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void move()
        }}
      >
        <Field
          label="Amount"
          help={
            free > 0n
              ? `At most ${formatMoney(free)}: ${formatMoney(inUse)} of ${formatLimitMoney(from.amountUsd)} is spent or held.`
              : 'All of it is spent or held.'
          }
          error={errors.get('amountUsd')?.message}
        >
          <MoneyInput value={draft.amountUsd} step={10} onValueChange={(amountUsd) => change({ amountUsd })} />
        </Field>
        <Field label="To" error={errors.get('toBudgetId')?.message}>
          <Combobox
            find="Find a budget"
            options={siblings.map(({ id, scope, amountUsd }) => ({
              value: id,
              label: scope.name,
              beside: formatLimitMoney(amountUsd),
            }))}
            value={draft.toBudgetId}
            onValueChange={(toBudgetId) => change({ toBudgetId })}
          />
        </Field>
        <Field label="Why" meaning="goes to the audit log" error={errors.get('reason')?.message}>
          <Input
            value={draft.reason}
            maxLength={500}
            placeholder="A busy month"
            onChange={(event) => change({ reason: event.target.value })}
          />
        </Field>
        {to && isAmount(draft.amountUsd) ? (
          <p className="text-ink-2 tabular-nums" aria-live="polite">
            {fromTo(from, -toNanos(draft.amountUsd))}, {fromTo(to, toNanos(draft.amountUsd))}
          </p>
        ) : null}
        {problem && errors.size === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="No money was moved." />
          </Suspense>
        ) : null}
      </form>
    </Dialog>
  )
}

function isAmount(text: string): boolean {
  return /^\d{1,7}(\.\d{1,9})?$/.test(text)
}

/** "Search $600 → $550". */
function fromTo({ scope, amountUsd }: BudgetView, by: bigint): string {
  const after = toNanos(amountUsd) + by
  return `${scope.name} ${formatLimitMoney(amountUsd)} → ${after > 0n ? formatLimitMoney(after) : 'nothing'}`
}
