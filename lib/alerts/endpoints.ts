/** /api/v1/alerts */
import * as z from 'zod'
import { acknowledgeAlert } from '#lib/alerts/acknowledge-alert.ts'
import { alertView } from '#lib/alerts/contract.ts'
import { listAlerts, listAlertsQuery } from '#lib/alerts/list-alerts.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'

const tag = 'Alerts'

export const alertEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/alerts',
    summary: 'List the alerts that you may see, the gravest first; those that are over only when asked for by state',
    description: '`filter[owner]=me`: of your own keys and budgets, and of what you answer for.',
    tag,
    action: 'alert.read',
    query: listAlertsQuery,
    response: pageSchema(alertView),
    handle: ({ context, actor, query }) => listAlerts(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/alerts/{id}/acknowledge',
    summary: 'Say that somebody looks after an alert',
    tag,
    action: 'alert.acknowledge',
    params: z.object({ id: z.string().max(64) }),
    response: alertView,
    handle: ({ context, actor, params: { id } }) => acknowledgeAlert(context, actor, id),
  }),
]
