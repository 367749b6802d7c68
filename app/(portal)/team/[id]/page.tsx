import { environmentField } from '../../workloads/workload-fields.ts'
import { teamFields } from '../team-fields.ts'
import { openTeam, type TeamParams } from './open-team.ts'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { EnvironmentTag } from '#components/keys/key-cells.tsx'
import { ArchiveButton } from '#components/organisation/archive-button.tsx'
import { OrganisationPanel } from '#components/organisation/organisation-panel.tsx'
import type { PanelField } from '#components/organisation/panel-fields.ts'
import { KeysOf } from '#components/people/keys-of.tsx'
import { Columns, PageBody } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatCount, formatDate } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Facts, Section } from '#components/ui/section.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { ProjectView, TeamView } from '#lib/identity/organisation/contract.ts'
import { listProjects, listProjectsQuery } from '#lib/identity/organisation/projects.ts'
import { listWorkloads, listWorkloadsQuery } from '#lib/identity/organisation/workloads.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { listKeys, listKeysQuery } from '#lib/keys/list-keys.ts'
import { portal } from '#lib/wiring/portal.ts'

export default async function TeamPage({ params, searchParams }: TeamParams & { readonly searchParams: SearchParams }) {
  const { actor, team } = await openTeam((await params).id)
  const context = portal()
  const query = await searchParams
  const isAlive = team.status !== 'archived'
  const writes = isAlive && may(actor, 'team.write')
  const writesProjects = isAlive && may(actor, 'project.write', { teamId: team.id })
  const ofTeam = { limit: 50, filter: { team: [team.id] } }
  const [projects, workloads, keys] = await Promise.all([
    listProjects(context, actor, listProjectsQuery.parse(ofTeam)),
    listWorkloads(context, actor, listWorkloadsQuery.parse(ofTeam)),
    listKeys(context, actor, listKeysQuery.parse({ limit: 10, filter: { team: [team.id] } })),
  ])
  const path = `/team/${team.id}`
  const search = searchText(query)
  const at = (changes: Record<string, string | null>) => withQuery(path, search, changes)
  const edited = textParam(query.project)
  const project = writesProjects ? projects.data.find(({ id }) => id === edited) : undefined
  return (
    <>
      <PageBody>
        <Columns
          rail={
            <Section title="About">
              <Facts items={factsOf(team, may(actor, 'user.read', { teamId: team.id }))} />
            </Section>
          }
        >
          <Section
            title="Projects"
            end={
              writesProjects ? (
                <ButtonLink size="small" icon="plus" href={at({ project: 'new' })} scroll={false}>
                  New project
                </ButtonLink>
              ) : null
            }
          >
            <Projects projects={projects.data} changeHref={writesProjects ? (id) => at({ project: id }) : null} />
          </Section>
          <Section title="Workloads" end={<Link href={`/workloads?team=${team.id}`}>All in Agents and workloads</Link>}>
            {workloads.data.length === 0 ? (
              <p className="text-ink-2">Nothing of this team calls by itself.</p>
            ) : (
              <ul className="flex flex-wrap gap-x-4 gap-y-1.5">
                {workloads.data.map(({ id, name }) => (
                  <li key={id}>
                    <Link href={`/workloads/${id}`}>{name}</Link>
                  </li>
                ))}
              </ul>
            )}
          </Section>
          <KeysOf
            keys={keys.data}
            total={keys.totals?.count ?? keys.data.length}
            href={`/keys?team=${team.id}`}
            name={team.name}
            nowMs={context.clock.nowMs()}
          />
        </Columns>
      </PageBody>
      {writes && query.edit !== undefined ? (
        <OrganisationPanel
          title={`Change ${team.name}`}
          verb="Save"
          path={`/teams/${team.id}`}
          method="PATCH"
          fields={await teamFields(actor, team)}
          closeHref={at({ edit: null })}
        />
      ) : null}
      {writesProjects && edited === 'new' ? (
        <OrganisationPanel
          title={`New project of ${team.name}`}
          verb="Create project"
          path="/projects"
          method="POST"
          fields={projectFields(null)}
          also={{ teamId: team.id }}
          closeHref={at({ project: null })}
        />
      ) : null}
      {project ? (
        <OrganisationPanel
          title={`Change ${project.name}`}
          verb="Save"
          path={`/projects/${project.id}`}
          method="PATCH"
          fields={projectFields(project)}
          closeHref={at({ project: null })}
        />
      ) : null}
    </>
  )
}

function projectFields(project: ProjectView | null): PanelField[] {
  return [
    { name: 'name', label: 'Name', placeholder: 'Ranking', value: project?.name ?? '' },
    environmentField(project?.environment ?? 'development'),
  ]
}

type ProjectsProps = {
  readonly projects: readonly ProjectView[]
  readonly changeHref: ((id: string) => string) | null
}

function Projects({ projects, changeHref }: ProjectsProps) {
  if (projects.length === 0) return <p className="text-ink-2">This team has no project.</p>
  return (
    <Table label="Projects" inline>
      <thead>
        <tr>
          <Th>Project</Th>
          <Th>Env</Th>
          <Th>{null}</Th>
        </tr>
      </thead>
      <tbody>
        {projects.map(({ id, name, environment }) => (
          <tr key={id}>
            <Td give>{changeHref ? <Link href={changeHref(id)}>{name}</Link> : name}</Td>
            <Td>
              <EnvironmentTag environment={environment} />
            </Td>
            <Td num>
              {changeHref ? (
                <ArchiveButton
                  path={`/projects/${id}`}
                  name={name}
                  needs="Its keys have to be revoked first."
                  size="small"
                />
              ) : null}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function factsOf(team: TeamView, seesPeople: boolean) {
  const people = formatCount(team.members)
  return [
    { label: 'Leads', value: team.leads.map(({ name }) => name).join(', ') || 'None' },
    {
      label: 'People',
      value: seesPeople ? <Link href={`/team/${team.id}/members`}>{people}</Link> : people,
    },
    { label: 'Business unit', value: team.businessUnit?.name ?? 'None' },
    { label: 'Cost centre', value: team.costCentre ? `${team.costCentre.code} ${team.costCentre.name}` : 'None' },
    { label: 'Here since', value: formatDate(Date.parse(team.createdAt)) },
  ]
}
