/* Which models the page shows, and in which order: from the address, over the whole catalogue, which is small. */
import type { ModelLine } from '#components/models/model-line.ts'
import { callCost, type CallSize } from '#components/models/your-call.ts'

export const views = ['all', 'mine', 'closed', 'ending'] as const
export type View = (typeof views)[number]

export type ModelQuery = {
  readonly view: View
  readonly q: string
  readonly regions: readonly string[]
  readonly can: readonly string[]
  readonly context: number | null
  readonly providers: readonly string[]
  readonly sort: string
}

type Asked = Readonly<Record<string, string | readonly string[] | undefined>>

export const defaultSort = 'cost'

export function readModelQuery(asked: Asked): ModelQuery {
  const one = (name: string) => (typeof asked[name] === 'string' ? asked[name] : '')
  const list = (name: string) => one(name).split(',').filter(Boolean)
  const context = Number(one('context'))
  return {
    view: views.find((view) => view === one('view')) ?? 'all',
    q: one('q').trim().toLowerCase(),
    regions: list('region'),
    can: list('can'),
    context: Number.isInteger(context) && context > 0 ? context : null,
    providers: list('provider'),
    sort: one('sort') || defaultSort,
  }
}

export function chooseModels(models: readonly ModelLine[], query: ModelQuery, size: CallSize): readonly ModelLine[] {
  const { key, down } = readSort(query.sort)
  return models
    .filter((model) => inView(model, query.view) && matches(model, query))
    .map((model) => ({ model, value: sortValue(model, key, size) }))
    .toSorted((a, b) => compare(a.value, b.value, down) || a.model.name.localeCompare(b.model.name))
    .map(({ model }) => model)
}

export function countViews(models: readonly ModelLine[]): Readonly<Record<View, number>> {
  const count = (view: View) => models.filter((model) => inView(model, view)).length
  return { all: count('all'), mine: count('mine'), closed: count('closed'), ending: count('ending') }
}

function inView(model: ModelLine, view: View): boolean {
  switch (view) {
    case 'all':
      return true
    case 'mine':
      return model.permission?.state === 'yes'
    case 'closed':
      return model.permission?.state === 'no'
    case 'ending':
      return model.retiresAtMs !== null
  }
}

function matches(model: ModelLine, query: ModelQuery): boolean {
  const { q, regions, can, context, providers } = query
  const { name, displayName, vendor, aliases } = model
  const words = [name, displayName, vendor, ...aliases, ...model.providers.map((each) => each.displayName)]
  return (
    (q === '' || words.some((word) => word.toLowerCase().includes(q))) &&
    (regions.length === 0 || model.regions.some((region) => regions.includes(region))) &&
    can.every((capability) =>
      capability === 'embeddings' ? model.endpoints.includes('embeddings') : model.capabilities.includes(capability),
    ) &&
    (context === null || (model.contextTokens ?? 0) >= context) &&
    (providers.length === 0 || model.providers.some((each) => providers.includes(each.name)))
  )
}

type SortKey = 'name' | 'input' | 'cached' | 'output' | 'cost' | 'context'
const sortKeys: readonly SortKey[] = ['name', 'input', 'cached', 'output', 'cost', 'context']

function readSort(text: string): { readonly key: SortKey; readonly down: boolean } {
  const key = sortKeys.find((each) => each === text.replace(/^-/, ''))
  return { key: key ?? 'cost', down: key !== undefined && text.startsWith('-') }
}

type SortValue = string | number | bigint | null

function sortValue(model: ModelLine, key: SortKey, size: CallSize): SortValue {
  switch (key) {
    case 'name':
      return model.name
    case 'input':
      return model.prices?.input ?? null
    case 'cached':
      return model.prices?.cached_read ?? null
    case 'output':
      return model.prices?.output ?? null
    case 'cost':
      return callCost(size, model.prices)
    case 'context':
      return model.contextTokens
  }
}

/** What is not known comes last, whichever way the rest is turned. */
function compare(a: SortValue, b: SortValue, down: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  const order = a < b ? -1 : a > b ? 1 : 0
  return down ? -order : order
}
