import type { Metadata } from 'next'
import { ownCall } from './own-call.ts'
import { signedIn } from '../signed-in.ts'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { chooseModels, countViews, readModelQuery, type ModelQuery } from '#components/models/choose-models.ts'
import { CompareBar } from '#components/models/compare-bar.tsx'
import { CompareTable } from '#components/models/compare-table.tsx'
import { capabilityWord, modelLine, type ModelLine } from '#components/models/model-line.ts'
import { ModelTable } from '#components/models/model-table.tsx'
import { YourCallInputs } from '#components/models/your-call-inputs.tsx'
import { readCallSize, type CallSize } from '#components/models/your-call.ts'
import { Grow, PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { formatBigCount, formatDate } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { List } from '#components/ui/list.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import { Views } from '#components/ui/tabs.tsx'
import type { ModelView } from '#lib/catalog/contract.ts'
import { listModels, listModelsQuery } from '#lib/catalog/models/read-models.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Models' }

const path = '/models'
const filterParams = ['q', 'region', 'can', 'context', 'provider']
const mostCompared = 4

export default async function ModelsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!may(actor, 'model.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const nowMs = context.clock.nowMs()
  const [catalogue, own] = await Promise.all([readCatalogue(context, actor), ownCall(context, actor)])
  const lines = catalogue.map(modelLine)
  const query = readModelQuery(params)
  const size = readCallSize(
    { in: textParam(params.in) ?? undefined, out: textParam(params.out) ?? undefined },
    own.size,
  )
  const search = searchText(params)
  const keep = sizeQuery(params)

  const compared = comparedOf(lines, textParam(params.compare))
  if (compared.length > 1) return <Compare models={compared} size={size} keep={keep} search={search} now={nowMs} />

  const shown = chooseModels(lines, query, size)
  const counts = countViews(lines)
  return (
    <>
      <PageHeader title={may(actor, 'model.write') ? 'Models and prices' : 'Models'} />
      <Views
        label="Views"
        views={[
          { label: 'All', href: path, count: counts.all },
          { label: 'I may use', href: `${path}?view=mine`, count: counts.mine },
          ...(counts.closed > 0 || query.view === 'closed'
            ? [{ label: 'Closed to me', href: `${path}?view=closed`, count: counts.closed }]
            : []),
          ...(counts.ending > 0 ? [{ label: 'Ending', href: `${path}?view=ending`, count: counts.ending }] : []),
        ]}
      />
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find a model or provider" />
          <Filters lines={lines} />
          <ClearFilters params={filterParams} />
          <Grow />
          <YourCallInputs size={size} />
        </Toolbar>
        <List ids={shown.map(({ name }) => name)} noun="model">
          <TableScroll label="Models">
            <ModelTable
              models={shown}
              size={size}
              keep={keep}
              now={nowMs}
              empty={
                <TableEmpty columns={11}>
                  <NothingFound query={query} isEmpty={lines.length === 0} />
                </TableEmpty>
              }
            />
          </TableScroll>
          <CompareBar />
        </List>
        <PageFoot>
          <span>
            <b>{shown.length}</b> {shown.length === 1 ? 'model' : 'models'}
          </span>
          <span className="phone:hidden">US dollars per million tokens{priceBookWords(catalogue)}</span>
          <span className="phone:hidden">
            Your call is {own.isOwn ? 'the median of your last 30 days' : 'a usual size, until you have made calls'},
            bars on a log scale
          </span>
          {lines.some(({ simulated }) => simulated) ? (
            <span className="phone:hidden">Answers are simulated</span>
          ) : null}
        </PageFoot>
      </PageFlush>
    </>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Models" />
      <PageBody>
        <NoPermission title="Models are for people with a role here">An admin can give you one.</NoPermission>
      </PageBody>
    </>
  )
}

function Filters({ lines }: { readonly lines: readonly ModelLine[] }) {
  const distinct = (values: readonly string[]) => [...new Set(values)].toSorted()
  const providers = new Map(
    lines.flatMap((line) => line.providers.map(({ name, displayName }) => [name, displayName] as const)),
  )
  const contexts = [100_000, 200_000, 1_000_000]
  return (
    <>
      <FilterChip
        label="Region"
        param="region"
        options={distinct(lines.flatMap(({ regions }) => regions)).map((value) => ({
          value,
          label: value.toUpperCase(),
        }))}
      />
      <FilterChip
        label="Can do"
        param="can"
        options={[
          ...distinct(lines.flatMap(({ capabilities }) => capabilities)).map((value) => ({
            value,
            label: capabilityWord(value),
          })),
          { value: 'embeddings', label: 'Embeddings' },
        ]}
      />
      <FilterChip
        label="Context at least"
        param="context"
        single
        options={contexts.map((value) => ({ value: String(value), label: `${formatBigCount(value)} tokens` }))}
      />
      <FilterChip
        label="Provider"
        param="provider"
        options={[...providers].map(([value, label]) => ({ value, label }))}
      />
    </>
  )
}

type CompareProps = {
  readonly models: readonly ModelLine[]
  readonly size: CallSize
  readonly keep: string
  readonly search: string
  readonly now: number
}

function Compare({ models, size, keep, search, now }: CompareProps) {
  const back = withQuery(path, search, { compare: null })
  return (
    <>
      <PageHeader
        title="Compare models"
        crumb={{ label: 'Models', href: back }}
        actions={<ButtonLink href={back}>All models</ButtonLink>}
      />
      <Toolbar>
        <Grow />
        <YourCallInputs size={size} />
      </Toolbar>
      <PageBody>
        <CompareTable models={models} size={size} keep={keep} now={now} />
      </PageBody>
    </>
  )
}

function NothingFound({ query, isEmpty }: { readonly query: ModelQuery; readonly isEmpty: boolean }) {
  if (isEmpty) {
    return (
      <Empty icon="cube" title="No models yet">
        An admin adds a provider and its models. Then they stand here with their prices.
      </Empty>
    )
  }
  if (query.view === 'closed') {
    return <Empty icon="check" title="No model is closed to you" action={<Link href={path}>All models</Link>} />
  }
  return <Empty icon="search" title="No models match these filters" action={<ClearFilters params={filterParams} />} />
}

/** The whole catalogue, which is small: cost and permission are sorted and filtered here, where they are known. */
async function readCatalogue(context: Context, actor: Actor): Promise<readonly ModelView[]> {
  const models: ModelView[] = []
  let cursor: string | undefined
  do {
    const query = listModelsQuery.parse({ limit: '200', for: 'me', ...(cursor ? { cursor } : {}) })
    const page = await listModels(context, actor, query)
    models.push(...page.data)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return models
}

/** Two to four names in the address, in their order; what is no model is left out. */
function comparedOf(lines: readonly ModelLine[], names: string | null): readonly ModelLine[] {
  const wanted = [...new Set((names ?? '').split(','))].slice(0, mostCompared)
  return wanted.flatMap((name) => lines.find((line) => line.name === name) ?? [])
}

/** The newest price that is in force somewhere. */
function priceBookWords(catalogue: readonly ModelView[]): string {
  const newest = catalogue.reduce(
    (latest, { price }) => Math.max(latest, price ? Date.parse(price.effectiveFrom) : 0),
    0,
  )
  return newest === 0 ? '' : `, price book of ${formatDate(newest)}`
}

/** The size of the call, kept when a model is opened. */
function sizeQuery(params: Awaited<SearchParams>): string {
  const query = new URLSearchParams()
  for (const name of ['in', 'out']) {
    const value = textParam(params[name])
    if (value !== null) query.set(name, value)
  }
  const text = query.toString()
  return text ? `?${text}` : ''
}
