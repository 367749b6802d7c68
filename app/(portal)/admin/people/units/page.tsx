import type { Metadata } from 'next'
import { signedIn } from '../../../signed-in.ts'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { ArchiveButton } from '#components/organisation/archive-button.tsx'
import { OrganisationPanel } from '#components/organisation/organisation-panel.tsx'
import { PeopleViews } from '#components/people/people-views.tsx'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatCount } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Section } from '#components/ui/section.tsx'
import { NoPermission } from '#components/ui/states.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { listBusinessUnits, listBusinessUnitsQuery } from '#lib/identity/organisation/business-units.ts'
import { listCostCentres, listCostCentresQuery } from '#lib/identity/organisation/cost-centres.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Units and cost centres' }

const path = '/admin/people/units'

export default async function UnitsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!may(actor, 'business_unit.read')) return <NotForYou />
  const query = await searchParams
  const context = portal()
  const [units, centres] = await Promise.all([
    listBusinessUnits(context, actor, listBusinessUnitsQuery.parse({ limit: 200 })),
    listCostCentres(context, actor, listCostCentresQuery.parse({ limit: 200 })),
  ])
  const search = searchText(query)
  const at = (changes: Record<string, string | null>) => withQuery(path, search, changes)
  const writesUnits = may(actor, 'business_unit.write')
  const writesCentres = may(actor, 'cost_centre.write')
  const unit = units.data.find(({ id }) => id === textParam(query.unit))
  const centre = centres.data.find(({ code }) => code === textParam(query.centre))
  return (
    <>
      <PageHeader title="People and teams" />
      <PeopleViews current="units" seesGroups={may(actor, 'profile_mapping.read')} seesUnits />
      <PageBody>
        <Parts
          title="Business units"
          parts={units.data.map(({ id, name, teams }) => ({ id, name, beside: null, teams }))}
          apiPath="/business-units"
          newHref={writesUnits ? at({ unit: 'new' }) : null}
          changeHref={writesUnits ? (id) => at({ unit: id }) : null}
        />
        <Parts
          title="Cost centres"
          parts={centres.data.map(({ code, name, teams }) => ({ id: code, name, beside: code, teams }))}
          apiPath="/cost-centres"
          newHref={writesCentres ? at({ centre: 'new' }) : null}
          changeHref={writesCentres ? (id) => at({ centre: id }) : null}
        />
      </PageBody>
      {writesUnits && (unit || query.unit === 'new') ? (
        <OrganisationPanel
          title={unit ? `Change ${unit.name}` : 'New business unit'}
          verb={unit ? 'Save' : 'Create business unit'}
          path={unit ? `/business-units/${unit.id}` : '/business-units'}
          method={unit ? 'PATCH' : 'POST'}
          fields={[{ name: 'name', label: 'Name', value: unit?.name ?? '' }]}
          closeHref={at({ unit: null })}
        />
      ) : null}
      {writesCentres && (centre || query.centre === 'new') ? (
        <OrganisationPanel
          title={centre ? `Change ${centre.code}` : 'New cost centre'}
          verb={centre ? 'Save' : 'Create cost centre'}
          path={centre ? `/cost-centres/${encodeURIComponent(centre.code)}` : '/cost-centres'}
          method={centre ? 'PATCH' : 'POST'}
          fields={[
            ...(centre ? [] : [{ name: 'code', label: 'Code', help: 'As in the books; it stays.', value: '' }]),
            { name: 'name', label: 'Name', value: centre?.name ?? '' },
          ]}
          closeHref={at({ centre: null })}
        />
      ) : null}
    </>
  )
}

type PartsProps = {
  readonly title: string
  readonly parts: readonly {
    readonly id: string
    readonly name: string
    readonly beside: string | null
    readonly teams: number
  }[]
  readonly apiPath: string
  readonly newHref: string | null
  readonly changeHref: ((id: string) => string) | null
}

function Parts({ title, parts, apiPath, newHref, changeHref }: PartsProps) {
  return (
    <Section
      title={title}
      end={
        newHref ? (
          <ButtonLink size="small" icon="plus" href={newHref} scroll={false}>
            New
          </ButtonLink>
        ) : null
      }
    >
      {parts.length === 0 ? (
        <p className="text-ink-2">There is none yet.</p>
      ) : (
        <Table label={title} inline>
          <thead>
            <tr>
              <Th>Name</Th>
              <Th num>Teams</Th>
              <Th>{null}</Th>
            </tr>
          </thead>
          <tbody>
            {parts.map(({ id, name, beside, teams }) => (
              <tr key={id}>
                <Td give>
                  {changeHref ? <Link href={changeHref(id)}>{name}</Link> : name}{' '}
                  {beside ? <span className="text-ink-3 tabular-nums">{beside}</span> : null}
                </Td>
                <Td num>{formatCount(teams)}</Td>
                <Td num>
                  {changeHref && teams === 0 ? (
                    <ArchiveButton
                      path={`${apiPath}/${encodeURIComponent(id)}`}
                      name={name}
                      needs="No team is in it."
                      size="small"
                    />
                  ) : (
                    <span />
                  )}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="People and teams" />
      <PageBody>
        <NoPermission title="Units and cost centres are for those who look after the whole organisation">
          An admin can give you a role that sees them.
        </NoPermission>
      </PageBody>
    </>
  )
}
