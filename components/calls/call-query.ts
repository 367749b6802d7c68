/** From the page's address to the query of the call log, for the page itself, for its totals and for what is new. Pure. */
import { cursorParam, listParam, textParam } from '#components/admin/search-params.ts'
import { outcomes } from '#lib/ledger/contract.ts'

export const filterParams = [
  'q',
  'when',
  'from',
  'to',
  'outcome',
  'status',
  'key',
  'model',
  'team',
  'user',
  'environment',
] as const

type Params = Readonly<Record<string, string | string[] | undefined>>

const plainFilters = ['key', 'model', 'team', 'user', 'environment'] as const

export type CallSearch = {
  readonly limit: string
  readonly cursor?: string
  readonly q?: string
  readonly from?: string
  readonly to?: string
  readonly filter: Readonly<Record<string, readonly string[]>>
}

const dayMs = 86_400_000
const ranges: Record<string, number> = { '24h': dayMs, '7d': 7 * dayMs, '30d': 30 * dayMs }

/** A value that the page does not understand counts as not given: the address may be typed by hand. */
export function callQueryOf(params: Params, nowMs: number): CallSearch {
  const range = ranges[textParam(params.when) ?? '']
  const from = range === undefined ? dayOf(textParam(params.from)) : nowMs - range
  const to = range === undefined ? dayOf(textParam(params.to)) : null
  const [cursor, q] = [cursorParam(params.cursor) ?? null, textParam(params.q)]
  return {
    limit: '50',
    ...(cursor === null ? {} : { cursor }),
    ...(q === null ? {} : { q }),
    ...(from === null ? {} : { from: new Date(from).toISOString() }),
    // The last day counts whole.
    ...(to === null ? {} : { to: new Date(to + dayMs).toISOString() }),
    filter: filterOf(params),
  }
}

function filterOf(params: Params): CallSearch['filter'] {
  const known: readonly string[] = outcomes
  const outcome = (listParam(params.outcome) ?? []).filter((word) => known.includes(word))
  const status = (listParam(params.status) ?? []).filter((code) => /^[1-5]\d\d$/.test(code))
  const plain = plainFilters.flatMap((name) => {
    const values = listParam(params[name])
    return values ? [[name, values] as const] : []
  })
  return {
    ...Object.fromEntries(plain),
    ...(outcome.length > 0 ? { outcome } : {}),
    ...(status.length > 0 ? { status } : {}),
  }
}

/** Whether anything narrows the list. */
export function isNarrowed({ q, from, to, filter }: CallSearch): boolean {
  return q !== undefined || from !== undefined || to !== undefined || Object.keys(filter).length > 0
}

/** The address of the management API that answers the same rows, from the newest on. */
export function callsApiPath({ q, from, to, filter }: CallSearch): string {
  const query = new URLSearchParams({ limit: '50' })
  if (q) query.set('q', q)
  if (from) query.set('from', from)
  if (to) query.set('to', to)
  for (const [name, values] of Object.entries(filter)) query.set(`filter[${name}]`, values.join(','))
  return `/calls?${query}`
}

function dayOf(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const atMs = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(atMs) ? null : atMs
}
