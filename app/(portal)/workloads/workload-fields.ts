import { none, type PanelField } from '#components/organisation/panel-fields.ts'
import { kindLooks } from '#components/keys/key-words.ts'
import { workloadKinds, type WorkloadView } from '#lib/identity/organisation/contract.ts'
import { listProjects, listProjectsQuery } from '#lib/identity/organisation/projects.ts'
import { listTeams, listTeamsQuery } from '#lib/identity/organisation/teams.ts'
import { listUsers, listUsersQuery } from '#lib/identity/people/users.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { portal } from '#lib/wiring/portal.ts'

type Named = { readonly id: string; readonly name: string }
const optionsOf = (items: readonly Named[]) => items.map(({ id, name }) => ({ value: id, label: name }))

/** What is asked for a new workload: its team decides which projects it may be in, which is chosen afterwards. */
export async function newWorkloadFields(actor: Actor): Promise<PanelField[]> {
  const { data } = await listTeams(portal(), actor, listTeamsQuery.parse({ limit: 200, sort: 'name' }))
  const teams = data.filter(({ id }) => may(actor, 'workload.create', { teamId: id }))
  const first = teams.find(({ id }) => actor.teamIds.includes(id)) ?? teams[0]
  return [
    { name: 'name', label: 'Name', placeholder: 'refund-writer', value: '' },
    {
      name: 'kind',
      label: 'Kind',
      options: workloadKinds.map((kind) => ({ value: kind, label: kindLooks[kind].word })),
      value: 'agent',
    },
    { name: 'teamId', label: 'Team', options: optionsOf(teams), value: first?.id ?? '' },
    environmentField('development'),
  ]
}

export async function workloadFields(actor: Actor, workload: WorkloadView): Promise<PanelField[]> {
  const context = portal()
  const [projects, people] = await Promise.all([
    listProjects(context, actor, listProjectsQuery.parse({ limit: 200, filter: { team: [workload.team.id] } })),
    listUsers(context, actor, listUsersQuery.parse({ limit: 200, filter: { team: [workload.team.id] } })),
  ])
  const withNone = (label: string, items: readonly Named[], own: Named | null) => [
    { value: none, label },
    ...optionsOf(own && !items.some(({ id }) => id === own.id) ? [own, ...items] : items),
  ]
  return [
    { name: 'name', label: 'Name', value: workload.name },
    {
      name: 'projectId',
      label: 'Project',
      options: withNone('None', projects.data, workload.project),
      value: workload.project?.id ?? none,
    },
    {
      name: 'ownerUserId',
      label: 'Who answers for it',
      options: withNone('Nobody', people.data, workload.owner),
      value: workload.owner?.id ?? none,
    },
    environmentField(workload.environment),
  ]
}

export function environmentField(value: string): PanelField {
  return { name: 'environment', label: 'Environment', help: 'Such as development, staging or production.', value }
}
