/** /api/v1/key-requests */
import * as z from 'zod'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { approveRequest } from '#lib/requests/approve-request.ts'
import { denyRequest, withdrawRequest } from '#lib/requests/close-request.ts'
import {
  approveInput,
  createdRequest,
  createRequestInput,
  denyInput,
  endInput,
  requestView,
} from '#lib/requests/contract.ts'
import { createRequest } from '#lib/requests/create-request.ts'
import { endRequest } from '#lib/requests/end-request.ts'
import { getRequest, listRequests, listRequestsQuery, requestList } from '#lib/requests/list-requests.ts'

const tag = 'Requests'
const params = z.object({ id: z.string().max(64) })

export const requestEndpoints = [
  defineEndpoint({
    method: 'GET',
    path: '/key-requests',
    summary: 'List the requests that you may see',
    description:
      '`filter[view]=mine` are those that you made, `filter[view]=waiting` those that wait for your yes or no. With the first page come how many there are, and how many wait for you.',
    tag,
    action: 'key_request.read',
    query: listRequestsQuery,
    response: requestList,
    handle: ({ context, actor, query }) => listRequests(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/key-requests',
    summary: 'Ask for a key, a kind, more budget, a higher limit, a model or a longer life, or lend budget',
    description:
      'Where a rule of the access profile approves it, the answer is `approved` and in force. For a new key its text comes in this answer only; it works from the approval on.',
    tag,
    action: 'key_request.create',
    status: 201,
    body: createRequestInput,
    response: createdRequest,
    handle: ({ context, actor, body }) => createRequest(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/key-requests/{id}',
    summary: 'Read a request, with what is in force now and who may decide',
    tag,
    action: 'key_request.read',
    params,
    response: requestView,
    handle: ({ context, actor, params: { id } }) => getRequest(context, actor, id),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/key-requests/{id}/approve',
    summary: 'Approve a request: all of it or less, for good or until a day',
    tag,
    action: 'key_request.decide',
    params,
    body: approveInput,
    response: requestView,
    handle: ({ context, actor, params: { id }, body }) => approveRequest(context, actor, id, body),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/key-requests/{id}/deny',
    summary: 'Deny a request, with a reason; a key that waits for it is revoked',
    tag,
    action: 'key_request.decide',
    params,
    body: denyInput,
    response: requestView,
    handle: ({ context, actor, params: { id }, body }) => denyRequest(context, actor, id, body.reason),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/key-requests/{id}/withdraw',
    summary: 'Take back what you asked for',
    tag,
    action: 'key_request.create',
    params,
    response: requestView,
    handle: ({ context, actor, params: { id } }) => withdrawRequest(context, actor, id),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/key-requests/{id}/end',
    summary: 'End what was given until a day before that day, with a reason; it is put back at once',
    tag,
    action: 'key_request.create',
    params,
    body: endInput,
    response: requestView,
    handle: ({ context, actor, params: { id }, body }) => endRequest(context, actor, id, body.reason),
  }),
]
