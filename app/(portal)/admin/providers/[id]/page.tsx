import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { signedIn } from '../../../signed-in.ts'
import { Counted } from '#components/admin/counted.tsx'
import { textParam, type SearchParams } from '#components/admin/search-params.ts'
import { ConnectionPanel } from '#components/providers/connection-panel.tsx'
import { CredentialPanel } from '#components/providers/credential-panel.tsx'
import { CredentialTable } from '#components/providers/credential-table.tsx'
import { HealthFacts } from '#components/providers/health-facts.tsx'
import { kindWords } from '#components/providers/kind-words.ts'
import { ProviderActs } from '#components/providers/provider-acts.tsx'
import { ProviderCondition } from '#components/providers/provider-health.tsx'
import { RouteTable } from '#components/providers/route-table.tsx'
import { TimeoutFacts } from '#components/providers/timeout-facts.tsx'
import { TimeoutsPanel } from '#components/providers/timeouts-panel.tsx'
import { QuarantineStrip } from '#components/quarantine/quarantine-strip.tsx'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CopyLine } from '#components/ui/copy-button.tsx'
import { formatDate } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Note } from '#components/ui/note.tsx'
import { Facts, Section } from '#components/ui/section.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { ProviderView } from '#lib/catalog/contract.ts'
import { listModels, listModelsQuery } from '#lib/catalog/models/read-models.ts'
import { readProvider } from '#lib/catalog/providers/read-providers.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { AppError } from '#lib/platform/errors.ts'
import { readProviderHealth } from '#lib/reports/overview.ts'
import { readQuarantine } from '#lib/quarantine/read-quarantine.ts'
import { portal } from '#lib/wiring/portal.ts'

type Props = { readonly params: Promise<{ readonly id: string }>; readonly searchParams: SearchParams }

const providerOf = cache(async (id: string): Promise<ProviderView> => {
  try {
    return await readProvider(portal(), await signedIn(), id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound()
    throw error
  }
})

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await providerOf((await params).id)).displayName }
}

export default async function ProviderPage({ params, searchParams }: Props) {
  const actor = await signedIn()
  const provider = await providerOf((await params).id)
  const context = portal()
  const [health, models, quarantine] = await Promise.all([
    readProviderHealth(context, actor),
    listModels(context, actor, listModelsQuery.parse({ limit: 200, filter: { provider: [provider.name] } })),
    provider.status === 'quarantined' ? readQuarantine(context, { type: 'provider', id: provider.id }) : null,
  ])
  const writes = may(actor, 'provider.write')
  const own = health.find(({ id }) => id === provider.id)
  const live = provider.credentials.filter(({ status }) => status === 'active').length
  const path = `/admin/providers/${provider.id}`
  const panel = writes ? textParam((await searchParams).panel) : null
  return (
    <>
      <PageHeader
        title={provider.displayName}
        crumb={{ label: 'Providers', href: '/admin/providers' }}
        tags={
          <>
            <ProviderCondition condition={own?.condition ?? 'idle'} />
            {provider.simulated ? <Tag tone="warn">Simulated</Tag> : null}
          </>
        }
        actions={writes ? <ProviderActs provider={provider} /> : undefined}
      />
      {quarantine ? (
        <QuarantineStrip quarantine={quarantine} effect="Nothing is sent there. An admin releases it." />
      ) : null}
      <PageBody>
        <Columns
          rail={
            <>
              <Section title="Last 24 hours">
                <HealthFacts health={own} />
              </Section>
              <Section title="About">
                <Facts
                  items={[
                    { label: 'Name', value: <span className="mono">{provider.name}</span> },
                    { label: 'Speaks', value: kindWords[provider.kind] },
                    { label: 'Connected', value: formatDate(Date.parse(provider.createdAt)) },
                    ...(may(actor, 'audit.read')
                      ? [
                          {
                            label: 'History',
                            value: <Link href={`/admin/audit?target=${provider.id}`}>In the audit log</Link>,
                          },
                        ]
                      : []),
                  ]}
                />
              </Section>
            </>
          }
        >
          {provider.simulated ? (
            <Note tone="warn" className="mb-6" title="Answers are simulated.">
              They come from the provider simulator of the demo, not from a model. Prices and limits are the real ones.
            </Note>
          ) : null}
          <Section
            title="Connection"
            end={
              writes ? (
                <ButtonLink size="small" href={`${path}?panel=connection`} scroll={false}>
                  Change
                </ButtonLink>
              ) : undefined
            }
          >
            <CopyLine text={provider.baseUrl} label="Copy base URL" />
          </Section>
          <Section
            title="Credentials"
            aside="Written in, never shown again"
            end={
              writes ? (
                <ButtonLink size="small" icon="plus" href={`${path}?panel=credential`} scroll={false}>
                  Add
                </ButtonLink>
              ) : undefined
            }
          >
            {live === 0 ? (
              <Note tone="warn" title="No credential is in use.">
                Calls go out without one, which most providers refuse.
              </Note>
            ) : null}
            {provider.credentials.length > 0 ? (
              <CredentialTable provider={provider} mayWrite={writes} nowMs={context.clock.nowMs()} />
            ) : null}
          </Section>
          <Section
            title="Time-outs"
            aside="How long it may take"
            end={
              writes ? (
                <ButtonLink size="small" href={`${path}?panel=timeouts`} scroll={false}>
                  Change
                </ButtonLink>
              ) : undefined
            }
          >
            <TimeoutFacts {...provider} />
          </Section>
          <Section title={<Counted count={models.data.length}>Routes</Counted>}>
            {models.data.length === 0 ? (
              <p className="text-ink-2">No model routes here yet. Routes are added on the page of a model.</p>
            ) : (
              <RouteTable models={models.data} providerId={provider.id} />
            )}
          </Section>
        </Columns>
      </PageBody>
      {panel === 'connection' ? <ConnectionPanel provider={provider} live={live} closeHref={path} /> : null}
      {panel === 'timeouts' ? <TimeoutsPanel provider={provider} closeHref={path} /> : null}
      {panel === 'credential' ? <CredentialPanel provider={provider} live={live} closeHref={path} /> : null}
    </>
  )
}
