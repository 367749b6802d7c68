/** Requests that someone may see, newest first: by page, view and filter, with how many wait for the reader. */
import * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import { decodeCursor, pageOf, pageQueryOf, pageSchema, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { requestKinds, requestStatuses, requestView, requestViews, type RequestView } from '#lib/requests/contract.ts'
import { countRequests, findRequest, findRequests } from '#lib/requests/store.ts'
import { viewRequest, viewRow } from '#lib/requests/view-request.ts'

export const listRequestsQuery = pageQueryOf({
  sorts: ['-createdAt', 'createdAt'],
  filters: ['view', 'status', 'what', 'key', 'team', 'asker'],
})
export type ListRequestsQuery = z.infer<typeof listRequestsQuery>

export const requestList = pageSchema(requestView).extend({
  /** With the first page: over the whole result, and how many wait for the reader whatever the filter. */
  total: z.int().optional(),
  waiting: z.int().optional(),
})
export type RequestList = Page<RequestView> & { readonly total?: number; readonly waiting?: number }

export async function listRequests(context: Context, actor: Actor, query: ListRequestsQuery): Promise<RequestList> {
  const { db } = context
  const question = questionOf(query)
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 2)
  const rows = await findRequests(db, actor, {
    ...question,
    after: typeof at === 'number' && typeof id === 'string' ? [at, id] : null,
    downward: query.sort === '-createdAt',
    limit: query.limit + 1,
  })
  const page = pageOf(rows, query, {
    itemOf: (row) => viewRow(row, actor),
    positionOf: (row) => [row.createdAt.getTime(), row.id],
  })
  if (query.cursor !== undefined) return page
  const [total, waiting] = await Promise.all([countRequests(db, actor, question), countWaiting(context, actor)])
  return { ...page, total, waiting }
}

/** How many requests wait for this person's yes or no. */
export async function countWaiting({ db }: Pick<Context, 'db'>, actor: Actor): Promise<number> {
  return mayAnywhere(actor, 'key_request.decide') ? countRequests(db, actor, { views: ['waiting'] }) : 0
}

export async function getRequest(context: Context, actor: Actor, id: string): Promise<RequestView> {
  const row = await findRequest(context.db, actor, id)
  if (!row) throw notFound('request')
  return viewRequest(context.db, row, actor, context.clock.nowMs())
}

function questionOf({ filter, q }: ListRequestsQuery) {
  return {
    views: words('view', requestViews, filter.view) ?? [],
    statuses: words('status', requestStatuses, filter.status),
    whats: words('what', requestKinds, filter.what),
    keyIds: filter.key,
    teamIds: filter.team,
    askerIds: filter.asker,
    q: q || undefined,
  }
}

/** A word that nobody knows is refused: ignoring it would answer more than was asked for. */
function words<Word extends string>(field: string, known: readonly Word[], given: readonly string[] | undefined) {
  const parsed = z.array(z.enum(known)).optional().safeParse(given)
  if (parsed.success) return parsed.data as Word[] | undefined
  throw new AppError('validation_failed', 'A filter is not valid.', {
    errors: [{ field: `filter[${field}]`, message: `Use ${known.join(', ')}.` }],
  })
}
