import type { Metadata } from 'next'
import { signedIn } from '../signed-in.ts'
import { AttentionList } from '#components/admin/attention-list.tsx'
import { LimitsAreExact } from '#components/admin/exactness.tsx'
import { OverviewFigures } from '#components/admin/overview-figures.tsx'
import { PeriodMenu } from '#components/admin/period-menu.tsx'
import { ProvidersTable } from '#components/admin/providers-table.tsx'
import { RefreshEvery } from '#components/admin/refresh-every.tsx'
import { RefusalsTable } from '#components/admin/refusals-table.tsx'
import { textParam, type SearchParams } from '#components/admin/search-params.ts'
import { EnvironmentSwitch } from '#components/shell/environment-switch.tsx'
import { AlertStrips } from '#components/alerts/alert-strips.tsx'
import { PageBody, PageHeader, SplitColumns, PageScroll } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatLatency, formatPercent } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Note } from '#components/ui/note.tsx'
import { Section } from '#components/ui/section.tsx'
import { AllWell, Empty, NoPermission, PartError } from '#components/ui/states.tsx'
import { listAlerts, listAlertsQuery } from '#lib/alerts/list-alerts.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { readOverview } from '#lib/reports/overview.ts'
import {
  overviewPeriods,
  type Overview,
  type OverviewPeriod,
  type ProviderHealth,
} from '#lib/reports/overview-contract.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Overview' }

export default async function OverviewPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!may(actor, 'overview.read')) return <NotForYou />
  const query = await searchParams
  const [overview, alerts] = await Promise.all([
    readOverview(portal(), actor, {
      period: periodOf(textParam(query.period)),
      environment: textParam(query.environment),
    }),
    listAlerts(portal(), actor, waiting),
  ])
  return (
    <>
      <PageHeader
        title="Overview"
        scope={
          <>
            <EnvironmentSwitch />
            <PeriodMenu />
          </>
        }
      />
      <RefreshEvery seconds={15} />
      <PageScroll label="Overview">
        <AlertStrips alerts={alerts.data} most={1} named />
        <OverviewFigures {...overview} />
        <SplitColumns rail={<Rail overview={overview} />} className="flex-1">
          <Section
            title="Providers"
            end={may(actor, 'provider.read') ? <Link href="/admin/providers">All providers</Link> : undefined}
          >
            <Providers providers={overview.providers} opens={may(actor, 'provider.read')} />
          </Section>
          <Section title="Top refusals" aside="What stopped calls, and whose">
            <Refusals overview={overview} />
          </Section>
        </SplitColumns>
      </PageScroll>
    </>
  )
}

const waiting = listAlertsQuery.parse({ limit: 50, filter: { state: ['open'], level: ['warning', 'critical'] } })

function NotForYou() {
  return (
    <>
      <PageHeader title="Overview" />
      <PageBody>
        <NoPermission title="The overview is for admins and viewers">
          An admin can give you a role that sees it.
        </NoPermission>
      </PageBody>
    </>
  )
}

function periodOf(text: string | null): OverviewPeriod {
  return text !== null && Object.hasOwn(overviewPeriods, text) ? (text as OverviewPeriod) : '24h'
}

function Rail({ overview: { attention, exactness, ledger, atMs } }: { readonly overview: Overview }) {
  return (
    <>
      <Section title="Needs attention">
        {attention ? (
          <AttentionList items={attention} nowMs={atMs} />
        ) : (
          <PartError title="What needs attention cannot be read." />
        )}
      </Section>
      <LimitsAreExact exactness={exactness} ledger={ledger} />
    </>
  )
}

function Providers({ providers, opens }: { readonly providers: Overview['providers']; readonly opens: boolean }) {
  if (!providers) return <PartError title="Providers cannot be read." />
  if (providers.length === 0) {
    return (
      <Empty
        icon="server"
        title="No provider yet"
        action={
          opens ? (
            <ButtonLink href="/admin/providers?new=1" variant="primary" icon="plus">
              New provider
            </ButtonLink>
          ) : undefined
        }
      >
        A provider is a connection with credentials. Models route to it.
      </Empty>
    )
  }
  const troubled = providers.filter(({ condition }) => condition === 'slow' || condition === 'failing')
  return (
    <>
      <ProvidersTable providers={providers} opens={opens} />
      {troubled.map((provider) => (
        <Note
          key={provider.id}
          tone={provider.condition === 'failing' ? 'bad' : 'warn'}
          title={`${provider.displayName} is ${provider.condition}.`}
          action={
            opens ? (
              <ButtonLink size="small" href={`/admin/providers/${provider.id}`}>
                Open
              </ButtonLink>
            ) : undefined
          }
        >
          {troubleWords(provider)}
        </Note>
      ))}
    </>
  )
}

function troubleWords({ condition, errors, tries, p95Ms }: ProviderHealth): string {
  if (condition === 'failing')
    return `In the last hour at least one try in five failed; ${formatPercent((errors / tries) * 100)} over the whole period.`
  return `The last hour took at least twice as long as usual${p95Ms === null ? '' : `; p95 of the period is ${formatLatency(p95Ms)}`}.`
}

function Refusals({ overview: { refusals, atMs } }: { readonly overview: Overview }) {
  if (!refusals) return <PartError title="Refusals cannot be read." />
  if (refusals.length === 0) return <AllWell>No call was refused in this period.</AllWell>
  return <RefusalsTable refusals={refusals} nowMs={atMs} />
}
