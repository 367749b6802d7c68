import * as z from 'zod'
import {
  defaultTimeouts,
  providerKinds,
  providerStatuses,
  providerTimeouts,
  type ProviderView,
} from '#lib/catalog/contract.ts'
import { findProvider, findProviders, type ProviderRow } from '#lib/catalog/providers/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { decodeCursor, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { notFound } from '#lib/platform/errors.ts'

export const listProvidersQuery = pageQueryOf({ sorts: ['name', '-name'], filters: ['status', 'kind'] })

export async function listProviders(
  { db }: Context,
  actor: Actor,
  query: z.infer<typeof listProvidersQuery>,
): Promise<Page<ProviderView>> {
  if (!may(actor, 'provider.read')) return { data: [], nextCursor: null }
  const [afterName] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 1)
  const rows = await findProviders(db, {
    q: query.q || undefined,
    status: query.filter.status,
    kind: query.filter.kind,
    afterName: typeof afterName === 'string' ? afterName : null,
    downward: query.sort === '-name',
    limit: query.limit + 1,
  })
  return pageOf(rows, query, { itemOf: viewProvider, positionOf: ({ name }) => [name] })
}

export async function readProvider({ db }: Context, actor: Actor, id: string): Promise<ProviderView> {
  const row = may(actor, 'provider.read') ? await findProvider(db, id) : null
  if (!row) throw notFound('provider')
  return viewProvider(row)
}

export function viewProvider({
  credentials,
  deployments,
  createdAt,
  kind,
  status,
  timeouts,
  ...row
}: ProviderRow): ProviderView {
  const { connectMs = null, firstByteMs = null, idleMs = null, wholeMs = null } = providerTimeouts.parse(timeouts)
  return {
    ...row,
    kind: z.enum(providerKinds).parse(kind),
    status: z.enum(providerStatuses).parse(status),
    timeouts: { connectMs, firstByteMs, idleMs, wholeMs },
    timeoutDefaults: defaultTimeouts,
    credentials: credentials.map((credential) => ({
      ...credential,
      createdAt: credential.createdAt.toISOString(),
      retiredAt: credential.retiredAt?.toISOString() ?? null,
    })),
    models: [...new Set(deployments.map(({ model }) => model.name))].toSorted(),
    createdAt: createdAt.toISOString(),
  }
}
