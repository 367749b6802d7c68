/**
 * Whether a key can call a model at all, for lists of models and for forms: at any endpoint that the model serves, from any
 * place that serves it. Each is judged by the rules of the call path; this file knows no rule of its own. Pure.
 */
import { endpoints, type AccessReason, type Endpoint, type UnpricedModels } from '#lib/catalog/contract.ts'
import { serves } from '#lib/catalog/rules/serves.ts'
import type { Grant } from '#lib/policy/contract.ts'
import type { Denial } from '#lib/policy/rules/authorise.ts'
import { reachOf, type Place } from '#lib/policy/rules/replay-call.ts'

export type ReachableModel = {
  readonly name: string
  readonly status: string
  readonly endpoints: readonly Endpoint[]
  /** Every place, those that are switched off too: what the policy says of them comes before that. */
  readonly places: readonly (Place & { readonly isOn: boolean })[]
}

export type ModelReach =
  | { readonly reached: true }
  | {
      readonly reached: false
      readonly reason: AccessReason
      /** The layer that says no, such as "team Search"; null where it is the model itself. */
      readonly layer: string | null
    }

export type ReachFacts = {
  /** The caller's; null: not judged. */
  readonly address: string | null
  readonly unpricedModels: UnpricedModels
  readonly nowMs: number
}

/** What the policy says comes before what is wrong with the model. */
export function reachModel(
  grant: Grant,
  model: ReachableModel,
  { address, unpricedModels, nowMs }: ReachFacts,
): ModelReach {
  const allowed = new Set<ReachableModel['places'][number]>()
  let denial: Denial | null = null
  for (const endpoint of endpoints) {
    if (!serves(model, endpoint)) continue
    const reach = reachOf(grant, { endpoint, model: model.name, address }, model.places, nowMs)
    for (const place of model.places) if (reach.allowed.includes(place)) allowed.add(place)
    // A model without any place is judged without one.
    if (!reach.denial && model.places.length === 0) return broken(model.status === 'active' ? 'no_route' : model.status)
    if (reach.denial && (denial === null || denial.testedRules.at(-1)?.rule === 'endpoint')) denial = reach.denial
  }
  if (allowed.size === 0)
    return denial ? { reached: false, reason: reasonOf(denial), layer: denial.layer } : broken('no_route')
  if (model.status !== 'active') return broken(model.status)
  const live = [...allowed].filter(({ isOn }) => isOn)
  const mustBePriced = refusesUnpriced(grant, unpricedModels)
  if (mustBePriced && ![...allowed].some(({ price }) => price !== null)) return broken('no_price')
  if (live.length === 0) return broken('no_route')
  return mustBePriced && !live.some(({ price }) => price !== null) ? broken('no_price') : { reached: true }
}

/** The same grant, if somebody said yes to these models: beyond the profile and the key's own list, by name. */
export function grantingModels(grant: Grant, granted: readonly string[]): Grant {
  const models = grant.models.map((rule) =>
    rule.layer === 'profile' || rule.layer === 'key' ? { ...rule, granted } : rule,
  )
  return { ...grant, models }
}

/** What has no price cannot be counted against a budget that stops. */
export function refusesUnpriced({ budgets }: Grant, unpricedModels: UnpricedModels): boolean {
  return unpricedModels === 'refuse' || budgets.some(({ posture }) => posture !== 'soft')
}

function broken(status: string): ModelReach {
  const reason = ownReasons.find((each) => each === status) ?? 'no_route'
  return { reached: false, reason, layer: null }
}

const ownReasons = ['quarantined', 'retired', 'no_price', 'no_route'] as const satisfies readonly AccessReason[]

/** By the rule that refused, since several share a code. */
function reasonOf({ testedRules }: Denial): AccessReason {
  return ruleReasons[testedRules.at(-1)?.rule ?? ''] ?? 'endpoint_not_allowed'
}

const ruleReasons: Readonly<Record<string, AccessReason>> = {
  model: 'model_not_allowed',
  provider: 'provider_not_allowed',
  region: 'region_not_allowed',
  version: 'version_not_allowed',
  input_price: 'price_not_allowed',
  output_price: 'price_not_allowed',
}
