/** The address of the list of keys as the question that the server is asked, and as the path of the same on the API. */
import { keyViews, type KeyViewName } from '#lib/keys/contract.ts'

export type KeyListSearch = {
  readonly q?: string
  readonly sort: string
  readonly cursor?: string
  readonly limit: number
  readonly filter: Readonly<Record<string, string[]>>
}

type Params = Readonly<Record<string, string | string[] | undefined>>

/** Filters by the names that they have in the address; on the API they are `filter[name]`. */
export const keyFilters = [
  'status',
  'kind',
  'owner',
  'team',
  'profile',
  'model',
  'environment',
  'project',
  'workload',
  'idleDays',
] as const

/** Parameters that narrow the list. */
export const narrowing = ['q', ...keyFilters] as const

export const defaultSort = '-spent'

export function keyListSearch(params: Params): KeyListSearch {
  const text = (name: string) => [params[name]].flat()[0]?.trim() || undefined
  const filter: Record<string, string[]> = {}
  for (const name of keyFilters) {
    const values = text(name)?.split(',').filter(Boolean)
    if (values?.length) filter[name] = values
  }
  const view = viewOf(text('view'))
  if (view !== 'all') filter.view = [view]
  return {
    q: text('q'),
    sort: text('sort') ?? defaultSort,
    cursor: text('cursor'),
    limit: 50,
    filter,
  }
}

export function viewOf(text: string | undefined): KeyViewName {
  return keyViews.find((view) => view === text) ?? 'all'
}

/** The same question to the API, without its place in the pages: for an export of exactly these rows. */
export function keyListPath({ q, sort, filter }: KeyListSearch): string {
  const query = new URLSearchParams({ sort })
  if (q) query.set('q', q)
  for (const [name, values] of Object.entries(filter)) query.set(`filter[${name}]`, values.join(','))
  return `/keys?${query}`
}
