/** What usage and showback are asked and answer. Browser-safe. */
import * as z from 'zod'

/** What usage can be grouped and filtered by, beside `tag:<name>`. */
export const namedDimensions = [
  'key',
  'user',
  'team',
  'project',
  'workload',
  'cost_centre',
  'business_unit',
  'environment',
  'model',
  'provider',
  'kind',
] as const
export type NamedDimension = (typeof namedDimensions)[number]
export type Dimension = NamedDimension | `tag:${string}`

export const granularities = ['hour', 'day', 'month'] as const
export type Granularity = (typeof granularities)[number]

/** What a filter says where it means rows that have no value there. */
export const unassigned = 'none'

const mostDimensions = 6
const tagName = /^tag:[^\s,]{1,60}$/

export function isDimension(text: string): text is Dimension {
  return (namedDimensions as readonly string[]).includes(text) || tagName.test(text)
}

const dimensionWords = `${namedDimensions.join(', ')} or tag:<name>`

/** `team,model` as dimensions; each once, in the order given. */
export const groupBy = z
  .string()
  .max(400)
  .transform((text, context): Dimension[] => {
    const names = [
      ...new Set(
        text
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      ),
    ]
    const wrong = names.find((name) => !isDimension(name))
    if (wrong !== undefined)
      context.addIssue({ code: 'custom', message: `There is no dimension "${wrong}". Use ${dimensionWords}.` })
    if (names.length > mostDimensions)
      context.addIssue({ code: 'custom', message: `Group by ${mostDimensions} dimensions at most.` })
    return names.filter(isDimension)
  })

const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'Use RFC 3339, such as 2026-11-01T00:00:00Z, or a date.',
  })
  .transform((text) => Date.parse(text))

const filterValues = z.array(z.string().max(200)).max(200)

/** `filter[team]=…`, `filter[tag:app]=…`; `none` stands for rows that have no value there. */
export const usageFilter = z
  .object(Object.fromEntries(namedDimensions.map((name) => [name, filterValues.optional()])))
  .catchall(filterValues)
  .superRefine((filter, context) => {
    for (const name of Object.keys(filter)) {
      if (!isDimension(name))
        context.addIssue({ code: 'custom', path: [name], message: `There is no such filter. Use ${dimensionWords}.` })
    }
  })
export type UsageFilter = Readonly<Partial<Record<Dimension, readonly string[]>>>

export const usageMeasures = [
  'calls',
  'refused',
  'inputTokens',
  'cachedTokens',
  'outputTokens',
  'costUsd',
  'estimatedCalls',
  'unpricedCalls',
] as const
export type UsageMeasure = (typeof usageMeasures)[number]

const sort = z.string().refine((text) => (usageMeasures as readonly string[]).includes(text.replace(/^-/, '')), {
  error: `Sort by ${usageMeasures.join(', ')}, with - before it for the largest first.`,
})

/** Reports are read by programs that add them up: a page holds what most questions answer with. */
export const mostUsageRows = 10_000

export const usageQuery = z.strictObject({
  from: moment.optional(),
  to: moment.optional(),
  group_by: groupBy.default([]),
  granularity: z.enum(granularities, { error: 'Use hour, day or month.' }).optional(),
  filter: usageFilter.default({}),
  sort: sort.default('-costUsd'),
  limit: z.coerce
    .number(`Enter a whole number from 1 to ${mostUsageRows}.`)
    .int(`Enter a whole number from 1 to ${mostUsageRows}.`)
    .min(1, 'Enter at least 1.')
    .max(mostUsageRows, `Enter at most ${mostUsageRows}.`)
    .default(mostUsageRows),
  cursor: z.string().min(1).max(2048).optional(),
})
export type UsageQuery = z.output<typeof usageQuery>

export const named = z.object({ id: z.string().nullable(), name: z.string().nullable() })
export type Named = z.infer<typeof named>

export const usageSums = z.object({
  calls: z.number(),
  refused: z.number(),
  inputTokens: z.number(),
  cachedTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.string(),
  estimatedCalls: z.number(),
  /** Calls that used something that has no price: what it costs is not in `costUsd`. */
  unpricedCalls: z.number(),
})
export type UsageSums = z.infer<typeof usageSums>

const dimensionMembers = {
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
} satisfies Record<NamedDimension, z.ZodType>

/** One object a dimension, under the dimension's own name, tags as `tag:<name>`; null is what is not assigned. */
export const usageRow = z.looseObject({ ...dimensionMembers, start: z.string().optional(), ...usageSums.shape })
export type UsageRow = UsageSums & { readonly start?: string | undefined } & { readonly [Name in Dimension]?: Named }

export const usageReport = z.object({
  /** The range that was used: as asked, widened to whole hours, days or months. */
  from: z.string(),
  to: z.string(),
  granularity: z.enum(granularities).nullable(),
  data: z.array(usageRow),
  /** Over the whole result, not the page. */
  totals: usageSums,
  nextCursor: z.string().nullable(),
})
export type UsageReport = Omit<z.infer<typeof usageReport>, 'data'> & { readonly data: UsageRow[] }
