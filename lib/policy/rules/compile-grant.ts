/**
 * From facts to the grant that the call path uses. Layers only narrow: a key's own values never reach beyond the profile as
 * it is now, even where the profile was tightened after the key was made. The one exception is a field in which an admin
 * went beyond the profile on purpose, which the key lists in `overrides`.
 */
import type { KeyKind, KeyStatus } from '#lib/keys/contract.ts'
import {
  limitKinds,
  type BudgetPeriod,
  type BudgetPosture,
  type BudgetRule,
  type LimitKind,
  type LimitRule,
  type LimitsInput,
  type ScopeLimits,
  type Scope,
  type ScopeType,
} from '#lib/limits/contract.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'
import { memberBudgetId } from '#lib/limits/rules/member-budget-id.ts'
import type { CatalogueRule, Grant, NarrowingScope, ProfilePolicy, ScopePolicy } from '#lib/policy/contract.ts'
import { isLooser, loosestPosture, maximumNanosFor } from '#lib/policy/rules/budget-guardrail.ts'

type Principal = { readonly id: string; readonly name: string; readonly status: string }

/** Everything that a grant depends on, as the database has it at one moment. */
export type GrantFacts = {
  readonly key: {
    readonly id: string
    readonly name: string
    readonly kind: KeyKind
    readonly status: KeyStatus
    readonly statusReason: string | null
    readonly expiresAtMs: number | null
    readonly environment: string
    readonly models: readonly string[]
    readonly providers: readonly string[]
    readonly regions: readonly string[]
    readonly limits: ScopeLimits
    readonly tags: Readonly<Record<string, string>>
    readonly overrides: readonly string[]
    /** Models and providers that an approved request allows beyond the profile. */
    readonly grantedModels?: readonly string[]
    readonly grantedProviders?: readonly string[]
  }
  readonly secret: { readonly id: string; readonly notAfterMs: number | null }
  readonly user: Principal | null
  /** The owner's, as the identity provider named them last. */
  readonly groups: readonly string[]
  readonly team: Principal
  readonly workload: Principal | null
  readonly project: Principal | null
  readonly businessUnit: { readonly id: string; readonly name: string } | null
  readonly organisation: { readonly id: string; readonly name: string; readonly timeZone: string }
  readonly profile: {
    readonly id: string
    readonly name: string
    readonly version: number
    readonly policy: ProfilePolicy
  }
  readonly costCentre: string | null
  /** What the scopes of the key say on top of its profile. */
  readonly layers: readonly { readonly type: NarrowingScope; readonly policy: ScopePolicy }[]
  /** Limits of the scopes above the key. */
  readonly scopeLimits: readonly { readonly type: ScopeType; readonly id: string; readonly limits: ScopeLimits }[]
  /** Live budgets of the key and of the scopes above it. */
  readonly budgets: readonly {
    readonly id: string
    readonly type: ScopeType
    readonly scopeId: string
    readonly amountNanos: string
    readonly period: BudgetPeriod
    readonly posture: BudgetPosture
    readonly enforceAtPercent: number
    readonly timeZone: string
    /** Of a team: for each of its people apart. */
    readonly perMember: boolean
  }[]
  readonly versions: readonly (readonly [subject: string, version: string])[]
}

export function compileGrant(facts: GrantFacts): Grant {
  const { key, profile } = facts
  const { policy } = profile
  return {
    key: {
      id: key.id,
      name: key.name,
      kind: key.kind,
      status: key.status,
      statusReason: key.statusReason,
      expiresAtMs: key.expiresAtMs,
    },
    secret: facts.secret,
    user: facts.user,
    team: facts.team,
    workload: facts.workload,
    project: facts.project,
    profile: { id: profile.id, name: profile.name, version: profile.version },
    businessUnitId: facts.businessUnit?.id ?? null,
    costCentre: facts.costCentre,
    environment: key.environment,
    tags: key.tags,
    groups: facts.groups,
    models: catalogueRules(facts, 'models', policy.models),
    providers: catalogueRules(facts, 'providers', policy.providers),
    regions: catalogueRules(facts, 'regions', policy.regions),
    endpoints: layered(facts, ({ endpoints }) => allowing(endpoints), [
      profileRule(profile, allowing(policy.endpoints)),
    ]),
    addresses: narrowing(
      layered(facts, ({ cidr }) => cidr && allowing(cidr.allow), [profileRule(profile, allowing(policy.cidr.allow))]),
    ),
    environments: key.overrides.includes('environment')
      ? []
      : narrowing([profileRule(profile, allowing(policy.environments))]),
    priceCeiling: priceCeiling(policy),
    pinnedOnly: policy.pinnedOnly,
    limits: [...keyLimits(facts), ...scopeLimits(facts)],
    budgets: budgetRules(facts),
    defaultOutputTokens: policy.defaultOutputTokens,
    degradedMode: policy.degradedMode,
    storedState: policy.storedState,
    browserOrigin: key.kind === 'personal' ? policy.browserOrigin : 'allow',
    killStreams: policy.killStreams,
    audit: policy.audit,
    timeZone: facts.organisation.timeZone,
    versions: facts.versions,
  }
}

type Lists = { readonly allow: readonly string[]; readonly deny: readonly string[] }

function catalogueRules(
  facts: GrantFacts,
  field: 'models' | 'providers' | 'regions',
  profileLists: Lists,
): CatalogueRule[] {
  const { key, profile } = facts
  const names = field === 'models' ? key.grantedModels : field === 'providers' ? key.grantedProviders : undefined
  const granted = names?.length ? { granted: names } : {}
  const overridden = key.overrides.includes(field)
  const ofProfile = overridden ? [] : [{ ...profileRule(profile, profileLists), ...granted }]
  // An override without a list of its own would open everything; then the key reaches nothing instead.
  const ofKey: CatalogueRule[] =
    overridden || key[field].length > 0 ? [{ layer: 'key', name: key.name, ...allowing(key[field]), ...granted }] : []
  return [...layered(facts, (policy) => policy[field], ofProfile), ...ofKey]
}

/** The profile's say between those of the scopes, the widest first. An override of an admin goes beyond the profile alone. */
function layered(
  facts: GrantFacts,
  saidBy: (policy: ScopePolicy) => Lists | null,
  ofProfile: readonly CatalogueRule[],
): CatalogueRule[] {
  const of = (type: NarrowingScope): CatalogueRule[] =>
    facts.layers
      .filter((layer) => layer.type === type)
      .flatMap(({ policy }) => {
        const said = saidBy(policy)
        return said ? [{ layer: type, name: facts[type]?.name ?? '', allow: said.allow, deny: said.deny }] : []
      })
  return [...of('organisation'), ...of('team'), ...ofProfile, ...of('project')]
}

function allowing(allow: readonly string[]): Lists
function allowing(allow: readonly string[] | null): Lists | null
function allowing(allow: readonly string[] | null): Lists | null {
  return allow && { allow, deny: [] }
}

function profileRule({ name }: GrantFacts['profile'], { allow, deny }: Lists): CatalogueRule {
  return { layer: 'profile', name, allow, deny }
}

/** Rules that let everything through are left out where only those that do not are asked. */
function narrowing(rules: readonly CatalogueRule[]): CatalogueRule[] {
  return rules.filter(({ allow, deny }) => deny.length > 0 || !allow.includes('*'))
}

function priceCeiling({ priceCeiling: { inputUsdPerMillion, outputUsdPerMillion } }: ProfilePolicy) {
  if (inputUsdPerMillion === null && outputUsdPerMillion === null) return null
  const nanos = (usd: string | null) => (usd === null ? null : Number(nanosOfUsd(usd)))
  return { input: nanos(inputUsdPerMillion), output: nanos(outputUsdPerMillion) }
}

/** One limit of a key, and which layer set it. `null`: none. */
export type EffectiveLimit = { readonly limit: number | null; readonly layer: 'key' | 'profile' }

/** A key's own limit: what it was given, else the profile's default; never above the profile's maximum. */
export function effectiveKeyLimit(
  kind: LimitKind,
  given: number | null | undefined,
  overrides: readonly string[],
  policy: ProfilePolicy,
): EffectiveLimit {
  const guardrail = policy.limits[kind]
  if (given !== undefined && overrides.includes(fieldOfLimit(kind))) return { limit: given, layer: 'key' }
  const wanted = given === undefined ? (guardrail?.default ?? null) : given
  const maximum = guardrail?.maximum ?? null
  if (maximum !== null && (wanted === null || wanted > maximum)) return { limit: maximum, layer: 'profile' }
  return { limit: wanted, layer: given === undefined || wanted === null ? 'profile' : 'key' }
}

/** The field of a key's limit, or of one for some models, as errors and overrides name it. */
export function fieldOfLimit(kind: LimitKind, models?: string): string {
  return models === undefined ? `limits.${kind}` : `limits.models.${models}.${kind}`
}

/** A key's limit of some models: beside the others, and like them never above the profile's maximum. */
function effectiveModelLimit(
  kind: LimitKind,
  pattern: string,
  given: number,
  overrides: readonly string[],
  policy: ProfilePolicy,
): number {
  const maximum = policy.limits[kind]?.maximum ?? null
  return maximum === null || overrides.includes(fieldOfLimit(kind, pattern)) ? given : Math.min(given, maximum)
}

/** A key's own limits as they are in force; null where a kind has none. */
export function effectiveLimits(
  { models = {}, ...given }: ScopeLimits,
  overrides: readonly string[],
  policy: ProfilePolicy,
): ScopeLimits {
  const limits: ScopeLimits = Object.fromEntries(
    limitKinds.map((kind) => [kind, effectiveKeyLimit(kind, given[kind], overrides, policy).limit]),
  )
  const patterns = Object.entries(models).map(([pattern, ofModels]) => {
    const kinds = limitKinds.flatMap((kind) => {
      const limit = ofModels[kind]
      return limit == null ? [] : [[kind, effectiveModelLimit(kind, pattern, limit, overrides, policy)] as const]
    })
    return [pattern, Object.fromEntries(kinds)] as const
  })
  return patterns.length === 0 ? limits : { ...limits, models: Object.fromEntries(patterns) }
}

function keyLimits({ key, profile: { policy } }: GrantFacts): LimitRule[] {
  const scope: Scope = { type: 'key', id: key.id, name: key.name }
  return rulesOfScope(scope, effectiveLimits(key.limits, key.overrides, policy))
}

function scopeLimits(facts: GrantFacts): LimitRule[] {
  return scopesOf(facts).flatMap((scope) => {
    const row = facts.scopeLimits.find(({ type, id }) => type === scope.type && id === scope.id)
    if (!row) return []
    return rulesOfScope(scope, row.limits)
  })
}

/** A scope's rules: of all calls, then those of some models. */
export function rulesOfScope(scope: Scope, { models = {}, ...limits }: ScopeLimits): LimitRule[] {
  return [
    ...limitRules(scope, limits),
    ...Object.entries(models).flatMap(([pattern, ofModels]) =>
      limitRules(scope, ofModels).map((rule) => ({ ...rule, models: pattern })),
    ),
  ]
}

function limitRules(scope: Scope, limits: LimitsInput): LimitRule[] {
  return limitKinds.flatMap((kind) => {
    const limit = limits[kind]
    return limit == null ? [] : [{ scope, kind, limit }]
  })
}

function budgetRules(facts: GrantFacts): BudgetRule[] {
  return scopesOf(facts).flatMap((scope) =>
    facts.budgets
      .filter(({ type, scopeId }) => type === scope.type && scopeId === scope.id)
      .toSorted((a, b) => a.id.localeCompare(b.id))
      .flatMap(({ id, amountNanos, period, posture, enforceAtPercent, timeZone, perMember }) => {
        const whose = perMember ? memberOf(facts, id) : { id, scope }
        if (!whose) return []
        const terms = { amountNanos, period, posture }
        return [
          { ...whose, ...(scope.type === 'key' ? withinProfile(facts, terms) : terms), enforceAtPercent, timeZone },
        ]
      }),
  )
}

/** A budget for each member is, for one person's keys, a budget of that person in that team. Keys of nobody have none. */
function memberOf({ user, team }: GrantFacts, budgetId: string): Pick<BudgetRule, 'id' | 'scope'> | null {
  if (!user) return null
  return {
    id: memberBudgetId(budgetId, user.id),
    scope: { type: 'user', id: user.id, name: `${user.name} in ${team.name}`, teamId: team.id },
  }
}

type BudgetTerms = Pick<BudgetRule, 'amountNanos' | 'period' | 'posture'>

function withinProfile({ key, profile }: GrantFacts, terms: BudgetTerms): BudgetTerms {
  if (key.overrides.includes('budget')) return terms
  const maximum = maximumNanosFor(terms.period, profile.policy)
  const loosest = loosestPosture(profile.policy)
  return {
    ...terms,
    amountNanos: maximum !== null && BigInt(terms.amountNanos) > maximum ? maximum.toString() : terms.amountNanos,
    posture: isLooser(terms.posture, loosest) ? loosest : terms.posture,
  }
}

/** From the key up to the organisation, then what lies across: the order in which refusals name the scope. */
function scopesOf(facts: GrantFacts): Scope[] {
  const scopes: Scope[] = [{ type: 'key', id: facts.key.id, name: facts.key.name }]
  const add = (type: ScopeType, named: { readonly id: string; readonly name: string } | null) => {
    if (named) scopes.push({ type, id: named.id, name: named.name })
  }
  add('user', facts.user)
  add('workload', facts.workload)
  add('project', facts.project)
  add('team', facts.team)
  add('business_unit', facts.businessUnit)
  add('organisation', facts.organisation)
  return [...scopes, ...furtherScopes(facts)]
}

/** Scopes that are no rows of their own. Keys of a group are those of its people. */
function furtherScopes({ key, team, groups }: GrantFacts): Scope[] {
  const environment = { id: `${team.id}:${key.environment}`, name: `${team.name} ${key.environment}` }
  const tags = Object.entries(key.tags).map(([name, value]) => `${name}=${value}`)
  return [
    { type: 'environment', ...environment },
    ...groups.map((id): Scope => ({ type: 'group', id, name: id })),
    ...tags.map((id): Scope => ({ type: 'tag', id, name: id })),
  ]
}
