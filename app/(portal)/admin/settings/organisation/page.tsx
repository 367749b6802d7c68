import type { Metadata } from 'next'
import { signedIn } from '../../../signed-in.ts'
import { UnpricedModelsForm } from '#components/settings/unpriced-models-form.tsx'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { plural } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Facts, Rows, Section } from '#components/ui/section.tsx'
import { AllWell, NoPermission } from '#components/ui/states.tsx'
import { readOrganisation } from '#lib/identity/organisation/organisation.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { readModelsWithoutPrice } from '#lib/reports/overview.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Organisation' }

export default async function OrganisationPage() {
  const actor = await signedIn()
  if (!may(actor, 'organisation.write')) return <NotForYou />
  const context = portal()
  const [organisation, unpriced] = await Promise.all([
    readOrganisation(context, actor),
    readModelsWithoutPrice(context),
  ])
  return (
    <>
      <PageHeader title="Organisation" crumb={{ label: 'Overview', href: '/admin' }} />
      <PageBody>
        <Columns
          rail={
            <Section title="About">
              <Facts
                items={[
                  { label: 'Name', value: organisation.name },
                  { label: 'Time zone', value: organisation.timeZone },
                  {
                    label: 'History',
                    value: <Link href={`/admin/audit?target=${organisation.id}`}>In the audit log</Link>,
                  },
                ]}
              />
            </Section>
          }
        >
          <Section title="Models without a price" aside="What happens to their calls">
            <UnpricedModelsForm key={organisation.unpricedModels} inForce={organisation.unpricedModels} />
          </Section>
          <Section title="Without a price now" aside="Active models with a route">
            {unpriced.total === 0 ? (
              <AllWell>Every model has a price.</AllWell>
            ) : (
              <Rows className="-mt-1.5">
                {unpriced.first.map(({ id, name }) => (
                  <li key={id} className="flex items-center gap-3 py-1.5">
                    <Link href={`/models/${encodeURIComponent(name)}`} className="mono min-w-0 flex-1 truncate">
                      {name}
                    </Link>
                    <Link href={`/models/${encodeURIComponent(name)}?price=new`}>Set a price</Link>
                  </li>
                ))}
                {unpriced.total > unpriced.first.length ? (
                  <li className="py-1.5 text-ink-3">
                    and {plural(unpriced.total - unpriced.first.length, 'more', 'more')} among the{' '}
                    <Link href="/models">models</Link>
                  </li>
                ) : null}
              </Rows>
            )}
          </Section>
        </Columns>
      </PageBody>
    </>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Organisation" />
      <PageBody>
        <NoPermission title="Settings of the organisation are for admins">
          An admin can give you that role.
        </NoPermission>
      </PageBody>
    </>
  )
}
