import type { Metadata } from 'next'
import { pageOrFirst } from '../../../calls/page-or-first.ts'
import { signedIn } from '../../../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { ChooseScopePanel, LayerPanel } from '#components/profiles/layer-panel.tsx'
import { layerSentences, scopeWords } from '#components/profiles/layer-words.ts'
import { PageBody, PageFlush, PageFoot, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatCount, plural } from '#components/ui/format.ts'
import { Paging } from '#components/ui/paging.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { Lead, Table, TableEmpty, TableScroll, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { listProjects, listProjectsQuery } from '#lib/identity/organisation/projects.ts'
import { listTeams, listTeamsQuery } from '#lib/identity/organisation/teams.ts'
import { readOrganisation } from '#lib/identity/organisation/organisation.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { listScopePolicies, listScopePoliciesQuery, readScopePolicy } from '#lib/policy/change-layers.ts'
import { narrowingScopes, type NarrowingScope, type ScopePolicyView } from '#lib/policy/contract.ts'
import { AppError } from '#lib/platform/errors.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Layers' }

const path = '/admin/profiles/layers'

/** What the organisation, teams and projects narrow for every key in them, on top of its profile. */
export default async function LayersPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  const crumb = { label: 'Access profiles', href: '/admin/profiles' }
  if (!may(actor, 'scope_policy.read')) {
    return (
      <>
        <PageHeader title="Layers" crumb={crumb} />
        <PageBody>
          <NoPermission title="Layers are for admins and auditors">
            What narrows your own keys stands on each key’s policy page.
          </NoPermission>
        </PageBody>
      </>
    )
  }
  const params = await searchParams
  const context = portal()
  const page = await pageOrFirst(cursorParam(params.cursor), (cursor) =>
    listScopePolicies(context, actor, { ...listScopePoliciesQuery.parse({}), cursor }),
  )
  const writes = may(actor, 'scope_policy.write')
  const wanted = textParam(params.scope)
  const opened = writes && wanted !== null && wanted !== 'new' ? await openScope(wanted) : null
  const isNew = writes && wanted === 'new'
  const nowMs = context.clock.nowMs()
  return (
    <>
      <PageHeader
        title="Layers"
        crumb={crumb}
        actions={
          writes ? (
            <ButtonLink href={`${path}?scope=new`} scroll={false} variant="primary" icon="plus">
              Narrow a scope
            </ButtonLink>
          ) : undefined
        }
      />
      <PageFlush>
        <TableScroll label="Layers">
          <Table label="Layers">
            <thead>
              <tr>
                <Th>Scope</Th>
                <Th>Allows only</Th>
                <Th num>Living keys</Th>
                <Th drop={1}>Changed</Th>
              </tr>
            </thead>
            <tbody>
              {page.data.map((layer) => (
                <tr key={`${layer.scope.type} ${layer.scope.id}`}>
                  <Td>
                    <Lead
                      title={layer.scope.name}
                      second={scopeWords[layer.scope.type]}
                      {...(writes ? { href: `${path}?scope=${layer.scope.type}:${layer.scope.id}` } : {})}
                    />
                  </Td>
                  <Td className="whitespace-normal">{layerSentences(layer.policy).join('; ')}</Td>
                  <Td num>{formatCount(layer.keys)}</Td>
                  <Td drop={1}>
                    {layer.updatedAt === null ? null : <Time at={Date.parse(layer.updatedAt)} now={nowMs} />}
                  </Td>
                </tr>
              ))}
              {page.data.length === 0 ? (
                <TableEmpty columns={4}>
                  <Empty icon="shield" title="No scope narrows anything">
                    Keys reach what their profile allows. The organisation, a team or a project can allow less.
                  </Empty>
                </TableEmpty>
              ) : null}
            </tbody>
          </Table>
        </TableScroll>
        <PageFoot
          paging={<Paging {...pagingLinks({ path, search: searchText(params), nextCursor: page.nextCursor })} />}
        >
          <span>
            <b>{plural(page.data.length, 'layer')}</b>
          </span>
        </PageFoot>
      </PageFlush>
      {opened ? <LayerPanel key={`${wanted} ${opened.version}`} layer={opened} closeHref={path} /> : null}
      {isNew ? <ChooseScopePanel scopes={await scopesToChoose()} path={path} /> : null}
    </>
  )

  async function openScope(text: string): Promise<ScopePolicyView | null> {
    const [type, scopeId = ''] = text.split(':')
    const scopeType = narrowingScopes.find((each) => each === type)
    if (!scopeType) return null
    try {
      return await readScopePolicy(context, actor, { scopeType, scopeId })
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return null
      throw error
    }
  }

  async function scopesToChoose() {
    const [organisation, teams, projects] = await Promise.all([
      readOrganisation(context, actor),
      listTeams(context, actor, listTeamsQuery.parse({ limit: 200 })),
      listProjects(context, actor, listProjectsQuery.parse({ limit: 200 })),
    ])
    const option = (type: NarrowingScope) => (scope: { readonly id: string; readonly name: string }) => ({
      value: `${type}:${scope.id}`,
      label: scope.name,
      beside: scopeWords[type],
    })
    return [
      option('organisation')(organisation),
      ...teams.data.map(option('team')),
      ...projects.data.map(option('project')),
    ]
  }
}
