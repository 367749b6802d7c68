/** /usage, /showback, /calls */
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { usageQuery, usageReport } from '#lib/reports/contract.ts'
import { readUsage, usageTable } from '#lib/reports/read-usage.ts'

const usage = defineEndpoint({
  method: 'GET',
  path: '/usage',
  summary: 'Calls, tokens and cost, grouped by any dimensions',
  description:
    '`from` and `to` widen outward to whole UTC hours (days and months by `granularity`); the answer says the range that was used. Rows carry one object a dimension, under the name it was asked by. `filter[team]=none` stands for what belongs to no team. CSV by `Accept: text/csv`.',
  tag: 'Reports',
  action: 'usage.read',
  query: usageQuery,
  response: usageReport,
  csv: ({ context, actor, query }) => usageTable(context, actor, query),
  handle: ({ context, actor, query }) => readUsage(context, actor, query),
})

export const usageEndpoints = [usage]
