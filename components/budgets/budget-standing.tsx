import { alertWords } from '#components/alerts/alert-words.ts'
import { limitWords } from '#components/budgets/budget-table.tsx'
import { MoveMoney } from '#components/budgets/move-money.tsx'
import { periodWords, resetSentence } from '#components/keys/key-words.ts'
import { cn } from '#components/ui/cn.ts'
import { formatDate, formatLimitMoney, formatMoney, formatPercent, shareOf, toNanos } from '#components/ui/format.ts'
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
  readonly forecast: BudgetForecast | null
}

type BudgetStandingProps = {
  readonly budget: BudgetView
  readonly forecast: BudgetForecast | null
  readonly members: readonly MemberSpend[]
  readonly alerts: readonly AlertView[]
  /** Where its money may go. */
  readonly siblings?: readonly BudgetView[]
  /** Left out where the people have a page of their own. */
  readonly byPerson?: boolean
}

/** How a budget stands: spent, held and limit apart, where it is going, and each person of one that is for each. */
export function BudgetStanding({
  budget,
  forecast,
  members,
  alerts,
  siblings = [],
  byPerson = true,
}: BudgetStandingProps) {
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
          { label: 'Time zone', value: timeZone.replaceAll('_', ' ') },
          { label: 'At the limit', value: limitWords(budget) },
          { label: 'Alerts at', value: thresholds.length === 0 ? 'none' : thresholds.map(formatPercent).join(', ') },
        ]}
      />
      {siblings.length > 0 ? (
        <div>
          <MoveMoney from={budget} siblings={siblings} named />
        </div>
      ) : null}
      {perMember && byPerson ? (
        <Section title="By person" level={3}>
          {members.length === 0 ? (
            <p className="text-ink-2">Nobody is in this team yet.</p>
          ) : (
            <Rows>
              {members.map((member) => (
                <li key={member.userId} className="flex items-center gap-3 py-2">
                  <span className="grid min-w-0 flex-1 leading-4">
                    <span className="truncate">{member.name}</span>
                    <small className={cn('truncate', lasts(member.forecast) ? 'text-ink-3' : 'text-warn-ink')}>
                      {[
                        toNanos(member.heldUsd) > 0n ? `${formatMoney(member.heldUsd)} held` : null,
                        member.forecast ? expected(member.forecast) : null,
                      ]
                        .filter(Boolean)
                        .join(', ')}
                    </small>
                  </span>
                  <span className="tabular-nums">{formatMoney(member.spentUsd)}</span>
                  <span className="w-16">
                    <Meter
                      spent={shareOf(member.spentUsd, amountUsd)}
                      held={shareOf(member.heldUsd, amountUsd)}
                      forecast={member.forecast ? shareOf(member.forecast.endUsd, amountUsd) : undefined}
                    />
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

function lasts(forecast: BudgetForecast | null): boolean {
  return forecast === null || forecast.reachesOn === null
}

function expected({ endUsd, reachesOn }: BudgetForecast): string {
  const when = reachesOn === null ? '' : `, used up on ${formatDate(Date.parse(`${reachesOn}T00:00:00Z`))}`
  return `near ${formatMoney(endUsd)}${when}`
}
