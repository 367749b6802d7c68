/** What a key may do, value by value, with every layer's say and the one that decides: the compiled grant, explained. */
import * as z from 'zod'
import { endpoints } from '#lib/catalog/contract.ts'
import { readCatalogNames } from '#lib/catalog/read-names.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { readableKey } from '#lib/keys/get-key.ts'
import { limitLayers } from '#lib/keys/rules/effective-limits.ts'
import { keyLimitsView, limitKinds, type KeyLimitsView } from '#lib/limits/contract.ts'
import { keyLimitsOf } from '#lib/limits/endpoints.ts'
import { readLimits } from '#lib/limits/read-limits.ts'
import type { Context } from '#lib/platform/context.ts'
import { notFound } from '#lib/platform/errors.ts'
import { profilePolicy, auditModes, storedStateModes, type CatalogueRule } from '#lib/policy/contract.ts'
import { loadGrantOfKey } from '#lib/policy/load-grant.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'

const scope = z.object({ type: z.string(), id: z.string(), name: z.string() })
const source = z.object({ layer: z.string(), id: z.string(), name: z.string() })
const layerValue = z.object({
  layer: z.string(),
  scope: scope.nullable(),
  name: z.string(),
  value: z.number().nullable(),
})
const catalogueRule = z.object({
  layer: z.string(),
  name: z.string(),
  allow: z.array(z.string()),
  deny: z.array(z.string()),
})
const catalogue = z.object({
  /** Each layer's say, the widest first; every one has to allow. */
  rules: z.array(catalogueRule),
  /** Of what there is, what passes every layer. */
  allowed: z.array(z.string()),
})

export const effectivePolicy = z.object({
  key: z.object({ id: z.string(), name: z.string() }),
  profile: z.object({ id: z.string(), name: z.string(), version: z.int() }),
  limits: z.array(
    z.object({
      kind: z.enum(limitKinds),
      /** The narrowest for one call, and the layer that sets it. Null: none. */
      limit: z.number().nullable(),
      setBy: source.nullable(),
      used: z.number().nullable(),
      resetsAt: z.string().nullable(),
      values: z.array(layerValue),
    }),
  ),
  modelLimits: keyLimitsView.shape.limits.describe('Limits of calls of some models, each with the layer that sets it.'),
  budgets: keyLimitsView.shape.budgets,
  models: catalogue,
  providers: catalogue,
  regions: catalogue,
  endpoints: catalogue,
  /** Layers that do not let every caller's address and every environment through; none: all may. */
  addresses: z.array(catalogueRule),
  environments: z.array(catalogueRule),
  priceCeiling: z.object({
    setBy: source,
    inputUsdPerMillion: z.string().nullable(),
    outputUsdPerMillion: z.string().nullable(),
  }),
  pinnedOnly: z.object({ setBy: source, value: z.boolean() }),
  expiresAt: z.string().nullable(),
  /** The layer that ends it: the profile where it was tightened after the key was made. Null: it has no end. */
  expiresAtSetBy: source.nullable(),
  defaultOutputTokens: z.int(),
  degradedMode: z.string(),
  storedState: z.enum(storedStateModes),
  audit: z.enum(auditModes),
  overrides: z.array(z.string()),
})
export type EffectivePolicy = z.infer<typeof effectivePolicy>

export async function getEffectivePolicy(context: Context, actor: Actor, id: string): Promise<EffectivePolicy> {
  const row = await readableKey(context, actor, id)
  const [grant, names, inUse] = await Promise.all([
    loadGrantOfKey(context.db, id),
    readCatalogNames(context.db),
    limitsInUse(context, actor, id),
  ])
  if (!grant) throw notFound('key')
  const policy = profilePolicy.parse(row.profile.policy)
  const layers = limitLayers(grant, policy, row.limits)
  const byProfile = { layer: 'profile', id: grant.profile.id, name: grant.profile.name }
  return {
    key: { id: row.id, name: row.name },
    profile: grant.profile,
    limits: layers.map(({ kind, values }) => {
      const narrowest = inUse.limits
        .filter((limit) => limit.kind === kind && limit.models === undefined)
        .toSorted((a, b) => a.limit - b.limit)[0]
      return {
        kind,
        limit: narrowest?.limit ?? null,
        setBy: narrowest?.source ?? null,
        used: narrowest?.used ?? null,
        resetsAt: narrowest?.resetsAt ?? null,
        values: [...values],
      }
    }),
    modelLimits: inUse.limits.filter(({ models }) => models !== undefined),
    budgets: inUse.budgets,
    models: catalogueOf(
      grant.models,
      names.models.map(({ name }) => name),
    ),
    providers: catalogueOf(grant.providers, names.providers),
    regions: catalogueOf(grant.regions, names.regions),
    endpoints: catalogueOf(grant.endpoints, endpoints),
    addresses: grant.addresses.map(ruleOf),
    environments: grant.environments.map(ruleOf),
    priceCeiling: { setBy: byProfile, ...policy.priceCeiling },
    pinnedOnly: { setBy: byProfile, value: grant.pinnedOnly },
    expiresAt: row.expiresAt?.toISOString() ?? null,
    expiresAtSetBy:
      row.expiresAt === null
        ? null
        : row.endsByProfile
          ? byProfile
          : { layer: 'key', id: grant.key.id, name: grant.key.name },
    defaultOutputTokens: grant.defaultOutputTokens,
    degradedMode: grant.degradedMode,
    storedState: grant.storedState,
    audit: grant.audit,
    overrides: row.overrides,
  }
}

/** A key without a living secret uses nothing. */
async function limitsInUse(
  context: Context,
  actor: Actor,
  keyId: string,
): Promise<Pick<KeyLimitsView, 'limits' | 'budgets'>> {
  const { keys } = await readLimits(context, actor, { keyId })
  return keys[0] ? keyLimitsOf(keys[0]) : { limits: [], budgets: [] }
}

function catalogueOf(rules: readonly CatalogueRule[], names: readonly string[]): EffectivePolicy['models'] {
  return {
    rules: rules.map(ruleOf),
    allowed: names.filter((name) => rules.every((rule) => isAllowed(name, rule))),
  }
}

function ruleOf({ layer, name, allow, deny }: CatalogueRule): z.infer<typeof catalogueRule> {
  return { layer, name, allow: [...allow], deny: [...deny] }
}
