import type { ReactNode } from 'react'
import { MoveMoney } from '#components/budgets/move-money.tsx'
import type { TreeRow } from '#components/budgets/budget-tree.ts'
import { periodWords } from '#components/keys/key-words.ts'
import {
  formatDay,
  formatLimitMoney,
  formatMoney,
  formatPercent,
  formatReset,
  shareOf,
  toNanos,
} from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import type { IconName } from '#components/ui/icons.ts'
import { Link } from '#components/ui/link.tsx'
import { Row } from '#components/ui/list.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { Lead, MenuTd, MenuTh, Table, Td, Th } from '#components/ui/table.tsx'
import type { BudgetForecast } from '#lib/alerts/forecast-budgets.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'

export const budgetColumns = 8

type BudgetTableProps = {
  readonly rows: readonly TreeRow[]
  readonly forecasts: ReadonlyMap<string, BudgetForecast>
  readonly hrefOf: (budget: BudgetView) => string
  /** Opens and closes what is in a team; null where there is nothing to open. */
  readonly openHrefOf: (budget: BudgetView) => string | null
  readonly openTeam: string | null
  /** Where money of it may go; left out where none is moved. */
  readonly siblingsOf?: (budget: BudgetView) => readonly BudgetView[]
  readonly empty: ReactNode
}

/** Limit, spent and held apart, where the period is expected to end, and what happens there. */
export function BudgetTable({ rows, forecasts, hrefOf, openHrefOf, openTeam, siblingsOf, empty }: BudgetTableProps) {
  return (
    <Table label="Budgets" rows="two">
      <thead>
        <tr>
          <Th>Of</Th>
          <Th num>Limit</Th>
          <Th num>Spent</Th>
          <Th num drop={4}>
            Held
          </Th>
          <Th drop={3}>Used</Th>
          <Th num drop={2}>
            Expected
          </Th>
          <Th drop={1}>At the limit</Th>
          <MenuTh />
        </tr>
      </thead>
      <tbody>
        {rows.length === 0 ? empty : null}
        {rows.map(({ budget, depth }) => (
          <BudgetRow
            key={budget.id}
            budget={budget}
            depth={depth}
            forecast={forecasts.get(budget.id) ?? null}
            href={hrefOf(budget)}
            openHref={openHrefOf(budget)}
            isOpen={budget.scope.id === openTeam}
            siblings={siblingsOf?.(budget) ?? []}
          />
        ))}
      </tbody>
    </Table>
  )
}

const icons: Partial<Record<BudgetView['scope']['type'], IconName>> = {
  team: 'users',
  user: 'user',
  project: 'file',
  workload: 'bot',
  key: 'key',
  environment: 'tag',
  group: 'users',
  tag: 'tag',
}
const indents = ['', 'pl-4', 'pl-8', 'pl-12'] as const

type BudgetRowProps = {
  readonly budget: BudgetView
  readonly depth: TreeRow['depth']
  readonly forecast: BudgetForecast | null
  readonly href: string
  readonly openHref: string | null
  readonly isOpen: boolean
  readonly siblings: readonly BudgetView[]
}

function BudgetRow({ budget, depth, forecast, href, openHref, isOpen, siblings }: BudgetRowProps) {
  const { id, scope, amountUsd, period, spentUsd, heldUsd, perMember, resetsAt, timeZone } = budget
  const spent = shareOf(spentUsd, amountUsd)
  const word = `${scope.type.charAt(0).toUpperCase()}${scope.type.slice(1).replaceAll('_', ' ')}`
  const resets = resetsAt === null ? 'never resets' : `resets ${formatReset(Date.parse(resetsAt), timeZone)}`
  return (
    <Row id={id} href={href}>
      <Td give>
        <span className={`flex items-center gap-2 ${indents[depth]} drop-4:pl-0`}>
          <Lead
            icon={<Icon name={icons[scope.type] ?? 'building'} />}
            title={scope.name}
            href={href}
            narrow={`${formatMoney(heldUsd)} held, ${resets}`}
            second={`${perMember ? 'Each member' : word}, ${resets}`}
          />
          {openHref ? (
            <Link
              href={openHref}
              scroll={false}
              aria-expanded={isOpen}
              aria-label={isOpen ? `Close team ${scope.name}` : `Show what is in team ${scope.name}`}
              className="flex size-6 items-center justify-center text-ink-3"
            >
              <Icon name={isOpen ? 'down' : 'right'} size={14} />
            </Link>
          ) : null}
        </span>
      </Td>
      <Td num>
        <span className="grid leading-4">
          {formatLimitMoney(amountUsd)}
          <small className="text-ink-3">{perMember ? `each, ${periodWords[period]}` : periodWords[period]}</small>
        </span>
      </Td>
      <Td num>{formatMoney(spentUsd)}</Td>
      <Td num drop={4} dim={toNanos(heldUsd) === 0n}>
        {formatMoney(heldUsd)}
      </Td>
      <Td drop={3}>
        {perMember ? (
          <span className="text-ink-3">by person</span>
        ) : (
          <span className="inline-flex items-center gap-3">
            <span className="inline-flex w-24">
              <Meter
                spent={spent}
                held={shareOf(heldUsd, amountUsd)}
                forecast={forecast ? shareOf(forecast.endUsd, amountUsd) : undefined}
              />
            </span>
            {formatPercent(spent * 100)}
          </span>
        )}
      </Td>
      <Td num drop={2}>
        {forecast ? (
          <span className="grid leading-4">
            {formatMoney(forecast.endUsd)}
            {forecast.reachesOn !== null && spent < 1 ? (
              <small className="text-warn-ink">
                used up {formatDay(Date.parse(`${forecast.reachesOn}T00:00:00Z`))}
              </small>
            ) : null}
          </span>
        ) : null}
      </Td>
      <Td drop={1} dim>
        {limitWords(budget)}
      </Td>
      <MenuTd>{siblings.length > 0 ? <MoveMoney from={budget} siblings={siblings} /> : null}</MenuTd>
    </Row>
  )
}

/** "Stops", "Alerts only", "Alerts, stops at 110 %". */
export function limitWords({ posture, enforceAtPercent }: Pick<BudgetView, 'posture' | 'enforceAtPercent'>): string {
  if (posture === 'soft') return 'Alerts only'
  return posture === 'hard' ? 'Stops' : `Stops at ${formatPercent(enforceAtPercent)}`
}
