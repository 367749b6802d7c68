/** Showback: who spent what in a month, against budget and against the month before. Browser-safe. */
import * as z from 'zod'
import {
  groupBy,
  named,
  usageFilter,
  usageSums,
  type Dimension,
  type Named,
  type UsageSums,
} from '#lib/reports/contract.ts'

export const monthParam = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'Use a month such as 2026-11.')

export const showbackQuery = z.strictObject({
  group_by: groupBy.prefault('cost_centre'),
  filter: usageFilter.default({}),
})
export type ShowbackQuery = z.output<typeof showbackQuery>

/** What stands beside the sums in each row and in the totals. */
const comparison = {
  /** The monthly budget in force now; null where the dimension has none, or a filter makes it incomparable. */
  budgetUsd: z.string().nullable(),
  leftUsd: z.string().nullable(),
  usedPercent: z.number().nullable(),
  /** The month before, to the same moment. */
  lastMonthUsd: z.string(),
  lastMonthWholeUsd: z.string(),
  /** Against `lastMonthUsd`; null where that is zero. */
  changePercent: z.number().nullable(),
  /** Cost of ten weeks (Monday to Sunday, UTC), the last one that of `asOf`. */
  weeksUsd: z.array(z.string()),
}

const comparisonView = z.object(comparison)
export type Comparison = z.infer<typeof comparisonView>

export const showbackRow = z.looseObject({
  key: named.optional(),
  user: named.optional(),
  team: named.optional(),
  project: named.optional(),
  workload: named.optional(),
  cost_centre: named.optional(),
  business_unit: named.optional(),
  environment: named.optional(),
  model: named.optional(),
  provider: named.optional(),
  kind: named.optional(),
  ...usageSums.shape,
  ...comparison,
})
export type ShowbackRow = UsageSums & Comparison & { readonly [Name in Dimension]?: Named }

export const showback = z.object({
  month: z.string(),
  /** A month that has ended takes only late corrections. */
  state: z.enum(['open', 'ended']),
  from: z.string(),
  to: z.string(),
  /** The moment of the figures: now, or the month's end. */
  asOf: z.string(),
  comparedWith: z.object({ month: z.string(), to: z.string() }),
  data: z.array(showbackRow),
  totals: z.object({ ...usageSums.shape, ...comparison }),
  /** Day by day, beside the same day of the month before. */
  days: z.array(z.object({ start: z.string(), costUsd: z.string(), lastMonthUsd: z.string().nullable() })),
})
export type Showback = Omit<z.infer<typeof showback>, 'data'> & { readonly data: ShowbackRow[] }

export const showbackMonths = z.object({
  /** Newest first; the present month is always there. */
  data: z.array(z.object({ month: z.string(), state: z.enum(['open', 'ended']), costUsd: z.string() })),
})
export type ShowbackMonths = z.infer<typeof showbackMonths>
