/**
 * What a change of a profile would have done: the calls of the last 30 days, replayed against the policy in force and the
 * new one with today's catalogue and prices, key by key. The caller pages through the keys, so that each answer is bounded
 * whatever the profile's size, and can show how far it is.
 */
import { endpoints, nanosPerMillion } from '#lib/catalog/contract.ts'
import { findModelPlaces, placesOf, type ModelPlaces } from '#lib/catalog/model-places.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden, notFound } from '#lib/platform/errors.ts'
import { mergedPolicy } from '#lib/policy/change-profiles.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { loadGrantFactsOfKeys } from '#lib/policy/load-grant.ts'
import { previewDays, type PreviewAnswer, type PreviewedKey, type PreviewInput } from '#lib/policy/preview-contract.ts'
import {
  countKeysOfProfile,
  findKeysOfProfile,
  findTraffic,
  mostGroups,
  type TrafficRow,
} from '#lib/policy/preview-store.ts'
import { findProfileById } from '#lib/policy/profile-store.ts'
import { dayMs } from '#lib/policy/rules/apply-guardrails.ts'
import { compileGrant } from '#lib/policy/rules/compile-grant.ts'
import { limitChanges } from '#lib/policy/rules/limit-changes.ts'
import { asIfAlive, replayCall, type Place } from '#lib/policy/rules/replay-call.ts'

export async function previewProfile(
  { db, sql, clock }: Context,
  actor: Actor,
  id: string,
  { policy: change, cursor, limit }: PreviewInput,
): Promise<PreviewAnswer> {
  if (!may(actor, 'profile.write')) throw forbidden('Only administrators change access profiles.')
  const nowMs = clock.nowMs()
  const profile = await findProfileById(db, id, nowMs)
  if (!profile) throw notFound('access profile')
  const policy = mergedPolicy(profile, change)
  const [from, to] = [new Date(nowMs - previewDays * dayMs), new Date(nowMs)]
  const [found, keysOfProfile, models] = await Promise.all([
    findKeysOfProfile(db, id, cursor ?? null, limit + 1),
    countKeysOfProfile(db, id),
    findModelPlaces(sql, to),
  ])
  const keyIds = found.slice(0, limit).map((key) => key.id)
  const facts = await loadGrantFactsOfKeys(db, keyIds)
  const grants = facts.map((each) => ({
    team: each.team.name,
    before: asIfAlive(compileGrant(each)),
    after: asIfAlive(compileGrant({ ...each, profile: { ...each.profile, policy } })),
  }))
  const byAddress = grants.some(({ before, after }) => before.addresses.length + after.addresses.length > 0)
  const traffic = keyIds.length > 0 ? await findTraffic(sql, { keyIds, from, to, byAddress }) : []
  const ofKey = groupByKey(traffic)
  const known = knownModels(models)
  const previewed = grants.map(({ team, before, after }) =>
    previewKey(team, before, after, ofKey.get(before.key.id) ?? [], known, nowMs),
  )
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    keysOfProfile,
    keys: keyIds.length,
    isWhole: traffic.length < mostGroups,
    calls: traffic.reduce((sum, { calls }) => sum + calls, 0),
    unknown: previewed.reduce((sum, { unknown }) => sum + unknown, 0),
    data: previewed.map(({ key }) => key).filter(isNoticed),
    nextCursor: found.length > limit ? keyIds.at(-1)! : null,
  }
}

function groupByKey(traffic: readonly TrafficRow[]): ReadonlyMap<string, readonly TrafficRow[]> {
  const groups = new Map<string, TrafficRow[]>()
  for (const row of traffic) {
    const group = groups.get(row.keyId)
    if (group) group.push(row)
    else groups.set(row.keyId, [row])
  }
  return groups
}

type Known = (asked: string) => { readonly model: string; readonly places: readonly Place[] } | null

/** Each name is resolved once. */
function knownModels(models: readonly ModelPlaces[]): Known {
  const resolved = new Map<string, ReturnType<Known>>()
  return (asked) => {
    let found = resolved.get(asked)
    if (found === undefined) {
      const named = placesOf(models, asked)
      resolved.set(asked, (found = named && { model: named.model.name, places: named.places.map(placeOf) }))
    }
    return found
  }
}

export function placeOf({ provider, region, upstreamModel, prices }: ModelPlaces['places'][number]): Place {
  return { provider, region, upstreamModel, price: nanosPerMillion.safeParse(prices).data ?? null }
}

function previewKey(
  team: string,
  before: Grant,
  after: Grant,
  traffic: readonly TrafficRow[],
  known: Known,
  nowMs: number,
): { readonly key: PreviewedKey; readonly unknown: number } {
  const sums = { calls: 0, refused: 0, allowed: 0, moved: 0 }
  let unknown = 0
  const rules = new Map<string, { rule: string; layer: string; calls: number }>()
  for (const { calls, endpoint: name, model: asked, provider, region, address } of traffic) {
    sums.calls += calls
    const named = known(asked)
    const endpoint = endpoints.find((each) => each === name)
    if (!named || !endpoint) {
      unknown += calls
      continue
    }
    const call = { endpoint, model: named.model, provider, region, address }
    const was = replayCall(before, call, named.places, nowMs)
    const is = replayCall(after, call, named.places, nowMs)
    if (is.kind === 'refused' && was.kind !== 'refused') {
      sums.refused += calls
      const said = `${is.rule} ${is.layer}`
      const counted = rules.get(said) ?? { rule: is.rule, layer: is.layer, calls: 0 }
      rules.set(said, { ...counted, calls: counted.calls + calls })
    } else if (was.kind === 'refused' && is.kind !== 'refused') sums.allowed += calls
    else if (is.kind === 'moves' && was.kind === 'passes') sums.moved += calls
  }
  const key = {
    id: before.key.id,
    name: before.key.name,
    team,
    ...sums,
    rules: [...rules.values()].toSorted((a, b) => b.calls - a.calls),
    limits: limitChanges(before, after),
  }
  return { key, unknown }
}

function isNoticed({ refused, allowed, moved, limits }: PreviewedKey): boolean {
  return refused + allowed + moved + limits.length > 0
}
