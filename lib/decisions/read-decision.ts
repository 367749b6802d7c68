/**
 * Why: the decision on one call, with the values of its moment, what else would have passed, and whom to ask. It is the
 * `help_url` of every refusal. Unknown, not yet booked and not yours to see are the same: not found.
 */
import * as z from 'zod'
import { endpoints, nanosPerMillion } from '#lib/catalog/contract.ts'
import { findModelPlaces, type ModelPlaces } from '#lib/catalog/model-places.ts'
import { dearestPrice } from '#lib/catalog/rules/price-call.ts'
import type { Contact, DecisionRecord, Way } from '#lib/decisions/contract.ts'
import { retryAtMs } from '#lib/decisions/rules/retry-at.ts'
import { waysOn, type Candidate } from '#lib/decisions/rules/ways-on.ts'
import { findDesk, findDigest, findLead, findOtherKeys, findProfileName } from '#lib/decisions/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { findCall, findCorrections, type StoredEvent } from '#lib/ledger/call-store.ts'
import { decision as decisionSchema, timing, type Decision, type TestedRule } from '#lib/ledger/contract.ts'
import { notFound } from '#lib/platform/errors.ts'
import type { Context } from '#lib/platform/context.ts'
import { callIdOf, decisionIdOf } from '#lib/platform/ids.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { authorise } from '#lib/policy/rules/authorise.ts'
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
    ways: isRefused ? await findWays(context, actor, call, judged) : [],
    contact: isRefused ? await findContact(context, actor, call, judged.rules) : null,
  }
}

// ── Ways on ─────────────────────────────────────────────────────────────────────────────────────

/** Computed from what the key may use now: advice that was right last month is no help today. */
async function findWays(context: DecisionContext, actor: Actor, call: StoredEvent, judged: Decision): Promise<Way[]> {
  const grant = await grantOf(context, call)
  if (!grant) return []
  const endpoint = z.enum(endpoints).safeParse(call.endpoint).data
  if (!endpoint) return []
  const nowMs = context.clock.nowMs()
  const models = await findModelPlaces(context.sql, call.at)
  const asked = call.modelAsked
  const isUsable = (model: ModelPlaces) => model.status === 'active' && model.endpoints.includes(endpoint)
  const reached = (model: ModelPlaces) =>
    candidateOf(
      model,
      ({ provider, region, upstreamModel, prices }) =>
        authorise(
          grant,
          {
            address: null,
            endpoint,
            modelName: model.name,
            providerName: provider,
            region,
            upstream: { model: upstreamModel, price: nanosPerMillion.safeParse(prices).data ?? null },
          },
          nowMs,
        ).allowed,
    )
  const called = models.find(({ name }) => name === (call.model ?? asked))
  const isOwner = actor.kind === 'user' && call.userId === actor.id
  return waysOn({
    decision: judged,
    endpoint,
    asked,
    model: called ? reached(called) : null,
    candidates: models.filter(isUsable).flatMap((model) => reached(model) ?? []),
    otherKeys:
      isOwner && call.keyId !== null && called
        ? await findOtherKeys(context.sql, {
            ownerUserId: actor.id,
            exceptKeyId: call.keyId,
            model: called.name,
            now: new Date(nowMs),
          })
        : [],
  })
}

async function grantOf({ db, clock }: DecisionContext, { secretId }: StoredEvent): Promise<Grant | null> {
  const digest = secretId === null ? null : await findDigest(db, secretId)
  return digest === null ? null : ((await loadGrant(db, digest, clock.nowMs()))?.grant ?? null)
}

type Place = ModelPlaces['places'][number]

/** At the dearest of the places that may be called, as a hold counts; null where none of them has a price. */
function candidateOf(
  { name, vendor, maxOutputTokens, places }: ModelPlaces,
  mayCall: (place: Place) => boolean,
): Candidate | null {
  const prices = places.filter(mayCall).flatMap((place) => nanosPerMillion.safeParse(place.prices).data ?? [])
  return prices.length > 0 ? { name, vendor, maxOutputTokens, prices: dearestPrice(prices) } : null
}

// ── Whom to ask ─────────────────────────────────────────────────────────────────────────────────

/** A key's own limits are its team's lead's to change; everything wider, and every profile, is the admins'. */
async function findContact(
  { db }: DecisionContext,
  actor: Actor,
  { teamId }: StoredEvent,
  rules: readonly TestedRule[],
): Promise<Contact | null> {
  const refusing = rules.find(({ passed }) => !passed)
  if (refusing?.scope?.type === 'key' && teamId !== null) {
    const lead = await findLead(db, teamId)
    if (lead && lead.id !== actor.id)
      return { name: lead.name, mail: lead.mail, why: `Leads ${lead.team} and may change its keys` }
  }
  const desk = await findDesk(db)
  return desk && { ...desk, why: 'Decides on access profiles, limits and budgets' }
}
