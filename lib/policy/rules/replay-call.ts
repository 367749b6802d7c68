/**
 * Whether a call that was recorded would pass a grant, by the same rules in the same order as on the call path. Pure.
 * Limits and budgets are not asked: what they would have said depends on all the other calls of that moment.
 */
import type { Endpoint, NanosPerMillion } from '#lib/catalog/contract.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { authorise, type Denial } from '#lib/policy/rules/authorise.ts'

/** Where a model is served. */
export type Place = {
  readonly provider: string
  readonly region: string
  readonly upstreamModel: string
  readonly price: NanosPerMillion | null
}

export type WantedCall = {
  readonly endpoint: Endpoint
  readonly model: string
  /** Null: not judged. */
  readonly address: string | null
}

export type Reach = {
  /** Where it may go, in the order of `places`. */
  readonly allowed: readonly Place[]
  /** Why it may go nowhere: what the first place is refused for, as callers are told. Null where it may go somewhere. */
  readonly denial: Denial | null
}

/** Where a grant lets a call go, of the places that serve its model. */
export function reachOf(grant: Grant, call: WantedCall, places: readonly Place[], nowMs: number): Reach {
  const wanted = { address: call.address, endpoint: call.endpoint, modelName: call.model }
  let denial: Denial | null = null
  const judge = (place: Place | null) => {
    const verdict = authorise(
      grant,
      {
        ...wanted,
        providerName: place?.provider ?? null,
        region: place?.region ?? null,
        upstream: place && { model: place.upstreamModel, price: place.price },
      },
      nowMs,
    )
    if (!verdict.allowed) denial ??= verdict
    return verdict.allowed
  }
  if (places.length === 0) judge(null)
  const allowed = places.filter(judge)
  return { allowed, denial: allowed.length > 0 ? null : denial }
}

/** A call as the ledger has it; where it went is null where it was refused before it went anywhere. */
export type RecordedCall = WantedCall & { readonly provider: string | null; readonly region: string | null }

export type Replay =
  | { readonly kind: 'passes' }
  /** To another place than the one that served it. */
  | { readonly kind: 'moves' }
  | { readonly kind: 'refused'; readonly rule: string; readonly layer: string; readonly code: string }

export function replayCall(grant: Grant, call: RecordedCall, places: readonly Place[], nowMs: number): Replay {
  const { allowed, denial } = reachOf(grant, call, places, nowMs)
  if (denial) {
    const rule = denial.testedRules.at(-1)?.rule ?? denial.code
    return { kind: 'refused', rule, layer: denial.layer, code: denial.code }
  }
  const staysThere = allowed.some(({ provider, region }) => provider === call.provider && region === call.region)
  return call.provider === null || staysThere ? { kind: 'passes' } : { kind: 'moves' }
}

/** The grant of a key that is alive and whose people and team are: what is asked is the policy, not their state of today. */
export function asIfAlive(grant: Grant): Grant {
  const active = <Principal extends { readonly status: string } | null>(principal: Principal): Principal =>
    principal && { ...principal, status: 'active' }
  return {
    ...grant,
    key: { ...grant.key, status: 'active', expiresAtMs: null },
    user: active(grant.user),
    team: active(grant.team),
    workload: active(grant.workload),
    project: active(grant.project),
  }
}
