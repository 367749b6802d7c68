/** /usage, /showback, /calls */
import * as z from 'zod'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'
import { callItem, listCallsQuery, receipt } from '#lib/reports/calls-contract.ts'
import { usageQuery, usageReport } from '#lib/reports/contract.ts'
import { listCalls } from '#lib/reports/list-calls.ts'
import { readReceipt } from '#lib/reports/read-receipt.ts'
import { listShowbackMonths, readShowback, showbackTable } from '#lib/reports/read-showback.ts'
import { readUsage, usageTable } from '#lib/reports/read-usage.ts'
import { monthParam, showback, showbackMonths, showbackQuery } from '#lib/reports/showback-contract.ts'

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

const calls = defineEndpoint({
  method: 'GET',
  path: '/calls',
  summary: 'List calls, newest first',
  description: '`q` is a call’s or decision’s id, an error code, or a model.',
  tag: 'Calls',
  action: 'call.read',
  query: listCallsQuery,
  response: pageSchema(callItem),
  handle: ({ context, actor, query }) => listCalls(context, actor, query),
})

const oneCall = defineEndpoint({
  method: 'GET',
  path: '/calls/{id}',
  summary: 'Read the receipt of a call',
  description: '404 until the call is settled. Figures contain corrections that were booked later.',
  tag: 'Calls',
  action: 'call.read',
  params: z.object({ id: z.string().max(64) }),
  response: receipt,
  handle: ({ context, actor, params }) => readReceipt(context, actor, params.id),
})

const months = defineEndpoint({
  method: 'GET',
  path: '/showback',
  summary: 'The months that showback has',
  tag: 'Reports',
  action: 'showback.read',
  response: showbackMonths,
  handle: ({ context, actor }) => listShowbackMonths(context, actor),
})

const oneMonth = defineEndpoint({
  method: 'GET',
  path: '/showback/{month}',
  summary: 'A month’s spending against its budget and the month before',
  description:
    '`group_by` as for `/usage`, `cost_centre` unless said; budgets stand beside single dimensions that can have one. Totals are the sum of the rows. CSV by `Accept: text/csv` has the same rows.',
  tag: 'Reports',
  action: 'showback.read',
  params: z.object({ month: monthParam }),
  query: showbackQuery,
  response: showback,
  csv: ({ context, actor, params, query }) => showbackTable(context, actor, params.month, query),
  handle: ({ context, actor, params, query }) => readShowback(context, actor, params.month, query),
})

export const usageEndpoints = [usage]
export const showbackEndpoints = [months, oneMonth]
export const callEndpoints = [calls, oneCall]
