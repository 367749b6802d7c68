/** /api/v1/ledger */
import * as z from 'zod'
import { adjustCall } from '#lib/ledger/adjust-call.ts'
import {
  adjustInput,
  adjustmentView,
  closeDeadLetterInput,
  deadLetterView,
  repriceInput,
  repricing,
} from '#lib/ledger/corrections-contract.ts'
import { closeDeadLetter, listDeadLetters, listDeadLettersQuery, retryDeadLetter } from '#lib/ledger/dead-letters.ts'
import { repriceCalls } from '#lib/ledger/reprice-calls.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { pageSchema } from '#lib/management/page.ts'

const tag = 'Ledger'

export const ledgerEndpoints = [
  defineEndpoint({
    method: 'POST',
    path: '/ledger/reprice',
    summary: 'Charge calls of the past by another price',
    description:
      'Each call whose cost changes gets one adjustment; nothing is changed in place. A dry run, unless `dryRun` is false. A request looks at 10,000 calls at most: ask again with `nextCursor` until it is null. Repeating a request books nothing twice.',
    tag,
    action: 'ledger.correct',
    body: repriceInput,
    response: repricing,
    handle: ({ context, actor, body }) => repriceCalls(context, actor, body),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/ledger/adjust',
    summary: 'Correct what one call costs, by a credit or a charge',
    description: 'Send an Idempotency-Key, so that a repetition is answered rather than booked again.',
    tag,
    action: 'ledger.correct',
    status: 201,
    body: adjustInput,
    response: adjustmentView,
    handle: ({ context, actor, body }) => adjustCall(context, actor, body),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/ledger/dead-letters',
    summary: 'List usage events that could not be booked, newest first',
    description: 'Those that wait for somebody; `filter[state]=closed` lists those that are never booked.',
    tag,
    action: 'ledger.read',
    query: listDeadLettersQuery,
    response: pageSchema(deadLetterView),
    handle: ({ context, actor, query }) => listDeadLetters(context, actor, query),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/ledger/dead-letters/{id}/retry',
    summary: 'Send a dead letter round again',
    tag,
    action: 'ledger.correct',
    status: 204,
    params: z.object({ id: z.string().max(64) }),
    response: z.void(),
    handle: ({ context, actor, params: { id } }) => retryDeadLetter(context, actor, id),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/ledger/dead-letters/{id}/close',
    summary: 'Decide that a dead letter is never booked',
    description: 'It stays in the list of closed ones, with the reason.',
    tag,
    action: 'ledger.correct',
    status: 204,
    params: z.object({ id: z.string().max(64) }),
    body: closeDeadLetterInput,
    response: z.void(),
    handle: ({ context, actor, params: { id }, body }) => closeDeadLetter(context, actor, id, body),
  }),
]
