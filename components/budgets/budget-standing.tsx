import { alertWords } from '#components/alerts/alert-words.ts'
import { limitWords } from '#components/budgets/budget-table.tsx'
import { periodWords, resetSentence } from '#components/keys/key-words.ts'
import { formatDate, formatLimitMoney, formatMoney, formatPercent, shareOf } from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import { Note } from '#components/ui/note.tsx'
import { Facts, Rows, Section } from '#components/ui/section.tsx'
import type { AlertView } from '#lib/alerts/contract.ts'
import type { BudgetForecast } from '#lib/alerts/forecast-budgets.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'

export type MemberSpend = {
  readonly userId: string
  readonly name: string
  readonly spentUsd: string
  readonly heldUsd: string
}

type BudgetStandingProps = {
  readonly budget: BudgetView
  readonly forecast: BudgetForecast | null
  readonly members: readonly MemberSpend[]
  readonly alerts: readonly AlertView[]
}

/** How a budget stands: spent, held and limit apart, where it is going, and each person of one that is for each. */
export function BudgetStanding({ budget, forecast, members, alerts }: BudgetStandingProps) {
  const { amountUsd, spentUsd, heldUsd, period, perMember, resetsAt, timeZone, thresholds } = budget
  return (
    <>
      {alerts.map((alert) => {
        const { what, next } = alertWords(alert)
        return (
          <Note key={alert.id} tone={alert.level === 'critical' ? 'bad' : 'warn'} icon="bell" title={`${what}.`}>
            {perMember ? `${alert.subject.name}. ${next}` : next}
          </Note>
        )
      })}
      {perMember ? null : (
        <Meter
          size="large"
          spent={shareOf(spentUsd, amountUsd)}
          held={shareOf(heldUsd, amountUsd)}
          forecast={forecast ? shareOf(forecast.endUsd, amountUsd) : undefined}
        />
      )}
      <Facts
        items={[
          {
            label: 'Limit',
            value: `${formatLimitMoney(amountUsd)} ${perMember ? 'each, ' : ''}${periodWords[period]}`,
          },
          { label: 'Spent', value: formatMoney(spentUsd) },
          { label: 'Held for running calls', value: formatMoney(heldUsd) },
          ...(forecast ? [{ label: 'Expected at the end', value: expected(forecast) }] : []),
          { label: 'Period', value: resetSentence(resetsAt, timeZone) },
          { label: 'At the limit', value: limitWords(budget) },
          { label: 'Alerts at', value: thresholds.length === 0 ? 'none' : thresholds.map(formatPercent).join(', ') },
        ]}
      />
      {perMember ? (
        <Section title="By person" level={3}>
          {members.length === 0 ? (
            <p className="text-ink-2">Nobody is in this team yet.</p>
          ) : (
            <Rows>
              {members.map((member) => (
                <li key={member.userId} className="flex items-center gap-3 py-2">
                  <span className="min-w-0 flex-1 truncate">{member.name}</span>
                  <span className="text-ink-3 tabular-nums">{formatMoney(member.heldUsd)} held</span>
                  <span className="tabular-nums">{formatMoney(member.spentUsd)}</span>
                  <span className="w-16">
                    <Meter spent={shareOf(member.spentUsd, amountUsd)} held={shareOf(member.heldUsd, amountUsd)} />
                  </span>
                </li>
              ))}
            </Rows>
          )}
        </Section>
      ) : null}
    </>
  )
}

function expected({ endUsd, reachesOn }: BudgetForecast): string {
  const when = reachesOn === null ? '' : `, used up on ${formatDate(Date.parse(`${reachesOn}T00:00:00Z`))}`
  return `near ${formatMoney(endUsd)}${when}`
}
