import type { ReactNode } from 'react'
import { pageOrFirst } from '../../../calls/page-or-first.ts'
import { openTeam, type TeamParams } from '../open-team.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, searchText, type SearchParams } from '#components/admin/search-params.ts'
import { BudgetStanding } from '#components/budgets/budget-standing.tsx'
import { budgetColumns, BudgetTable } from '#components/budgets/budget-table.tsx'
import { periodWords } from '#components/keys/key-words.ts'
import { Columns, PageBody } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatLimitMoney } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Rows, Section } from '#components/ui/section.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty } from '#components/ui/table.tsx'
import { forecastBudgets } from '#lib/alerts/forecast-budgets.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'
import { listBudgets, listBudgetsQuery } from '#lib/limits/list-budgets.ts'
import { portal } from '#lib/wiring/portal.ts'

/** Where the team's money is: its own budgets with what is spent, held and expected, what is inside, and the ways to more. */
export default async function TeamBudgetPage({
  params,
  searchParams,
}: TeamParams & { readonly searchParams: SearchParams }) {
  const { actor, team } = await openTeam((await params).id)
  if (!may(actor, 'budget.read', { teamId: team.id })) {
    return (
      <PageBody>
        <NoPermission title="A team’s budget is for those who are in it or watch it">
          An admin can give you a role that sees it.
        </NoPermission>
      </PageBody>
    )
  }
  const search = await searchParams
  const context = portal()
  const [own, inside] = await Promise.all([
    listBudgets(
      context,
      actor,
      listBudgetsQuery.parse({ limit: 200, filter: { scopeType: ['team'], scopeId: [team.id] } }),
    ),
    pageOrFirst(cursorParam(search.cursor), (cursor) =>
      listBudgets(context, actor, {
        ...listBudgetsQuery.parse({ filter: { team: [team.id], scopeType: ['project', 'workload', 'key'] } }),
        cursor,
      }),
    ),
  ])
  const forecasts = await forecastBudgets(context, [...own.data, ...inside.data])
  const path = `/team/${team.id}/budget`
  const links = pagingLinks({ path, search: searchText(search), nextCursor: inside.nextCursor })
  const writes = may(actor, 'budget.write')
  return (
    <PageBody>
      <Columns
        rail={
          <Section title="Where there is more">
            <WaysOn teamId={team.id} writes={writes} asks={actor.leadOf.includes(team.id)} />
          </Section>
        }
      >
        {own.data.length === 0 ? (
          <Section title="Budget">
            <p className="text-ink-2">
              No budget is set on this team as a whole; those of its keys, of its unit and of the organisation hold.
            </p>
          </Section>
        ) : null}
        {own.data.map((budget) => (
          <Section
            key={budget.id}
            title={titleOf(budget)}
            end={
              budget.perMember ? (
                <Link href={`/team/${team.id}/members`}>By person</Link>
              ) : writes ? (
                <ButtonLink size="small" href={`/budgets?budget=${budget.id}`}>
                  Change
                </ButtonLink>
              ) : null
            }
          >
            <BudgetStanding
              budget={budget}
              forecast={forecasts.get(budget.id) ?? null}
              members={[]}
              alerts={[]}
              byPerson={false}
            />
          </Section>
        ))}
        <Section title="Inside the team" end={<Link href={`/keys?team=${team.id}`}>Caps of its keys</Link>}>
          <List ids={inside.data.map(({ id }) => id)} noun="budget">
            <BudgetTable
              rows={inside.data.map((budget) => ({ budget, depth: 0 }))}
              forecasts={forecasts}
              hrefOf={({ id, scope }) => (scope.type === 'key' ? `/keys/${scope.id}` : `/budgets?budget=${id}`)}
              openHrefOf={() => null}
              openTeam={null}
              empty={
                <TableEmpty columns={budgetColumns}>
                  <Empty icon="wallet" title="Nothing inside has a budget of its own that you may see" />
                </TableEmpty>
              }
            />
          </List>
          <Paging {...links} />
        </Section>
      </Columns>
    </PageBody>
  )
}

function titleOf({ perMember, amountUsd, period }: BudgetView): string {
  return `${formatLimitMoney(amountUsd)} ${perMember ? 'for each member, ' : ''}${periodWords[period]}`
}

type WaysOnProps = {
  readonly teamId: string
  readonly writes: boolean
  readonly asks: boolean
}

function WaysOn({ teamId, writes, asks }: WaysOnProps) {
  return (
    <Rows>
      <Way title="A key that is near its cap">
        Its page and each of its refusals ask for more, until a day if you like.{' '}
        <Link href={`/keys?team=${teamId}&view=near_cap`}>Keys near their cap</Link>
      </Way>
      <Way title="What your people asked for">
        <Link href="/approvals">Approvals</Link> shows what each yes would do to this budget.
      </Way>
      <Way title="The team as a whole">
        {writes ? (
          <>
            You may set it under <Link href="/budgets">Budgets</Link>.
          </>
        ) : asks ? (
          <>
            Admins set it. <Link href="/requests?new=budget">Ask for more</Link>, with your reasons.
          </>
        ) : (
          'Admins set it, and its leads ask for more.'
        )}
      </Way>
    </Rows>
  )
}

function Way({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <li className="grid gap-0.5 py-2">
      <b>{title}</b>
      <span className="text-ink-2">{children}</span>
    </li>
  )
}
