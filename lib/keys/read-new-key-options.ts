/** What a person may choose from when they create a key, with the guardrails that creating it will hold them to. */
import { nanosPerMillion } from '#lib/catalog/contract.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { keyKinds, type KeyKind } from '#lib/keys/contract.ts'
import {
  findCallableModels,
  findProfiles,
  findTeamsWithProjects,
  type CallableModel,
} from '#lib/keys/new-key-options-store.ts'
import type { Context } from '#lib/platform/context.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { profilePolicy, type ProfilePolicy } from '#lib/policy/contract.ts'
import { loadGrantOfKey } from '#lib/policy/load-grant.ts'
import { maximumNanosFor } from '#lib/policy/rules/budget-guardrail.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'

export type ModelOption = {
  readonly name: string
  readonly endpoints: readonly string[]
  /** Dollars per million tokens. */
  readonly inputUsd: string
  readonly outputUsd: string | null
}

export type ProfileOption = {
  readonly id: string
  readonly name: string
  readonly description: string
  /** Kinds that this person may create on it. */
  readonly kinds: readonly KeyKind[]
  readonly limits: ProfilePolicy['limits']
  readonly budget: {
    readonly default: ProfilePolicy['budget']['default']
    /** For the default's period, or for a month. */
    readonly maximumUsd: string | null
  }
  readonly lifetimeDays: ProfilePolicy['lifetimeDays']
  /** Who says yes to what goes beyond. */
  readonly approver: ProfilePolicy['approval']['approver']
  /** Whether somebody's first personal key makes itself. */
  readonly issuesFirstKey: boolean
  /** Those one can chat with first, then by price. */
  readonly models: readonly ModelOption[]
}

export type NewKeyOptions = {
  readonly nowMs: number
  /** The person's own first; admins may use any. */
  readonly profiles: readonly ProfileOption[]
  readonly teams: readonly { readonly id: string; readonly name: string; readonly isMember: boolean }[]
  readonly projects: readonly {
    readonly id: string
    readonly name: string
    readonly teamId: string
    readonly environment: string
  }[]
  readonly teamId: string | null
  readonly mayOverride: boolean
}

export async function readNewKeyOptions(context: Context, actor: Actor): Promise<NewKeyOptions> {
  const { db, clock } = context
  const nowMs = clock.nowMs()
  const mayOverride = may(actor, 'key.override')
  const [profiles, teams, models] = await Promise.all([
    profilesOf(context, actor, mayOverride),
    findTeamsWithProjects(db, mayOverride ? null : actor.teamIds),
    findCallableModels(db, new Date(nowMs)),
  ])
  const usable = teams.filter(({ id }) => may(actor, 'key.create', { teamId: id, ownerUserId: actor.id }))
  return {
    nowMs,
    mayOverride,
    profiles: profiles.map((profile) => profileOption(profile, models, mayOverride)),
    teams: usable.map(({ id, name }) => ({ id, name, isMember: actor.teamIds.includes(id) })),
    projects: usable.flatMap((team) => team.projects.map((project) => ({ ...project, teamId: team.id }))),
    teamId: actor.teamIds.find((id) => usable.some((team) => team.id === id)) ?? usable[0]?.id ?? null,
  }
}

type ProfileRow = Awaited<ReturnType<typeof findProfiles>>[number]

async function profilesOf({ db }: Context, actor: Actor, all: boolean): Promise<readonly ProfileRow[]> {
  const own = actor.profileId
  if (!all) return findProfiles(db, own === null ? { isDefault: true } : { id: own })
  const profiles = await findProfiles(db, null)
  return own === null ? profiles : profiles.toSorted((a, b) => Number(b.id === own) - Number(a.id === own))
}

function profileOption(row: ProfileRow, models: readonly CallableModel[], mayOverride: boolean): ProfileOption {
  const policy = profilePolicy.parse(row.policy)
  const maximum = maximumNanosFor(policy.budget.default?.period ?? 'month', policy)
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    kinds: mayOverride ? keyKinds : keyKinds.filter((kind) => policy.kinds.includes(kind)),
    limits: policy.limits,
    budget: { default: policy.budget.default, maximumUsd: maximum === null ? null : usdOfNanos(maximum) },
    lifetimeDays: policy.lifetimeDays,
    approver: policy.approval.approver,
    issuesFirstKey: policy.issuesFirstKey,
    models: modelsOf(policy, models),
  }
}

/** The models that the rules of a policy let through: by name, and by a route whose provider and region they allow. */
function modelsOf(policy: ProfilePolicy, models: readonly CallableModel[]): ModelOption[] {
  return modelOptions(models, {
    endpoints: [{ allow: policy.endpoints, deny: [] }],
    models: [policy.models],
    providers: [policy.providers],
    regions: [policy.regions],
  })
}

/** The models that this key can call, with their prices; whether the reader may see the key is for whoever asks. */
export async function readModelsOfKey({ db, clock }: Context, keyId: string): Promise<ModelOption[]> {
  const now = new Date(clock.nowMs())
  const [grant, models] = await Promise.all([loadGrantOfKey(db, keyId), findCallableModels(db, now)])
  return grant ? modelOptions(models, grant) : []
}

type Rules = readonly { readonly allow: readonly string[]; readonly deny: readonly string[] }[]

type Reach = {
  readonly endpoints: Rules
  readonly models: Rules
  readonly providers: Rules
  readonly regions: Rules
}

/** Those one can chat with first, then by price. */
function modelOptions(models: readonly CallableModel[], reach: Reach): ModelOption[] {
  return models
    .filter((model) => isReached(model, reach))
    .map((model) => ({ model, prices: nanosPerMillion.parse(model.prices) }))
    .toSorted(
      (a, b) =>
        chats(b.model) - chats(a.model) ||
        sumOf(a.prices) - sumOf(b.prices) ||
        a.model.name.localeCompare(b.model.name),
    )
    .map(({ model, prices }) => ({
      name: model.name,
      endpoints: model.endpoints,
      inputUsd: usdOfNanos(BigInt(prices.input ?? 0)),
      outputUsd: prices.output === undefined ? null : usdOfNanos(BigInt(prices.output)),
    }))
}

function isReached({ name, routes, endpoints }: CallableModel, reach: Reach): boolean {
  const passes = (text: string, rules: Rules) => rules.every((rule) => isAllowed(text, rule))
  return (
    passes(name, reach.models) &&
    endpoints.some((endpoint) => passes(endpoint, reach.endpoints)) &&
    routes.some(({ provider, region }) => passes(provider, reach.providers) && passes(region, reach.regions))
  )
}

function chats({ endpoints }: CallableModel): number {
  return Number(endpoints.includes('chat'))
}

function sumOf(prices: { readonly input?: number | undefined; readonly output?: number | undefined }): number {
  return (prices.input ?? 0) + (prices.output ?? 0)
}
