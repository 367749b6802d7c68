/** /decisions */
import * as z from 'zod'
import { decisionView, type DecisionRecord, type DecisionView } from '#lib/decisions/contract.ts'
import { wayViewOf } from '#lib/decisions/view-way.ts'
import { readDecision } from '#lib/decisions/read-decision.ts'
import { tryCall } from '#lib/decisions/try-call.ts'
import { tryAnswer, tryInput } from '#lib/decisions/try-contract.ts'
import { defineEndpoint } from '#lib/management/endpoint.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { curesOf } from '#lib/requests/rules/cures-of.ts'
import { ruleViewOf } from '#lib/reports/view-call.ts'

const read = defineEndpoint({
  method: 'GET',
  path: '/decisions/{id}',
  summary: 'Why a call was refused or allowed',
  description:
    'Every rule that was tested with its values at that moment, what else would have passed, and whom to ask. The id is the `decision_id` of a refusal.',
  tag: 'Decisions',
  action: 'decision.read',
  params: z.object({ id: z.string().max(64) }),
  response: decisionView,
  handle: async ({ context, actor, params }) => decisionViewOf(await readDecision(context, actor, params.id)),
})

/** The record in the API's words: times in RFC 3339, money in USD. */
export function decisionViewOf(record: DecisionRecord): DecisionView {
  const { atMs, retryAtMs, heldNanos, ways, tookMs, rules: tested, ...same } = record
  const rules = tested.map(ruleViewOf)
  return {
    ...same,
    at: new Date(atMs).toISOString(),
    retryAt: retryAtMs === null ? null : new Date(retryAtMs).toISOString(),
    heldUsd: heldNanos === null ? null : usdOfNanos(BigInt(heldNanos)),
    rules,
    totalMs: tookMs,
    waysOn: ways.map(wayViewOf),
    requests: record.outcome === 'refused' ? curesOf(rules, BigInt(heldNanos ?? '0')) : [],
  }
}

const tryIt = defineEndpoint({
  method: 'POST',
  path: '/decisions/try',
  summary: 'Would this key reach that model now, and what would stop it',
  description:
    'The rules of the call path, with live limits and budgets; where it would be refused also what else would pass, which requests would cure it and whom to ask. Only reads: nothing is called, charged, counted or set aside.',
  tag: 'Decisions',
  action: 'decision.read',
  body: tryInput,
  response: tryAnswer,
  handle: ({ context, actor, body }) => tryCall(context, actor, body),
})

export const decisionEndpoints = [read, tryIt]
