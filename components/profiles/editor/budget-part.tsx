'use client'

import { periodWords, postureWords } from '#components/keys/key-words.ts'
import type { Form } from '#components/profiles/editor/form.ts'
import { rowColumns } from '#components/profiles/editor/limits-part.tsx'
import { FormRow, RowErrors, Was } from '#components/profiles/editor/was.tsx'
import { MoneyInput, NumberInput } from '#components/ui/number-input.tsx'
import { Section } from '#components/ui/section.tsx'
import { Select } from '#components/ui/select.tsx'
import { budgetPeriods, budgetPostures } from '#lib/limits/contract.ts'

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Money that one key may spend. */
export function BudgetPart({ form }: { readonly form: Form }) {
  const { draft, errors, set } = form
  const hasBudget = draft['budget.amount'] !== ''
  return (
    <Section id="budget" title="Budget" aside="Of one key. The maximum is meant a month." className="scroll-mt-4">
      <div>
        <FormRow form={form} fields={['budget.amount', 'budget.maximum']}>
          <div className={`${rowColumns} min-h-13 py-2`}>
            <span className="grid leading-4 phone:col-span-2 phone:pb-1">
              <b>Spend</b>
              <small className="text-ink-3">Default and maximum</small>
            </span>
            <MoneyInput
              aria-label="Spend of one key, default"
              aria-invalid={errors.has('budget.amount')}
              placeholder="none"
              value={draft['budget.amount']}
              onValueChange={(value) => set('budget.amount', value)}
            />
            <MoneyInput
              aria-label="Spend of one key, maximum"
              aria-invalid={errors.has('budget.maximum')}
              placeholder="none"
              value={draft['budget.maximum']}
              onValueChange={(value) => set('budget.maximum', value)}
            />
            <span className="phone:col-span-2">
              <Was form={form} fields={['budget.amount', 'budget.maximum']} />
            </span>
          </div>
          <RowErrors form={form} fields={['budget.amount', 'budget.maximum']} />
        </FormRow>
        {hasBudget ? (
          <FormRow form={form} fields={['budget.period', 'budget.posture']}>
            <div className={`${rowColumns} min-h-13 py-2`}>
              <span className="grid leading-4 phone:col-span-2 phone:pb-1">
                <b>Period</b>
                <small className="text-ink-3">And at the cap</small>
              </span>
              <Select
                aria-label="Period of the default budget"
                value={draft['budget.period']}
                onValueChange={(value) => set('budget.period', value)}
                options={budgetPeriods.map((period) => ({ value: period, label: capital(periodWords[period]) }))}
              />
              <span className="col-span-2 grid max-w-75 phone:col-span-1">
                <Select
                  aria-label="At the cap"
                  aria-invalid={errors.has('budget.posture')}
                  value={draft['budget.posture']}
                  onValueChange={(value) => set('budget.posture', value)}
                  options={budgetPostures.map((posture) => ({ value: posture, label: capital(postureWords[posture]) }))}
                />
              </span>
            </div>
            <p className="-mt-1 pb-2">
              <Was form={form} fields={['budget.period', 'budget.posture']} />
            </p>
            <RowErrors form={form} fields={['budget.period', 'budget.posture']} />
          </FormRow>
        ) : null}
        <FormRow form={form} fields={['defaultOutputTokens']}>
          <div className={`${rowColumns} min-h-13 py-2`}>
            <span className="grid leading-4 phone:col-span-2 phone:pb-1">
              <b>Output of a call</b>
              <small className="text-ink-3">When it names no maximum</small>
            </span>
            <NumberInput
              aria-label="Output tokens of a call that names no maximum"
              aria-invalid={errors.has('defaultOutputTokens')}
              step={256}
              unit="tokens"
              value={draft.defaultOutputTokens}
              onValueChange={(value) => set('defaultOutputTokens', value)}
            />
            <span className="col-span-2 phone:col-span-1">
              <Was form={form} fields={['defaultOutputTokens']} />
            </span>
          </div>
          <RowErrors form={form} fields={['defaultOutputTokens']} />
        </FormRow>
      </div>
    </Section>
  )
}
