/** The ways on from a refusal: what else would pass, which requests would cure it, and whom to ask. */
import { nanosPerMillion, type Endpoint } from '#lib/catalog/contract.ts'
import type { ModelPlaces } from '#lib/catalog/model-places.ts'
import { dearestPrice } from '#lib/catalog/rules/price-call.ts'
import type { Contact, Way } from '#lib/decisions/contract.ts'
import { waysOn, type Candidate, type JudgedCall } from '#lib/decisions/rules/ways-on.ts'
import { findDesk, findLead, findOtherKeys } from '#lib/decisions/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { TestedRule } from '#lib/ledger/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { placeOf } from '#lib/policy/preview-profile.ts'
import { reachOf } from '#lib/policy/rules/replay-call.ts'

export type RefusedCall = {
  readonly judged: JudgedCall
  readonly endpoint: Endpoint
  /** As the caller named it. */
  readonly asked: string | null
  /** What that is in the catalogue. */
  readonly model: string | null
  readonly keyId: string | null
  /** Whose call it is. */
  readonly userId: string | null
}

/** From what the key may use now: advice that was right last month is no help today. */
export async function findWays(
  { sql, clock }: Pick<Context, 'sql' | 'clock'>,
  actor: Actor,
  { judged, endpoint, asked, model, keyId, userId }: RefusedCall,
  grant: Grant,
  models: readonly ModelPlaces[],
): Promise<Way[]> {
  const nowMs = clock.nowMs()
  const reached = (each: ModelPlaces) => candidateOf(grant, each, endpoint, nowMs)
  const isUsable = (each: ModelPlaces) => each.status === 'active' && each.endpoints.includes(endpoint)
  const called = models.find(({ name }) => name === (model ?? asked))
  const isOwner = actor.kind === 'user' && userId === actor.id
  const otherKeys =
    isOwner && keyId !== null && called
      ? await findOtherKeys(sql, {
          ownerUserId: actor.id,
          exceptKeyId: keyId,
          model: called.name,
          now: new Date(nowMs),
        })
      : []
  return waysOn({
    decision: judged,
    endpoint,
    asked,
    model: called ? reached(called) : null,
    candidates: models.filter(isUsable).flatMap((each) => reached(each) ?? []),
    otherKeys,
  })
}

/** At the dearest of the places that may be called, as a hold counts; null where none of them has a price. */
function candidateOf(grant: Grant, model: ModelPlaces, endpoint: Endpoint, nowMs: number): Candidate | null {
  const { name, vendor, maxOutputTokens, places } = model
  const call = { endpoint, model: name, address: null }
  const { allowed } = reachOf(grant, call, places.map(placeOf), nowMs)
  const prices = allowed.flatMap(({ price }) => nanosPerMillion.safeParse(price).data ?? [])
  return prices.length > 0 ? { name, vendor, maxOutputTokens, prices: dearestPrice(prices) } : null
}

/** A key's own limits are its team's lead's to change; everything wider, and every profile, is the admins'. */
export async function findContact(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  teamId: string | null,
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
