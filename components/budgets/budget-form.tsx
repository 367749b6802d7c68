'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState, type ReactNode } from 'react'
import { useSend } from '#components/admin/use-send.ts'
import { firstOf, ScopeFields, scopeIdOf, type ScopeChoices } from '#components/budgets/budget-scope-fields.tsx'
import { timeZoneOptions } from '#components/budgets/time-zones.ts'
import { periodWords } from '#components/keys/key-words.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Combobox } from '#components/ui/combobox.tsx'
import { Field, FormProblems } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Select } from '#components/ui/select.tsx'
import { budgetView, type BudgetView } from '#lib/limits/budget-contract.ts'
import { budgetPeriods, type BudgetPeriod } from '#lib/limits/contract.ts'

type BudgetFormProps = {
  /** Null for a new one. */
  readonly budget: BudgetView | null
  /** What a new one may be for. */
  readonly choices: ScopeChoices
  /** Its own, or the organisation's for a new one. */
  readonly timeZone: string
  readonly closeHref: string
  /** Above the fields: how it stands. */
  readonly children?: ReactNode
  /** At the left of the buttons: ending it. */
  readonly end?: ReactNode
}

const postures = [
  { value: 'hard', label: 'Stop calls' },
  { value: 'soft', label: 'Only alert' },
  { value: 'alert_then_enforce', label: 'Alert, then stop later' },
]

/** Sets a budget, or changes one that goes on: what is spent in its period stays spent. */
export function BudgetForm({ budget, choices, timeZone, closeHref, children, end }: BudgetFormProps) {
  const router = useRouter()
  const [draft, setDraft] = useState(() => ({
    scope: firstOf('team', choices),
    timeZone,
    amountUsd: budget?.amountUsd ?? '',
    period: budget?.period ?? ('month' as BudgetPeriod),
    posture: budget?.posture ?? 'hard',
    enforceAtPercent: String(budget?.enforceAtPercent ?? 110),
    thresholds: (budget?.thresholds ?? [75, 90, 100]).join(', '),
    perMember: false,
  }))
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const { send, busy, problem } = useSend(budgetView)
  const errors = problemsByField(problem)
  const errorOf = (field: string) => [...errors].find(([name]) => name.split(/\W/)[0] === field)?.[1].message
  const close = () => router.push(closeHref, { scroll: false })
  const scopeType = draft.scope.type

  async function save() {
    const terms = {
      amountUsd: draft.amountUsd,
      posture: draft.posture,
      ...(draft.posture === 'alert_then_enforce' ? { enforceAtPercent: Number(draft.enforceAtPercent) } : {}),
      thresholds: draft.thresholds
        .split(/[\s,;%]+/)
        .filter(Boolean)
        .map(Number),
    }
    const place = {
      scopeType,
      scopeId: scopeIdOf(draft.scope),
      period: draft.period,
      timeZone: draft.timeZone,
      perMember: scopeType === 'team' && draft.perMember,
    }
    const sent = budget
      ? send(`/budgets/${encodeURIComponent(budget.id)}`, { method: 'PATCH', body: terms })
      : send('/budgets', { body: { ...terms, ...place } })
    if (await sent) close()
  }

  return (
    <Panel
      title={budget ? `Budget of ${budget.scope.name}` : 'New budget'}
      closeHref={closeHref}
      foot={
        <PanelFoot
          start={errors.size > 0 ? <FormProblems count={errors.size} /> : end}
          verdict={
            <Verdict title="Calls obey it within 1 s">
              {budget
                ? 'What is spent in this period stays spent. Another period or time zone is another budget.'
                : 'What is spent in its first period already counts.'}
            </Verdict>
          }
        >
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form="budget" busy={busy}>
            Save
          </Button>
        </PanelFoot>
      }
    >
      {children}
      <form
        id="budget"
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        {budget ? null : (
          <ScopeFields
            choices={choices}
            draft={draft.scope}
            onChange={(scope) => change({ scope })}
            error={errorOf('scopeId') ?? errorOf('scopeType')}
          />
        )}
        {budget === null && scopeType === 'team' ? (
          <CheckRow
            checked={draft.perMember}
            onCheckedChange={(checked) => change({ perMember: checked === true })}
            help="Each person has the amount for their calls in this team."
          >
            For each member, not for all together
          </CheckRow>
        ) : null}
        <Field label="Limit" help="Above 0, at most $9,000,000." error={errorOf('amountUsd')}>
          <MoneyInput value={draft.amountUsd} step={10} onValueChange={(amountUsd) => change({ amountUsd })} />
        </Field>
        {budget ? null : (
          <Field label="Period" error={errorOf('period')}>
            <Select
              value={draft.period}
              onValueChange={(value) => change({ period: budgetPeriods.find((one) => one === value) ?? draft.period })}
              options={budgetPeriods.map((period) => ({ value: period, label: capital(periodWords[period]) }))}
            />
          </Field>
        )}
        {budget ? null : (
          <Field
            label="Time zone"
            help="Its periods begin at midnight by this clock, summer time included."
            error={errorOf('timeZone')}
          >
            <Combobox
              find="Find a time zone"
              literal
              options={timeZoneOptions(timeZone)}
              value={draft.timeZone}
              onValueChange={(value) => change({ timeZone: value })}
            />
          </Field>
        )}
        <Field label="At the limit" error={errorOf('posture')}>
          <Select
            value={draft.posture}
            onValueChange={(value) => change({ posture: value as BudgetView['posture'] })}
            options={postures}
          />
        </Field>
        {draft.posture === 'alert_then_enforce' ? (
          <Field label="Stop at" help="From 100 to 1,000 %." error={errorOf('enforceAtPercent')}>
            <NumberInput
              unit="%"
              value={draft.enforceAtPercent}
              onValueChange={(enforceAtPercent) => change({ enforceAtPercent })}
            />
          </Field>
        ) : null}
        <Field
          label="Alert at"
          meaning="per cent of the limit"
          help="Whole percentages from 1 to 1,000, by comma, at most ten. Empty for no alerts."
          error={errorOf('thresholds')}
        >
          <Input value={draft.thresholds} onChange={(event) => change({ thresholds: event.target.value })} />
        </Field>
        {problem && errors.size === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="Nothing was changed." />
          </Suspense>
        ) : null}
      </form>
    </Panel>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
