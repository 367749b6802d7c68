import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ownCall } from '../own-call.ts'
import { signedIn } from '../../signed-in.ts'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { MayUse } from '#components/models/may-use.tsx'
import { capabilityWord, modelLine, reasonWords, takes, type ModelLine } from '#components/models/model-line.ts'
import { NewPrice } from '#components/models/new-price.tsx'
import { NewRoute } from '#components/models/new-route.tsx'
import { PriceTable } from '#components/models/price-table.tsx'
import { QuarantineModel } from '#components/models/quarantine-model.tsx'
import { RoutesTable } from '#components/models/routes-table.tsx'
import { unitPriceText } from '#components/models/unit-price.ts'
import { YourCallInputs } from '#components/models/your-call-inputs.tsx'
import { callCost, readCallSize, type CallSize } from '#components/models/your-call.ts'
import { PageFlush, PageHeader, SplitColumns } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Figure, Figures } from '#components/ui/figures.tsx'
import { formatCallCost, formatCount, formatDate, formatMoney, MISSING } from '#components/ui/format.ts'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { Link } from '#components/ui/link.tsx'
import { Note } from '#components/ui/note.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Facts, Rows, Section } from '#components/ui/section.tsx'
import { Empty } from '#components/ui/states.tsx'
import { State, Status } from '#components/ui/status.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { ModelView, PriceView } from '#lib/catalog/contract.ts'
import { listPrices, readModel } from '#lib/catalog/models/read-models.ts'
import { listProviders, listProvidersQuery } from '#lib/catalog/providers/read-providers.ts'
import { whyNot } from '#lib/catalog/rules/model-access.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may, visibleRows } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError } from '#lib/platform/errors.ts'
import { listProfiles, listProfilesQuery } from '#lib/policy/read-profiles.ts'
import { usageQuery, type UsageReport } from '#lib/reports/contract.ts'
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
  const [prices, own, usage, today, profiles, providers] = await Promise.all([
    listPrices(context, actor, name),
    ownCall(context, actor),
    readUsage(context, actor, usageOf(name, nowMs - 30 * dayMs, { group_by: 'key', limit: '5' })),
    readUsage(context, actor, usageOf(name, nowMs - dayMs, { limit: '1' })),
    may(actor, 'profile.read') ? listProfiles(context, actor, listProfilesQuery.parse({ limit: '200' })) : null,
    mayEdit ? listProviders(context, actor, listProvidersQuery.parse({ limit: '200' })) : null,
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
            <ModelState model={model} now={nowMs} />
            {model.status === 'active' && line.permission?.why ? <Tag>{line.permission.why}</Tag> : null}
          </>
        }
        actions={
          <>
            <CopyButton id="copy-name" text={name}>
              Copy name
            </CopyButton>
            {may(actor, 'model.quarantine') && model.status !== 'retired' ? (
              <QuarantineModel model={name} status={model.status} callsLastDay={today.totals.calls} />
            ) : null}
            {may(actor, 'price.write') ? (
              <ButtonLink variant="primary" icon="plus" href={withQuery(path, search, { price: 'new' })} scroll={false}>
                New price
              </ButtonLink>
            ) : null}
          </>
        }
      />
      <Hotkey keys="y" label="Copy the name" press="copy-name" />
      <PageFlush className="overflow-auto phone:overflow-visible">
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
              <Section title="What it is" className="gap-1.5">
                <Facts items={factsOf(model, line)} />
              </Section>
              {profiles ? <WhoMayUse model={model} profiles={profiles.data} /> : null}
            </>
          }
        >
          {model.nextPrice ? <NextPrice price={model.nextPrice} /> : null}
          <Section title="Prices over time" aside="US dollars per million, exact">
            {prices.data.length === 0 ? (
              <Empty icon="tag" title="No price yet">
                Without a price it cannot be called: no call is ever free by accident.
              </Empty>
            ) : (
              <PriceTable prices={prices.data} currentId={model.price?.id ?? null} now={nowMs} />
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
          <Used name={name} usage={usage} isWide={isWide} opensKeys={!isWide || visibleRows(actor, 'key.read').all} />
        </SplitColumns>
      </PageFlush>
      {may(actor, 'price.write') && textParam(query.price) === 'new' ? (
        <NewPrice
          model={name}
          current={model.price?.usdPerMillion ?? null}
          produces={produces}
          size={size}
          closeHref={withQuery(path, search, { price: null })}
        />
      ) : null}
    </>
  )
}

function ModelState({ model, now }: { readonly model: ModelView; readonly now: number }) {
  if (model.status === 'quarantined')
    return (
      <Status tone="quar" glyph="halt">
        Quarantined
      </Status>
    )
  if (model.status === 'retired')
    return (
      <Status tone="mute" glyph="bars">
        Retired
      </Status>
    )
  if (!model.price)
    return (
      <Status tone="warn" glyph="triangle">
        No price
      </Status>
    )
  if (model.retiresAt === null)
    return (
      <Status tone="ok" glyph="dot">
        Active
      </Status>
    )
  const at = Date.parse(model.retiresAt)
  return (
    <Status tone="warn" glyph="clock">
      {at > now ? 'Ends' : 'Ended'} {formatDate(at)}
    </Status>
  )
}

type PriceFiguresProps = {
  readonly line: ModelLine
  readonly price: PriceView | null
  readonly cost: bigint | null
  readonly size: CallSize
}

function PriceFigures({ line: { prices, contextTokens, maxOutputTokens }, price, cost, size }: PriceFiguresProps) {
  const since = price ? `since ${formatDate(Date.parse(price.effectiveFrom))}` : 'no price yet'
  return (
    <Figures>
      <Figure
        label="Your call"
        value={cost === null ? MISSING : formatCallCost(cost)}
        note={`${formatCount(size.tokensIn)} in, ${formatCount(size.tokensOut)} out`}
      />
      <Figure label="Input" value={unitPriceText(prices?.input) ?? MISSING} beside="per million" note={since} />
      <Figure
        label="Input from cache"
        value={unitPriceText(prices?.cached_read) ?? MISSING}
        note={prices && prices.cached_read === undefined ? 'at the input price' : undefined}
      />
      <Figure label="Output" value={unitPriceText(prices?.output) ?? MISSING} />
      <Figure
        label="Context"
        value={contextTokens === null ? MISSING : formatCount(contextTokens)}
        beside="tokens"
        note={maxOutputTokens === null ? undefined : `answers up to ${formatCount(maxOutputTokens)}`}
      />
    </Figures>
  )
}

function NextPrice({ price }: { readonly price: PriceView }) {
  const { input, output } = price.usdPerMillion
  return (
    <Note tone="accent" title={`A new price from ${formatDate(Date.parse(price.effectiveFrom))}.`} className="mb-6">
      {[input ? `Input $${input}` : null, output ? `output $${output}` : null].filter(Boolean).join(', ')} per million.
    </Note>
  )
}

function factsOf(model: ModelView, line: ModelLine) {
  return [
    { label: 'Name', value: model.displayName },
    { label: 'Vendor', value: model.vendor },
    { label: 'Takes', value: takes(line).join(', ') },
    { label: 'Can do', value: model.capabilities.map(capabilityWord).join(', ') || MISSING },
    { label: 'Endpoints', value: model.endpoints.join(', ') },
    { label: 'Regions', value: line.regions.map((region) => region.toUpperCase()).join(', ') || MISSING },
    ...(model.retiresAt === null ? [] : [{ label: 'Ends', value: formatDate(Date.parse(model.retiresAt)) }]),
    ...(line.simulated ? [{ label: 'Answers', value: 'from the provider simulator' }] : []),
  ]
}

type WhoMayUseProps = {
  readonly model: ModelView
  readonly profiles: Awaited<ReturnType<typeof listProfiles>>['data']
}

/** By access profile; keys may narrow it further. */
function WhoMayUse({ model, profiles }: WhoMayUseProps) {
  const facts = { ...model, hasPrice: model.price !== null }
  return (
    <Section title="Who may use it" aside="By access profile">
      <Rows className="-mt-1.5">
        {profiles.map((profile) => {
          const reason = whyNot(facts, profile.policy)
          return (
            <li key={profile.id} className="flex min-h-8.5 items-center gap-3 py-1">
              <Link href={`/admin/profiles/${profile.id}`} className="min-w-0 flex-1 truncate text-ink">
                {profile.name}
              </Link>
              <State of="permission" state={reason === null ? 'yes' : 'no'}>
                {reason === null ? 'Yes' : (shortReasons[reason] ?? reasonWords(reason, profile.name))}
              </State>
            </li>
          )
        })}
      </Rows>
    </Section>
  )
}

const shortReasons: Readonly<Record<string, string>> = {
  model_not_allowed: 'Not in its models',
  endpoint_not_allowed: 'None of its endpoints',
  provider_not_allowed: 'Provider not in it',
  region_not_allowed: 'Region not in it',
}

type UsedProps = {
  readonly name: string
  readonly usage: UsageReport
  readonly isWide: boolean
  readonly opensKeys: boolean
}

function Used({ name, usage, isWide, opensKeys }: UsedProps) {
  const { totals, data } = usage
  const whose = isWide ? 'By everybody' : 'By your keys'
  return (
    <Section
      title="Last 30 days"
      aside={whose}
      end={
        totals.calls > 0 ? (
          <Link href={`/usage?period=30d&by=key&model=${encodeURIComponent(name)}`}>All usage</Link>
        ) : null
      }
    >
      {totals.calls === 0 ? (
        <p className="text-ink-2">{isWide ? 'Nobody has called it.' : 'You have not called it.'}</p>
      ) : (
        <Table label="Usage by key" inline>
          <thead>
            <tr>
              <Th>Key</Th>
              <Th num>Calls</Th>
              <Th num drop={4}>
                Refused
              </Th>
              <Th num>Spent</Th>
            </tr>
          </thead>
          <tbody>
            {data.map((row) => (
              <tr key={row.key?.id ?? 'none'}>
                <Td>
                  {row.key?.id && opensKeys ? (
                    <Link href={`/keys/${row.key.id}`}>{row.key.name}</Link>
                  ) : (
                    (row.key?.name ?? <span className="text-ink-3">No key</span>)
                  )}
                </Td>
                <Td num>{formatCount(row.calls)}</Td>
                <Td num dim drop={4}>
                  {row.refused === 0 ? null : formatCount(row.refused)}
                </Td>
                <Td num>{formatMoney(row.costUsd)}</Td>
              </tr>
            ))}
            <tr>
              <Td>
                <b>All keys</b>
              </Td>
              <Td num>
                <b>{formatCount(totals.calls)}</b>
              </Td>
              <Td num drop={4}>
                <b>{totals.refused === 0 ? MISSING : formatCount(totals.refused)}</b>
              </Td>
              <Td num>
                <b>{formatMoney(totals.costUsd)}</b>
              </Td>
            </tr>
          </tbody>
        </Table>
      )}
    </Section>
  )
}

function usageOf(model: string, fromMs: number, given: Readonly<Record<string, string>>) {
  return usageQuery.parse({ from: new Date(fromMs).toISOString(), filter: { model: [model] }, ...given })
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
