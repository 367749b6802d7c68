/**
 * Creates a virtual key within its profile's guardrails and tells its text once. Keys-per-person, the workload that may
 * come along, the budget and the audit entry are all part of one transaction.
 */
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import {
  countLiveKeys,
  ensureWorkload,
  findTimeZone,
  insertKey,
  insertSecret,
  lockKeysOf,
} from '#lib/keys/change-store.ts'
import type { CreateKeyInput, MintedKey } from '#lib/keys/contract.ts'
import { resolvePlace, workloadKinds, type KeyPlace } from '#lib/keys/resolve-place.ts'
import { findKey } from '#lib/keys/store.ts'
import { viewKey } from '#lib/keys/view-key.ts'
import { insertBudget, termsOf } from '#lib/limits/budget-store.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, type FieldError } from '#lib/platform/errors.ts'
import { newId } from '#lib/platform/ids.ts'
import { changePolicy, type PolicyChange } from '#lib/policy/change-policy.ts'
import { applyGuardrails, overridesOf, type KeyTerms } from '#lib/policy/rules/apply-guardrails.ts'

export async function mintKey(context: Context, actor: Actor, input: CreateKeyInput): Promise<MintedKey> {
  return changePolicy(context, actor, (tx) => mintKeyIn(tx, context, actor, input))
}

/** The same inside a transaction that has more to decide. */
export async function mintKeyIn(
  tx: Tx,
  context: Context,
  actor: Actor,
  input: CreateKeyInput,
): Promise<PolicyChange<MintedKey>> {
  const draft = await draftKey(tx, context, actor, input)
  const { beyond, isKindAllowed, place, terms } = draft
  if (!may(actor, 'key.override')) {
    if (!isKindAllowed) throw kindNotAllowed(input, place)
    if (beyond.length > 0) throw beyondGuardrails(place.profile.name, beyond)
  }
  const overrides = [...overridesOf(beyond), ...(isKindAllowed ? [] : ['kind'])]
  return writeDraft(tx, context, actor, input, { place, terms, overrides, status: 'active' })
}

/** A key before it is decided whether there may be one: where it belongs, its terms, and what goes beyond the profile. */
export type KeyDraft = {
  readonly place: KeyPlace
  readonly terms: KeyTerms
  readonly beyond: readonly FieldError[]
  readonly isKindAllowed: boolean
}

/** Reads and judges; the keys of the person are counted under a lock that lasts until the transaction ends. */
export async function draftKey(tx: Tx, context: Context, actor: Actor, input: CreateKeyInput): Promise<KeyDraft> {
  const nowMs = context.clock.nowMs()
  const place = await resolvePlace(tx, actor, input)
  const expiresAtMs = expiryOf(input.expiresAt, nowMs)
  const environment = input.environment ?? place.workload?.environment ?? place.project?.environment ?? 'development'
  const { terms, beyond } = applyGuardrails(place.profile.policy, { ...input, environment, expiresAtMs }, nowMs)
  return {
    place,
    terms,
    beyond: [...beyond, ...(await tooManyKeys(tx, place, nowMs))],
    isKindAllowed: place.profile.policy.kinds.includes(input.kind),
  }
}

type DecidedKey = {
  readonly place: KeyPlace
  readonly terms: KeyTerms
  /** Where it may go beyond the profile. */
  readonly overrides: readonly string[]
  readonly status: 'active' | 'pending'
}

export async function writeDraft(
  tx: Tx,
  context: Context,
  actor: Actor,
  input: CreateKeyInput,
  { place, terms, overrides, status }: DecidedKey,
): Promise<PolicyChange<MintedKey>> {
  const nowMs = context.clock.nowMs()
  const environment = input.environment ?? place.workload?.environment ?? place.project?.environment ?? 'development'
  const workloadId = await workloadOf(tx, input, place, environment, nowMs)
  const id = newId('key', nowMs)
  await insertKey(tx, {
    id,
    input,
    place,
    workloadId,
    environment,
    terms,
    overrides,
    status,
    createdBy: actor.id,
    nowMs,
  })
  const secret = await insertSecret(tx, id, context.config.pepper, nowMs)
  if (terms.budget) await insertBudget(tx, 'key', id, termsOf(terms.budget, await findTimeZone(tx)), nowMs)

  const row = await findKey(tx, id, nowMs)
  if (!row) throw new Error('a key that was just made is not there')
  return {
    result: { ...viewKey(row, actor, nowMs), key: secret.text },
    // Nobody can have asked for a key that did not exist: there is no cached grant to overtake.
    subjects: [],
    audit: {
      action: 'key.create',
      targetType: 'key',
      targetId: id,
      targetName: input.name,
      summary: `created ${input.kind} key ${input.name}${status === 'pending' ? ', which waits for approval' : ''}${overrides.length > 0 ? `, beyond the profile ${place.profile.name} in ${overrides.join(', ')}` : ''}`,
      after: {
        kind: input.kind,
        status,
        ownerId: place.owner?.id ?? null,
        teamId: place.team.id,
        projectId: place.project?.id ?? null,
        workloadId,
        profileId: place.profile.id,
        environment,
        models: terms.models,
        providers: terms.providers,
        regions: terms.regions,
        limits: terms.limits,
        budget: terms.budget,
        expiresAtMs: terms.expiresAtMs,
        overrides,
        secretId: secret.id,
      },
    },
  }
}

/** Past dates are a mistake, not a guardrail. */
export function expiryOf(expiresAt: string | null | undefined, nowMs: number): number | null | undefined {
  if (expiresAt == null) return expiresAt
  const ms = Date.parse(expiresAt)
  if (ms > nowMs) return ms
  throw new AppError('validation_failed', 'The key would have ended already.', {
    errors: [{ field: 'expiresAt', message: 'Choose a time that is still to come.' }],
  })
}

/** One key more than the profile lets a person have. */
async function tooManyKeys(tx: Tx, { personId, profile }: KeyPlace, nowMs: number): Promise<FieldError[]> {
  if (personId === null) return []
  await lockKeysOf(tx, personId)
  const live = await countLiveKeys(tx, personId, nowMs)
  const { keysPerPerson } = profile.policy
  if (live < keysPerPerson) return []
  const message = `The access profile allows ${keysPerPerson} keys a person, and there are ${live} already. Revoke one that is not needed.`
  return [{ field: 'keysPerPerson', message, maximum: keysPerPerson }]
}

export function kindNotAllowed({ kind }: CreateKeyInput, { profile }: KeyPlace): AppError {
  const { kinds } = profile.policy
  return forbidden(
    `Your access profile does not let you create ${kind} keys. It allows: ${kinds.join(', ') || 'none'}.`,
  )
}

export function beyondGuardrails(profileName: string, errors: readonly FieldError[]): AppError {
  return new AppError(
    'guardrail_exceeded',
    `This goes beyond what the access profile ${profileName} allows without asking.`,
    { errors },
  )
}

async function workloadOf(
  tx: Tx,
  input: CreateKeyInput,
  place: KeyPlace,
  environment: string,
  nowMs: number,
): Promise<string | null> {
  if (!workloadKinds.includes(input.kind)) return null
  if (place.workload) return place.workload.id
  const workload = await ensureWorkload(tx, {
    name: input.name,
    kind: input.kind,
    teamId: place.team.id,
    projectId: place.project?.id ?? null,
    ownerUserId: place.responsibleUserId,
    environment,
    nowMs,
  })
  if (workload.status === 'active') return workload.id
  throw new AppError(
    'conflict',
    `The team has a ${input.kind} named ${input.name} already, and it is ${workload.status}. Choose another name.`,
  )
}
