/**
 * Why: the decision on one call, with the values of its moment, what else would have passed, and whom to ask. It is the
 * `help_url` of every refusal. Unknown, not yet booked and not yours to see are the same: not found.
 */
import * as z from 'zod'
import { endpoints } from '#lib/catalog/contract.ts'
import { findModelPlaces } from '#lib/catalog/model-places.ts'
import type { DecisionRecord, Way } from '#lib/decisions/contract.ts'
import { findContact, findWays } from '#lib/decisions/find-ways.ts'
import { retryAtMs } from '#lib/decisions/rules/retry-at.ts'
import { findDigest, findProfileName } from '#lib/decisions/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { findCall, findCorrections, type StoredEvent } from '#lib/ledger/call-store.ts'
import { decision as decisionSchema, timing, type Decision } from '#lib/ledger/contract.ts'
import { notFound } from '#lib/platform/errors.ts'
import type { Context } from '#lib/platform/context.ts'
import { callIdOf, decisionIdOf } from '#lib/platform/ids.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { standing, unpricedUnits } from '#lib/reports/rules/receipt.ts'
import { namesOfCalls } from '#lib/reports/view-call.ts'

type DecisionContext = Pick<Context, 'db' | 'sql' | 'clock'>

export async function readDecision(
  context: DecisionContext,
  actor: Actor,
  decisionId: string,
): Promise<DecisionRecord> {
  const { db, sql } = context
  const booked = decisionId.startsWith('dec_') ? await findCall(sql, callIdOf(decisionId)) : null
  if (!booked || !may(actor, 'decision.read', { teamId: booked.teamId, ownerUserId: booked.userId }))
    throw notFound('decision')
  const call = standing(booked, await findCorrections(sql, [booked]))
  const judged = decisionSchema.parse(call.decision)
  const names = await namesOfCalls(sql, [call])
  const profileName = call.profileId === null ? null : await findProfileName(db, call.profileId)
  const isRefused = call.outcome === 'refused'
  const { input = 0, cached_read: cached = 0 } = call.tokens
  return {
    id: decisionIdOf(call.id),
    callId: call.id,
    atMs: call.at.getTime(),
    outcome: call.outcome,
    status: call.status,
    code: judged.code ?? call.errorCode,
    message: judged.message,
    rules: judged.rules,
    heldNanos: judged.heldNanos,
    outputAsked: judged.outputAsked,
    outputAllowed: judged.outputAllowed,
    promptBytes: judged.promptBytes,
    promptTokens: input + cached > 0 ? input + cached : null,
    retryAtMs: isRefused ? retryAtMs({ ...judged, atMs: call.at.getTime() }) : null,
    profile:
      call.profileId === null
        ? null
        : { id: call.profileId, name: profileName ?? call.profileId, version: judged.profileVersion },
    key: names('key', call.keyId),
    team: names('team', call.teamId),
    endpoint: call.endpoint,
    model: call.model ?? call.modelAsked,
    userAgent: call.userAgent,
    clientIp: call.clientIp,
    costUsd: usdOfNanos(call.costNanos),
    unpriced: unpricedUnits(call.tokens, call.priceLines),
    tookMs: timing.parse(call.timing).totalMs,
    ways: isRefused ? await waysOf(context, actor, call, judged) : [],
    contact: isRefused ? await findContact(context, actor, call.teamId, judged.rules) : null,
  }
}

async function waysOf(context: DecisionContext, actor: Actor, call: StoredEvent, judged: Decision): Promise<Way[]> {
  const grant = await grantOf(context, call)
  const endpoint = z.enum(endpoints).safeParse(call.endpoint).data
  if (!grant || !endpoint) return []
  const { modelAsked: asked, model, keyId, userId } = call
  const models = await findModelPlaces(context.sql, call.at)
  return findWays(context, actor, { judged, endpoint, asked, model, keyId, userId }, grant, models)
}

async function grantOf({ db, clock }: DecisionContext, { secretId }: StoredEvent): Promise<Grant | null> {
  const digest = secretId === null ? null : await findDigest(db, secretId)
  return digest === null ? null : ((await loadGrant(db, digest, clock.nowMs()))?.grant ?? null)
}
