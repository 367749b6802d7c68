'use client'

import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { AskButton } from '#components/admin/ask-button.tsx'
import { BudgetForm } from '#components/budgets/budget-form.tsx'
import { Panel } from '#components/ui/panel.tsx'
import type { BudgetView } from '#lib/limits/budget-contract.ts'

type BudgetPanelProps = {
  readonly budget: BudgetView
  readonly writes: boolean
  readonly closeHref: string
  readonly children: ReactNode
}

/** One budget: how it stands, and its terms for those who set them. */
export function BudgetPanel({ budget, writes, closeHref, children }: BudgetPanelProps) {
  const router = useRouter()
  if (!writes) {
    return (
      <Panel title={`Budget of ${budget.scope.name}`} closeHref={closeHref}>
        {children}
      </Panel>
    )
  }
  return (
    <BudgetForm
      budget={budget}
      choices={{}}
      timeZone={budget.timeZone}
      closeHref={closeHref}
      end={
        <AskButton
          label="End budget"
          icon="trash"
          variant="danger"
          title={`End the budget of ${budget.scope.name}?`}
          description="Nothing is counted against it from the next call on."
          effects={[{ icon: 'chart', text: 'What was spent stays in every report' }]}
          verb="End budget"
          verbVariant="danger-solid"
          path={`/budgets/${encodeURIComponent(budget.id)}`}
          method="DELETE"
          keep="to keep it"
          onDone={() => router.push(closeHref, { scroll: false })}
        />
      }
    >
      {children}
    </BudgetForm>
  )
}
