/** Every layer's say on every limit of a key. Pure, for people who ask where a value comes from. */
import { limitKinds, type LimitKind, type ScopeLimits, type Scope } from '#lib/limits/contract.ts'
import { isOfSomeModels } from '#lib/limits/rules/rules-of-model.ts'
import type { Grant, ProfilePolicy } from '#lib/policy/contract.ts'

export type LimitLayerValue = {
  /** A scope type, or `profile` for what the profile caps a key at. */
  readonly layer: string
  readonly scope: Scope | null
  readonly name: string
  /** Null: this layer sets none. */
  readonly value: number | null
}

export type LimitLayers = { readonly kind: LimitKind; readonly values: readonly LimitLayerValue[] }

/** From the organisation down to the key. `given` is what the key itself was given. Kinds that no layer speaks of are left out. */
export function limitLayers(grant: Grant, policy: ProfilePolicy, given: ScopeLimits): LimitLayers[] {
  const { key, profile } = grant
  return limitKinds.flatMap((kind) => {
    const guardrail = policy.limits[kind]
    const values: LimitLayerValue[] = grant.limits
      // A limit of some models is beside the others, not narrower.
      .filter((rule) => rule.kind === kind && rule.scope.type !== 'key' && !isOfSomeModels(rule))
      .toReversed()
      .map((rule) => ({ layer: rule.scope.type, scope: rule.scope, name: rule.scope.name, value: rule.limit }))
    if (guardrail) values.push({ layer: 'profile', scope: null, name: profile.name, value: guardrail.maximum })
    if (given[kind] !== undefined) {
      values.push({
        layer: 'key',
        scope: { type: 'key', id: key.id, name: key.name },
        name: key.name,
        value: given[kind] ?? null,
      })
    }
    return values.length === 0 ? [] : [{ kind, values }]
  })
}
