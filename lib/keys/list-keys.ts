/** The keys that someone may see: by page, view, filter and search, with counts and totals beside the first page. */
import * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { keyKinds, keyStatuses, keyView, keyViews, type KeyView, type KeyViewName } from '#lib/keys/contract.ts'
import {
  countViews,
  findKeys,
  inView,
  keySorts,
  matching,
  sumKeys,
  visibleTo,
  type KeyCondition,
} from '#lib/keys/store.ts'
import { viewKey } from '#lib/keys/view-key.ts'
import { decodeCursor, pageOf, pageQueryOf, pageSchema, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError } from '#lib/platform/errors.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

export const listKeysQuery = pageQueryOf({
  sorts: keySorts,
  filters: [
    'view',
    'status',
    'kind',
    'owner',
    'team',
    'project',
    'workload',
    'profile',
    'environment',
    'model',
    'idleDays',
  ],
})
export type ListKeysQuery = z.infer<typeof listKeysQuery>

export const keyList = pageSchema(keyView).extend({
  /** With the first page: how many keys each view has, whatever the filter. */
  views: z.record(z.enum(keyViews), z.int()).optional(),
  /** With the first page: over the whole result. */
  totals: z.object({ count: z.int(), spentThisMonthUsd: z.string(), monthlyBudgetUsd: z.string() }).optional(),
})
export type KeyList = Page<KeyView> & {
  readonly views?: Record<KeyViewName, number>
  readonly totals?: { readonly count: number; readonly spentThisMonthUsd: string; readonly monthlyBudgetUsd: string }
}

export async function listKeys(context: Context, actor: Actor, query: ListKeysQuery): Promise<KeyList> {
  const { db, clock } = context
  const nowMs = clock.nowMs()
  const visible = visibleTo(actor, 'key.read')
  const where = Prisma.sql`${visible} AND ${conditionOf(query, actor, nowMs)}`
  const [value, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 2)
  const rows = await findKeys(db, {
    where,
    sort: query.sort,
    after: value == null || typeof id !== 'string' ? null : [value, id],
    limit: query.limit + 1,
    nowMs,
  })
  const page = pageOf(rows, query, {
    itemOf: (row) => viewKey(row, actor, nowMs),
    positionOf: (row) => [row.sortValue, row.id],
  })
  if (query.cursor !== undefined) return page
  const [views, { count, spentNanos, monthlyBudgetNanos }] = await Promise.all([
    countViews(db, visible, actor, nowMs),
    sumKeys(db, where, nowMs),
  ])
  const totals = { count, spentThisMonthUsd: usdOfNanos(spentNanos), monthlyBudgetUsd: usdOfNanos(monthlyBudgetNanos) }
  return { ...page, views, totals }
}

function conditionOf({ filter, q }: ListKeysQuery, actor: Actor, nowMs: number): KeyCondition {
  const views = some('view', keyViews, filter.view) ?? []
  return Prisma.join(
    [
      matching(
        {
          status: some('status', keyStatuses, filter.status),
          kind: some('kind', keyKinds, filter.kind),
          owner: filter.owner?.map((id) => (id === 'me' ? actor.id : id)),
          team: filter.team,
          project: filter.project,
          workload: filter.workload,
          profile: filter.profile,
          environment: filter.environment,
          model: filter.model,
          q: q || undefined,
          idleDays: idleDaysOf(filter.idleDays),
        },
        nowMs,
      ),
      ...views.map((view) => inView(view, actor, nowMs)),
    ],
    ' AND ',
  )
}

function idleDaysOf(values: readonly string[] | undefined): number | undefined {
  if (values === undefined) return undefined
  const days = z.coerce.number().int().min(1).max(3650).safeParse(values[0])
  if (days.success && values.length === 1) return days.data
  throw new AppError('validation_failed', 'A filter is not valid.', {
    errors: [{ field: 'filter[idleDays]', message: 'Use one whole number of days from 1 to 3650.' }],
  })
}

/** The values as words that there are; others are refused, since ignoring them would answer more than was asked for. */
function some<Word extends string>(
  field: string,
  words: readonly Word[],
  values: readonly string[] | undefined,
): Word[] | undefined {
  const parsed = z.array(z.enum(words)).optional().safeParse(values)
  if (parsed.success) return parsed.data as Word[] | undefined
  throw new AppError('validation_failed', 'A filter is not valid.', {
    errors: [{ field: `filter[${field}]`, message: `Use ${words.join(', ')}.` }],
  })
}
