import type { Metadata } from 'next'
import { pageOrFirst } from '../calls/page-or-first.ts'
import { signedIn } from '../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { AlertStrips } from '#components/alerts/alert-strips.tsx'
import { BudgetForm } from '#components/budgets/budget-form.tsx'
import { BudgetPanel } from '#components/budgets/budget-panel.tsx'
import { BudgetStanding } from '#components/budgets/budget-standing.tsx'
import { budgetColumns, BudgetTable } from '#components/budgets/budget-table.tsx'
import { budgetTree } from '#components/budgets/budget-tree.ts'
import { PageBody, PageFlush, PageFoot, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { plural } from '#components/ui/format.ts'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import type { Option } from '#components/ui/select.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import { forecastBudgets, forecastMembers } from '#lib/alerts/forecast-budgets.ts'
import { listAlerts, listAlertsQuery } from '#lib/alerts/list-alerts.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { listBusinessUnits, listBusinessUnitsQuery } from '#lib/identity/organisation/business-units.ts'
import { readOrganisation } from '#lib/identity/organisation/organisation.ts'
import { listProjects, listProjectsQuery } from '#lib/identity/organisation/projects.ts'
import { listTeams, listTeamsQuery } from '#lib/identity/organisation/teams.ts'
import { listWorkloads, listWorkloadsQuery } from '#lib/identity/organisation/workloads.ts'
import { listUsers, listUsersQuery } from '#lib/identity/people/users.ts'
import { may, mayAnywhere } from '#lib/identity/rules/permissions.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'
import { listBudgets, listBudgetsQuery, readBudget } from '#lib/limits/list-budgets.ts'
import { readBudgetMembers } from '#lib/limits/read-budget-members.ts'
import { notSiblings } from '#lib/limits/rules/budget-parent.ts'
import { AppError } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Budgets' }

const path = '/budgets'

export default async function BudgetsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!mayAnywhere(actor, 'budget.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const query = searchText(params)
  const openTeam = textParam(params.team)
  const writes = may(actor, 'budget.write')
  const [upper, inside, teams, open, alerts] = await Promise.all([
    listBudgets(context, actor, upperQuery),
    openTeam === null
      ? null
      : pageOrFirst(cursorParam(params.cursor), (cursor) =>
          listBudgets(context, actor, { ...insideQuery(openTeam), cursor }),
        ),
    listTeams(context, actor, allTeams),
    openBudget(actor, textParam(params.budget)),
    listAlerts(context, actor, budgetAlerts),
  ])
  const rows = budgetTree(
    upper.data,
    teams.data,
    openTeam !== null && inside ? { teamId: openTeam, inside: inside.data } : null,
  )
  const shown = rows.map(({ budget }) => budget)
  const forecasts = await forecastBudgets(context, open ? [...shown, open] : shown)
  const siblingsOf = (budget: BudgetView) =>
    mayMove(actor, budget) ? shown.filter((one) => !notSiblings(budget, one)) : []
  const closeHref = withQuery(path, query, { budget: null, new: null })
  const newHref = withQuery(path, query, { new: '1', budget: null })
  return (
    <>
      <PageHeader
        title="Budgets"
        actions={
          writes ? (
            <ButtonLink href={newHref} variant="primary" icon="plus" kbd="C" scroll={false}>
              New budget
            </ButtonLink>
          ) : undefined
        }
      />
      {writes ? <Hotkey keys="c" label="New budget" href={newHref} /> : null}
      <AlertStrips alerts={alerts.data.filter(({ level }) => level !== 'notice')} most={1} named />
      <PageFlush>
        <List ids={shown.map(({ id }) => id)} noun="budget">
          <TableScroll label="Budgets">
            <BudgetTable
              rows={rows}
              forecasts={forecasts}
              openTeam={openTeam}
              siblingsOf={siblingsOf}
              hrefOf={(budget) => hrefOf(budget, query)}
              openHrefOf={({ scope }) =>
                scope.type === 'team' ? withQuery(path, query, { team: scope.id === openTeam ? null : scope.id }) : null
              }
              empty={
                <TableEmpty columns={budgetColumns}>
                  <Empty icon="wallet" title="No budget yet">
                    {writes
                      ? 'A budget is money over a period, on anything from the organisation to a person.'
                      : 'Nothing that you may see has one. Admins set budgets.'}
                  </Empty>
                </TableEmpty>
              }
            />
          </TableScroll>
        </List>
        <PageFoot
          paging={
            inside ? <Paging {...pagingLinks({ path, search: query, nextCursor: inside.nextCursor })} /> : undefined
          }
        >
          <span>
            <b>{plural(rows.length, 'budget')}</b>
            {inside?.nextCursor ? ', more in this team' : null}
          </span>
          <span className="phone:hidden">Every budget on the way from key to organisation holds each call.</span>
        </PageFoot>
      </PageFlush>
      {open ? (
        <BudgetPanel key={open.id} budget={open} writes={writes && open.scope.type !== 'key'} closeHref={closeHref}>
          <BudgetStanding
            budget={open}
            forecast={forecasts.get(open.id) ?? null}
            members={await membersOf(actor, open)}
            alerts={alerts.data.filter(({ budgetId }) => budgetId === open.id).slice(0, 3)}
            siblings={siblingsOf(open)}
          />
        </BudgetPanel>
      ) : writes && 'new' in params ? (
        <NewBudget actor={actor} teams={teams.data} closeHref={closeHref} />
      ) : null}
    </>
  )
}

/** What is few: more than these are not on one screen, and the API pages them. */
const upperQuery = listBudgetsQuery.parse({
  limit: 200,
  filter: { scopeType: ['organisation', 'business_unit', 'team', 'user', 'group', 'tag'] },
})
const insideQuery = (teamId: string) =>
  listBudgetsQuery.parse({
    limit: 50,
    filter: { team: [teamId], scopeType: ['environment', 'project', 'workload', 'key'] },
  })
const allTeams = listTeamsQuery.parse({ limit: 200 })
const budgetAlerts = listAlertsQuery.parse({
  limit: 100,
  filter: { kind: ['budget_threshold', 'budget_forecast'], state: ['open'] },
})

/** A lead moves what is in the team, not the team's own. */
function mayMove(actor: Actor, { parent }: BudgetView): boolean {
  return may(actor, 'budget.move', parent?.type === 'team' ? { teamId: parent.id } : {})
}

/** The budget of a key is part of the key. */
function hrefOf({ id, scope }: BudgetView, query: string): string {
  return scope.type === 'key'
    ? `/keys/${encodeURIComponent(scope.id)}`
    : withQuery(path, query, { budget: id, new: null })
}

/** Null where there is none that this person may see: the address may be an old one. */
async function openBudget(actor: Actor, id: string | null): Promise<BudgetView | null> {
  if (id === null) return null
  try {
    return await readBudget(portal(), actor, id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}

async function membersOf(actor: Actor, budget: BudgetView) {
  const members = await readBudgetMembers(portal(), actor, budget)
  const forecasts = await forecastMembers(portal(), budget, members)
  return members.map(({ userId, name, spentNanos, heldNanos }) => ({
    userId,
    name,
    spentUsd: usdOfNanos(spentNanos),
    heldUsd: usdOfNanos(heldNanos),
    forecast: forecasts.get(userId) ?? null,
  }))
}

type Named = { readonly id: string; readonly name: string }

async function NewBudget({
  actor,
  teams,
  closeHref,
}: {
  readonly actor: Actor
  readonly teams: readonly Named[]
  readonly closeHref: string
}) {
  const context = portal()
  const [organisation, units, projects, workloads, people] = await Promise.all([
    readOrganisation(context, actor),
    listBusinessUnits(context, actor, listBusinessUnitsQuery.parse({ limit: 200 })),
    listProjects(context, actor, listProjectsQuery.parse({ limit: 200 })),
    listWorkloads(context, actor, listWorkloadsQuery.parse({ limit: 200 })),
    listUsers(context, actor, listUsersQuery.parse({ limit: 200 })),
  ])
  const optionsOf = (items: readonly Named[]): Option[] => items.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <BudgetForm
      budget={null}
      choices={{
        organisation: optionsOf([organisation]),
        business_unit: optionsOf(units.data),
        team: optionsOf(teams),
        environment: optionsOf(teams),
        project: optionsOf(projects.data),
        workload: optionsOf(workloads.data),
        user: people.data.map(({ id, name, email }) => ({ value: id, label: name, beside: email })),
      }}
      timeZone={organisation.timeZone}
      closeHref={closeHref}
    />
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Budgets" />
      <PageBody>
        <NoPermission title="Budgets are for those who have or watch one">
          An admin can give you a role that sees them.
        </NoPermission>
      </PageBody>
    </>
  )
}
