/** From the page's address to the question that showback answers, for the page and for its export. Pure. */
import { filterParams, textParam } from '#components/admin/search-params.ts'
import type { NamedDimension } from '#lib/reports/contract.ts'

/** What the table may be cut by, in the order of the switch. */
export const cuts = ['cost_centre', 'team', 'workload', 'model', 'provider', 'user'] as const
export type Cut = (typeof cuts)[number]

export const cutWords: Record<Cut, { readonly one: string; readonly label: string; readonly none: string }> = {
  cost_centre: { one: 'cost centre', label: 'Cost centre', none: 'No cost centre' },
  team: { one: 'team', label: 'Team', none: 'No team' },
  workload: { one: 'workload', label: 'Workload', none: 'People, no workload' },
  model: { one: 'model', label: 'Model', none: 'No model' },
  provider: { one: 'provider', label: 'Provider', none: 'No provider' },
  user: { one: 'person', label: 'Person', none: 'No person' },
}

/** Where a row opens: the next question one asks about it. */
export const below: Record<Cut, Cut> = {
  cost_centre: 'team',
  team: 'workload',
  workload: 'model',
  model: 'team',
  provider: 'model',
  user: 'model',
}

export const filterNames = [
  'cost_centre',
  'team',
  'workload',
  'model',
  'provider',
  'user',
  'environment',
] as const satisfies readonly NamedDimension[]
type FilterName = (typeof filterNames)[number]

export type ShowbackSearch = {
  readonly month: string
  readonly by: Cut
  readonly filter: Partial<Record<FilterName, string[]>>
}

type Params = Readonly<Record<string, string | string[] | undefined>>

/** A value that the page does not understand counts as not given. */
export function showbackSearchOf(params: Params, nowMs: number): ShowbackSearch {
  const month = textParam(params.month)
  const by = textParam(params.by)
  return {
    month: month !== null && /^20\d\d-(0[1-9]|1[0-2])$/.test(month) && month <= monthOf(nowMs) ? month : monthOf(nowMs),
    by: cuts.find((cut) => cut === by) ?? 'cost_centre',
    filter: filterParams(params, filterNames),
  }
}

/** The address of the management API that answers the same rows. */
export function showbackApiPath({ month, by, filter }: ShowbackSearch): string {
  const query = new URLSearchParams({ group_by: by })
  for (const [name, values] of Object.entries(filter)) query.set(`filter[${name}]`, values.join(','))
  return `/showback/${month}?${query.toString()}`
}

export function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7)
}

export function monthBeside(month: string, step: 1 | -1): string {
  const at = new Date(`${month}-01T00:00:00Z`)
  return monthOf(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + step, 1))
}
