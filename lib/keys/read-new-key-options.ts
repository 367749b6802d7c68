/** What a person may choose from when they create a key, with the guardrails that creating it will hold them to. */
import { nanosPerMillion, type UnpricedModels } from '#lib/catalog/contract.ts'
import { findModelPlaces, type ModelPlaces } from '#lib/catalog/model-places.ts'
import { readUnpricedModels } from '#lib/catalog/read-names.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { keyKinds, type KeyKind } from '#lib/keys/contract.ts'
import { findNarrowPlaces, findProfiles, findTeamsWithProjects } from '#lib/keys/new-key-options-store.ts'
import type { Context } from '#lib/platform/context.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { profilePolicy, type Grant, type ProfilePolicy } from '#lib/policy/contract.ts'
import { loadGrantOfKey } from '#lib/policy/load-grant.ts'
import { loadGrantsOfPlaces } from '#lib/policy/load-place-grant.ts'
import { placeOf } from '#lib/policy/preview-profile.ts'
import { maximumNanosFor } from '#lib/policy/rules/budget-guardrail.ts'
import { grantingModels, reachModel } from '#lib/policy/rules/reach-model.ts'
import { asIfAlive } from '#lib/policy/rules/replay-call.ts'

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
  /** Those that somebody else has to say yes to. */
  readonly askableKinds: readonly KeyKind[]
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
  /** Those one can chat with first, then by price; as the profile and the organisation allow. */
  readonly models: readonly ModelOption[]
  /** By `team:…` or `project:…`, where that place narrows them: the names that are left. */
  readonly modelsIn: Readonly<Record<string, readonly string[]>>
  /** Models that a yes would open. */
  readonly askableModels: readonly string[]
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
  const { db, sql, clock } = context
  const nowMs = clock.nowMs()
  const mayOverride = may(actor, 'key.override')
  const [profiles, teams, models, unpricedModels] = await Promise.all([
    profilesOf(context, actor, mayOverride),
    findTeamsWithProjects(db, mayOverride ? null : actor.teamIds),
    findModelPlaces(sql, new Date(nowMs)),
    readUnpricedModels(db),
  ])
  const usable = teams.filter(({ id }) => may(actor, 'key.create', { teamId: id, ownerUserId: actor.id }))
  const projects = usable.flatMap((team) => team.projects.map((project) => ({ ...project, teamId: team.id })))
  const narrow = await narrowPlaces(context, usable, projects)
  // Every profile in every place that narrows is much to judge: an administrator's own profiles come first.
  const judged = Math.max(1, Math.floor(mostGrants / (narrow.length + 1)))
  const reach = await reachesOf(
    context,
    actor,
    { profiles, judged, narrow },
    {
      models,
      unpricedModels,
    },
  )
  return {
    nowMs,
    mayOverride,
    profiles: profiles.map((profile) => ({ ...profileOption(profile, mayOverride), ...reach(profile.id) })),
    teams: usable.map(({ id, name }) => ({ id, name, isMember: actor.teamIds.includes(id) })),
    projects,
    teamId: actor.teamIds.find((id) => usable.some((team) => team.id === id)) ?? usable[0]?.id ?? null,
  }
}

/** How many grants are compiled for one form. */
const mostGrants = 500

type ProfileRow = Awaited<ReturnType<typeof findProfiles>>[number]

async function profilesOf({ db }: Context, actor: Actor, all: boolean): Promise<readonly ProfileRow[]> {
  const own = actor.profileId
  if (!all) return findProfiles(db, own === null ? { isDefault: true } : { id: own })
  const profiles = await findProfiles(db, null)
  return own === null ? profiles : profiles.toSorted((a, b) => Number(b.id === own) - Number(a.id === own))
}

function profileOption(row: ProfileRow, mayOverride: boolean) {
  const policy = profilePolicy.parse(row.policy)
  const maximum = maximumNanosFor(policy.budget.default?.period ?? 'month', policy)
  const isAsked = !mayOverride && policy.approval.approver !== 'nobody'
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    kinds: mayOverride ? keyKinds : keyKinds.filter((kind) => policy.kinds.includes(kind)),
    askableKinds: isAsked ? keyKinds.filter((kind) => !policy.kinds.includes(kind)) : [],
    limits: policy.limits,
    budget: { default: policy.budget.default, maximumUsd: maximum === null ? null : usdOfNanos(maximum) },
    lifetimeDays: policy.lifetimeDays,
    approver: policy.approval.approver,
    issuesFirstKey: policy.issuesFirstKey,
  }
}

// ── Models ──────────────────────────────────────────────────────────────────────────────────────

type Place = { readonly id: string; readonly teamId: string; readonly projectId: string | null }
type Catalogue = { readonly models: readonly ModelPlaces[]; readonly unpricedModels: UnpricedModels }
type ReachOption = Pick<ProfileOption, 'models' | 'modelsIn' | 'askableModels'>

/** The places of the person that say something of their own, by the ids that the form has for them. */
async function narrowPlaces(
  { db }: Context,
  teams: readonly { readonly id: string }[],
  projects: readonly { readonly id: string; readonly teamId: string }[],
): Promise<readonly Place[]> {
  const places = [
    ...teams.map(({ id }) => ({ id: `team:${id}`, teamId: id, projectId: null })),
    ...projects.map(({ id, teamId }) => ({ id: `project:${id}`, teamId, projectId: id })),
  ]
  const narrow = new Set(await findNarrowPlaces(db))
  return places.filter(({ id }) => narrow.has(id)).slice(0, mostGrants)
}

async function reachesOf(
  { db, clock }: Context,
  actor: Actor,
  {
    profiles,
    judged,
    narrow,
  }: { readonly profiles: readonly ProfileRow[]; readonly judged: number; readonly narrow: readonly Place[] },
  catalogue: Catalogue,
): Promise<(profileId: string) => ReachOption> {
  const nowMs = clock.nowMs()
  const ownerUserId = actor.kind === 'user' ? actor.id : null
  const anywhere = { id: '', teamId: null, projectId: null }
  const wanted = profiles.flatMap(({ id: profileId }, index) =>
    [anywhere, ...(index < judged ? narrow : [])].map((place) => ({
      ...place,
      id: `${profileId} ${place.id}`,
      profileId,
      ownerUserId,
    })),
  )
  const grants = await loadGrantsOfPlaces(db, wanted, nowMs)
  return (profileId) => {
    const grant = grants.get(`${profileId} `)
    if (!grant) return { models: [], modelsIn: {}, askableModels: [] }
    const models = modelOptions(grant, catalogue, nowMs)
    const reached = new Set(models.map(({ name }) => name))
    const names = catalogue.models.map(({ name }) => name)
    return {
      models,
      modelsIn: Object.fromEntries(
        narrow.flatMap(({ id }) => {
          const there = grants.get(`${profileId} ${id}`)
          return there ? [[id, modelOptions(there, catalogue, nowMs).map(({ name }) => name)] as const] : []
        }),
      ),
      askableModels: modelOptions(grantingModels(grant, names), catalogue, nowMs)
        .map(({ name }) => name)
        .filter((name) => !reached.has(name)),
    }
  }
}

/** The models that this key can call, with their prices; whether the reader may see the key is for whoever asks. */
export async function readModelsOfKey({ db, sql, clock }: Context, keyId: string): Promise<ModelOption[]> {
  const nowMs = clock.nowMs()
  const [grant, models, unpricedModels] = await Promise.all([
    loadGrantOfKey(db, keyId),
    findModelPlaces(sql, new Date(nowMs)),
    readUnpricedModels(db),
  ])
  return grant ? modelOptions(asIfAlive(grant), { models, unpricedModels }, nowMs) : []
}

/** Those one can chat with first, then by price. */
function modelOptions(grant: Grant, { models, unpricedModels }: Catalogue, nowMs: number): ModelOption[] {
  return models
    .filter((model) => {
      const places = model.places.map((place) => ({ ...placeOf(place), isOn: true }))
      return reachModel(grant, { ...model, places }, { address: null, unpricedModels, nowMs }).reached
    })
    .map((model) => ({ model, prices: nanosPerMillion.safeParse(model.prices ?? model.places[0]?.prices).data ?? {} }))
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

function chats({ endpoints }: ModelPlaces): number {
  return Number(endpoints.includes('chat'))
}

function sumOf(prices: { readonly input?: number | undefined; readonly output?: number | undefined }): number {
  return (prices.input ?? 0) + (prices.output ?? 0)
}
