/** /api/v1/budgets and /api/v1/scope-limits */
import * as z from 'zod'
import {
  budgetView,
  createBudgetInput,
  limitedScopeTypes,
  movedBudgets,
  moveBudgetInput,
  patchBudgetInput,
  scopeLimitsView,
} from '#lib/limits/budget-contract.ts'
import { scopeLimitsInput } from '#lib/limits/contract.ts'
import { listBudgets, listBudgetsQuery, readBudget } from '#lib/limits/list-budgets.ts'
import { archiveBudget, changeBudget, createBudget } from '#lib/limits/set-budget.ts'
import {
  listScopeLimits,
  listScopeLimitsQuery,
  readLimitsOfScope,
  setScopeLimits,
} from '#lib/limits/set-scope-limits.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { moveBudget } from '#lib/requests/move-budget.ts'
import { pageSchema } from '#lib/management/page.ts'

const tag = 'Budgets'
const params = z.object({ id: z.string().max(64) })
const scopePlace = z.object({ scopeType: z.enum(limitedScopeTypes), scopeId: z.string().min(1).max(200) })

export const budgetEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/budgets',
    summary: 'List the budgets that you may see, with what is booked of each',
    tag,
    action: 'budget.read',
    query: listBudgetsQuery,
    response: pageSchema(budgetView),
    handle: ({ context, actor, query }) => listBudgets(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/budgets',
    summary:
      'Set a budget on a person, workload, project, team, environment, business unit, group, tag or the organisation',
    description:
      'The id of an environment is team:environment, that of a group its name at the identity provider, that of a tag name=value. What is spent in the period already counts.',
    tag,
    action: 'budget.write',
    status: 201,
    body: createBudgetInput,
    response: budgetView,
    handle: ({ context, actor, body }) => createBudget(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/budgets/{id}',
    summary: 'Read a budget',
    tag,
    action: 'budget.read',
    params,
    response: budgetView,
    handle: ({ context, actor, params: { id } }) => readBudget(context, actor, id),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/budgets/{id}',
    summary: 'Change a budget; what is spent in its period stays spent',
    tag,
    action: 'budget.write',
    params,
    body: patchBudgetInput,
    response: budgetView,
    handle: ({ context, actor, params: { id }, body }) => changeBudget(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/budgets/{id}/move',
    summary: 'Move money from a budget to one with the same parent, period and time zone, for good',
    description:
      'What the one has less, the other has more. At least what is spent and held has to stay. Whoever leads a team moves within it, administrators everywhere; both budgets get an entry in the audit log.',
    tag,
    action: 'budget.move',
    params,
    body: moveBudgetInput,
    response: movedBudgets,
    handle: ({ context, actor, params: { id }, body }) => moveBudget(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'DELETE',
    path: '/budgets/{id}',
    summary: 'End a budget',
    tag,
    action: 'budget.write',
    status: 204,
    params,
    response: z.void(),
    handle: ({ context, actor, params: { id } }) => archiveBudget(context, actor, id),
  }),
]

export const scopeLimitEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/scope-limits',
    summary: 'List the rate limits of scopes above keys, with what is used of each now',
    description: 'Those of your teams and of what is yours, and those that apply to you; `q` finds by name.',
    tag: 'Limits',
    action: 'scope_limit.read',
    query: listScopeLimitsQuery,
    response: pageSchema(scopeLimitsView),
    handle: ({ context, actor, query }) => listScopeLimits(context, actor, query),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/scope-limits/{scopeType}/{scopeId}',
    summary: 'Read the rate limits of a scope, with what is used of each now',
    tag: 'Limits',
    action: 'scope_limit.read',
    params: scopePlace,
    response: scopeLimitsView,
    handle: ({ context, actor, params: place }) => readLimitsOfScope(context, actor, place),
  }),
  defineEndpoint({
    method: 'PATCH',
    path: '/scope-limits/{scopeType}/{scopeId}',
    summary: 'Set rate limits of a scope; null takes one away',
    description:
      'The id of an environment is team:environment, that of a group its name at the identity provider, that of a tag name=value. `models` sets limits of some models by pattern, in which `*` stands for any characters up to the next `/`; null takes a pattern away.',
    tag: 'Limits',
    action: 'scope_limit.write',
    params: scopePlace,
    body: scopeLimitsInput,
    response: scopeLimitsView,
    handle: ({ context, actor, params: place, body }) => setScopeLimits(context, actor, place, body),
  }),
]
