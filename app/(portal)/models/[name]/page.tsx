import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ownCall } from '../own-call.ts'
import { signedIn } from '../../signed-in.ts'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { EditAliases } from '#components/models/edit-aliases.tsx'
import { MayUse } from '#components/models/may-use.tsx'
import { ModelAliases } from '#components/models/model-aliases.tsx'
import { ModelFacts } from '#components/models/model-facts.tsx'
import { modelLine } from '#components/models/model-line.ts'
import { ModelState } from '#components/models/model-state.tsx'
import { NewPrice } from '#components/models/new-price.tsx'
import { NewRoute } from '#components/models/new-route.tsx'
import { NextPrice, PriceFigures } from '#components/models/price-figures.tsx'
import { PriceTable } from '#components/models/price-table.tsx'
import { RoutesTable } from '#components/models/routes-table.tsx'
import { UsedBy } from '#components/models/used-by.tsx'
import { WhoMayUse } from '#components/models/who-may-use.tsx'
import { YourCallInputs } from '#components/models/your-call-inputs.tsx'
import { callCost, readCallSize } from '#components/models/your-call.ts'
import { PageHeader, SplitColumns, PageScroll } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { QuarantineActs } from '#components/quarantine/quarantine-acts.tsx'
import { QuarantineStrip } from '#components/quarantine/quarantine-strip.tsx'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Section } from '#components/ui/section.tsx'
import { Empty } from '#components/ui/states.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { ModelView } from '#lib/catalog/contract.ts'
import { listPrices, readAccessByProfile, readModel, type ProfileAccess } from '#lib/catalog/models/read-models.ts'
import { listProviders, listProvidersQuery } from '#lib/catalog/providers/read-providers.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { readOrganisation } from '#lib/identity/organisation/organisation.ts'
import { may, visibleRows } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError } from '#lib/platform/errors.ts'
import { listProfiles, listProfilesQuery } from '#lib/policy/read-profiles.ts'
import { usageQuery } from '#lib/reports/contract.ts'
import { readQuarantine } from '#lib/quarantine/read-quarantine.ts'
import { readUsage } from '#lib/reports/read-usage.ts'
import { portal } from '#lib/wiring/portal.ts'

type Props = { readonly params: Promise<{ readonly name: string }>; readonly searchParams: SearchParams }

const dayMs = 86_400_000

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) }
}

export default async function ModelPage({ params, searchParams }: Props) {
  const actor = await signedIn()
  const context = portal()
  const nowMs = context.clock.nowMs()
  const name = decodeURIComponent((await params).name)
  const query = await searchParams
  const model = await modelOrNull(context, actor, name)
  if (!model) notFound()

  const mayEdit = may(actor, 'model.write')
  const isWide = visibleRows(actor, 'usage.read').all
  const [prices, own, usage, profiles, providers, { unpricedModels }, quarantine] = await Promise.all([
    listPrices(context, actor, name),
    ownCall(context, actor),
    readUsage(context, actor, usageOf(name, nowMs - 30 * dayMs, { group_by: 'key', limit: '5' })),
    may(actor, 'profile.read') ? accessByProfile(context, actor, model.id) : null,
    mayEdit ? listProviders(context, actor, listProvidersQuery.parse({ limit: '200' })) : null,
    readOrganisation(context, actor),
    model.status === 'quarantined' ? readQuarantine(context, { type: 'model', id: model.id }) : null,
  ])
  const line = modelLine(model)
  const size = readCallSize({ in: textParam(query.in) ?? undefined, out: textParam(query.out) ?? undefined }, own.size)
  const cost = callCost(size, line.prices)
  const path = `/models/${encodeURIComponent(name)}`
  const search = searchText(query)
  const produces = model.endpoints.some((endpoint) => endpoint !== 'embeddings' && endpoint !== 'moderations')
  return (
    <>
      <PageHeader
        title={name}
        crumb={{ label: 'Models', href: '/models' }}
        tags={
          <>
            <ModelAliases aliases={model.aliases} />
            <ModelState model={model} now={nowMs} />
            {model.status === 'active' && line.permission?.why ? <Tag>{line.permission.why}</Tag> : null}
          </>
        }
        actions={
          <>
            <CopyButton id="copy-name" text={name}>
              Copy name
            </CopyButton>
            <QuarantineActs
              kind="model"
              id={name}
              name={name}
              status={model.status}
              mayStop={may(actor, 'model.quarantine')}
              mayRelease={may(actor, 'model.quarantine')}
            />
            {may(actor, 'price.write') ? (
              <ButtonLink variant="primary" icon="plus" href={withQuery(path, search, { price: 'new' })} scroll={false}>
                New price
              </ButtonLink>
            ) : null}
          </>
        }
      />
      <Hotkey keys="y" label="Copy the name" press="copy-name" />
      {quarantine ? (
        <QuarantineStrip
          quarantine={quarantine}
          effect="Its calls are refused with 403 model_not_allowed. An admin releases it."
        />
      ) : null}
      <PageScroll label="Model">
        <PriceFigures line={line} price={model.price} cost={cost} size={size} />
        <SplitColumns
          className="flex-1"
          rail={
            <>
              <Section title="Your call" aside={own.isOwn ? 'Median of your last 30 days' : 'A usual size'}>
                <YourCallInputs size={size} bare />
              </Section>
              {line.permission ? (
                <Section title="May I use it">
                  <MayUse permission={line.permission} retiresAtMs={line.retiresAtMs} now={nowMs} />
                </Section>
              ) : null}
              <Section
                title="What it is"
                className="gap-1.5"
                end={mayEdit ? <EditAliases model={name} aliases={model.aliases} /> : null}
              >
                <ModelFacts model={model} line={line} />
              </Section>
              {profiles ? <WhoMayUse profiles={profiles} /> : null}
            </>
          }
        >
          {model.nextPrice ? <NextPrice price={model.nextPrice} /> : null}
          <Section title="Prices over time" aside="US dollars per million, exact">
            {prices.data.length === 0 ? (
              <Empty icon="tag" title="No price yet">
                {unpricedModels === 'refuse'
                  ? 'Without a price it cannot be called: no call is ever free by accident.'
                  : 'Calls are served and told as not priced; keys with a budget that stops them are refused.'}
              </Empty>
            ) : (
              <PriceTable
                prices={prices.data}
                currentIds={pricesInForce(model)}
                routes={model.deployments}
                now={nowMs}
              />
            )}
          </Section>
          <Section
            title="Routes"
            aside="In the order in which they are tried"
            end={
              providers ? (
                <NewRoute
                  model={name}
                  providers={providers.data}
                  nextRank={Math.max(-1, ...model.deployments.map(({ rank }) => rank)) + 1}
                />
              ) : null
            }
          >
            {model.deployments.length === 0 ? (
              <Empty icon="swap" title="No route">
                No provider serves this model, so it cannot be called.
              </Empty>
            ) : (
              <RoutesTable
                model={name}
                deployments={model.deployments}
                mayEdit={mayEdit}
                seesProviders={may(actor, 'provider.read')}
              />
            )}
          </Section>
          <UsedBy name={name} usage={usage} isWide={isWide} opensKeys={!isWide || visibleRows(actor, 'key.read').all} />
        </SplitColumns>
      </PageScroll>
      {may(actor, 'price.write') && textParam(query.price) === 'new' ? (
        <NewPrice
          model={name}
          current={model.price?.usdPerMillion ?? null}
          routes={model.deployments}
          produces={produces}
          size={size}
          closeHref={withQuery(path, search, { price: null })}
        />
      ) : null}
    </>
  )
}

function pricesInForce({ price, deployments }: ModelView): ReadonlySet<string> {
  return new Set([price, ...deployments.map((route) => route.price)].flatMap((each) => each?.id ?? []))
}

function usageOf(model: string, fromMs: number, given: Readonly<Record<string, string>>) {
  return usageQuery.parse({ from: new Date(fromMs).toISOString(), filter: { model: [model] }, ...given })
}

async function accessByProfile(context: Context, actor: Actor, modelId: string): Promise<ProfileAccess[]> {
  const { data } = await listProfiles(context, actor, listProfilesQuery.parse({ limit: '200' }))
  return readAccessByProfile(context, data, modelId)
}

async function modelOrNull(context: Context, actor: Actor, name: string): Promise<ModelView | null> {
  if (name.includes('\0')) return null
  try {
    return await readModel(context, actor, name, { for: 'me' })
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}
