/** Whether a profile lets people call a model, for lists. The call path asks `authorise` over the whole grant. */
import { serves } from '#lib/catalog/rules/serves.ts'
import type { accessReasons, Endpoint, UnpricedModels } from '#lib/catalog/contract.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'

export type AccessReason = (typeof accessReasons)[number]

export type ModelFacts = {
  readonly name: string
  readonly status: string
  readonly endpoints: readonly Endpoint[]
  /** What it costs; null: only what its deployments cost is known. */
  readonly price: object | null
  readonly deployments: readonly {
    readonly status: string
    /** Its own price; null: the model's. */
    readonly price: object | null
    readonly region: string
    readonly provider: { readonly name: string; readonly status: string }
  }[]
}

/** Null: it can be called. What the profile says comes before what is wrong with the model. */
export function whyNot(model: ModelFacts, policy: ProfilePolicy, unpricedModels: UnpricedModels): AccessReason | null {
  if (!isAllowed(model.name, policy.models)) return 'model_not_allowed'
  if (!policy.endpoints.some((endpoint) => serves(model, endpoint))) return 'endpoint_not_allowed'
  const byProvider = model.deployments.filter(({ provider }) => isAllowed(provider.name, policy.providers))
  if (model.deployments.length > 0 && byProvider.length === 0) return 'provider_not_allowed'
  const byRegion = byProvider.filter(({ region }) => isAllowed(region, policy.regions))
  if (byProvider.length > 0 && byRegion.length === 0) return 'region_not_allowed'
  if (model.status === 'quarantined' || model.status === 'retired') return model.status
  const isPriced = ({ price }: { readonly price: object | null }) => (price ?? model.price) !== null
  const needsPrice = unpricedModels === 'refuse' || budgetRefuses(policy)
  if (needsPrice && !isPriced(model) && !byRegion.some(isPriced)) return 'no_price'
  const live = byRegion.filter(({ status, provider }) => status === 'active' && provider.status === 'active')
  if (live.length === 0) return 'no_route'
  return !needsPrice || live.some(isPriced) ? null : 'no_price'
}

/** Of a key that asks for nothing special: what has no price can't be counted against it. */
function budgetRefuses({ budget }: ProfilePolicy): boolean {
  return budget.default !== null && budget.default.posture !== 'soft'
}
