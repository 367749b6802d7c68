/** From the page's address to the query of the audit log, for the page itself and for its export. Pure. */
import { filterParams, textParam } from '#components/admin/search-params.ts'

export const auditParams = ['q', 'when', 'from', 'to', 'actor', 'action', 'targetType', 'target'] as const

type Params = Readonly<Record<string, string | string[] | undefined>>

const filterNames = ['actor', 'action', 'targetType', 'target'] as const

export type AuditSearch = {
  readonly limit: number
  readonly q?: string
  readonly from?: string
  readonly to?: string
  readonly filter: Readonly<Partial<Record<(typeof filterNames)[number], string[]>>>
}

const dayMs = 86_400_000
const ranges: Record<string, number> = { '24h': dayMs, '7d': 7 * dayMs, '30d': 30 * dayMs }

/** A value that the page does not understand counts as not given: the address may be typed by hand. */
export function auditQueryOf(params: Params, nowMs: number): AuditSearch {
  const range = ranges[textParam(params.when) ?? '']
  const from = range === undefined ? dayOf(textParam(params.from)) : nowMs - range
  const to = range === undefined ? dayOf(textParam(params.to)) : null
  const q = textParam(params.q)
  return {
    limit: 50,
    ...(q === null ? {} : { q }),
    ...(from === null ? {} : { from: new Date(from).toISOString() }),
    // The last day counts whole.
    ...(to === null ? {} : { to: new Date(to + dayMs).toISOString() }),
    filter: filterParams(params, filterNames),
  }
}

/** The address of the management API that answers the same rows. */
export function auditApiPath({ q, from, to, filter }: AuditSearch): string {
  const query = new URLSearchParams()
  if (q) query.set('q', q)
  if (from) query.set('from', from)
  if (to) query.set('to', to)
  for (const [name, values] of Object.entries(filter)) query.set(`filter[${name}]`, values.join(','))
  const text = query.toString()
  return text ? `/audit?${text}` : '/audit'
}

function dayOf(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const atMs = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(atMs) ? null : atMs
}
