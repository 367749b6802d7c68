/** Creates, changes and archives access profiles. Keys on a profile obey the change on their next call. */
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy, type PolicyChange } from '#lib/policy/change-policy.ts'
import {
  profilePolicy,
  type CreateProfileInput,
  type PatchProfileInput,
  type ProfilePolicy,
  type ProfileView,
} from '#lib/policy/contract.ts'
import {
  archiveProfileRow,
  findProfileById,
  findVersion,
  insertProfile,
  insertVersion,
  lockProfile,
  moveKeyEnds,
  nameIsTaken,
  updateProfileRow,
  type ProfileRow,
} from '#lib/policy/profile-store.ts'
import { viewProfile } from '#lib/policy/read-profiles.ts'
import { profileDifferences } from '#lib/policy/rules/profile-differences.ts'
import { checkPolicy } from '#lib/policy/rules/check-policy.ts'

export async function createProfile(context: Context, actor: Actor, input: CreateProfileInput): Promise<ProfileView> {
  mustWrite(actor)
  mustAgree(input.policy)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    await mustBeFree(tx, input.name, null)
    const id = await insertProfile(tx, input, nowMs)
    const row = await required(tx, id, nowMs)
    await insertVersion(tx, row, { actorName: actor.name, restores: null, nowMs })
    return {
      result: viewProfile(row),
      subjects: [],
      audit: {
        action: 'profile.create',
        targetType: 'profile',
        targetId: id,
        targetName: input.name,
        summary: `created access profile ${input.name}`,
        after: input,
      },
    }
  })
}

export async function updateProfile(
  context: Context,
  actor: Actor,
  id: string,
  patch: PatchProfileInput,
): Promise<ProfileView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    await lockProfile(tx, id)
    const row = await required(tx, id, nowMs)
    mustBeVersion(row, patch.version)
    if (row.builtIn && patch.name !== undefined && patch.name !== row.name) {
      throw new AppError('validation_failed', 'A built-in profile keeps its name.', {
        errors: [{ field: 'name', message: 'A built-in profile keeps its name.' }],
      })
    }
    if (patch.name !== undefined) await mustBeFree(tx, patch.name, id)
    const policy = patch.policy && mergedPolicy(row, patch.policy)
    const change = {
      ...(patch.name === undefined ? {} : { name: patch.name }),
      ...(patch.description === undefined ? {} : { description: patch.description }),
      ...(policy ? { policy } : {}),
      ...(patch.isDefault ? { isDefault: true } : {}),
    }
    return applyChange(tx, actor, row, change, { restores: null, nowMs })
  })
}

/** Puts the values of an earlier version back, as a new version; the name stays. */
export async function restoreProfile(
  context: Context,
  actor: Actor,
  id: string,
  wanted: number,
  madeOn: number,
): Promise<ProfileView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    await lockProfile(tx, id)
    const row = await required(tx, id, nowMs)
    mustBeVersion(row, madeOn)
    const old = await findVersion(tx, id, wanted)
    if (!old) throw notFound('version of this access profile')
    // What was valid then may contradict itself by rules that came since.
    const policy = profilePolicy.parse(old.policy)
    mustAgree(policy)
    return applyChange(tx, actor, row, { description: old.description, policy }, { restores: wanted, nowMs })
  })
}

type ProfileEdit = Partial<Pick<ProfileView, 'name' | 'description' | 'policy' | 'isDefault'>>
type Making = { readonly restores: number | null; readonly nowMs: number }

async function applyChange(
  tx: Tx,
  actor: Actor,
  row: ProfileRow,
  change: ProfileEdit,
  { restores, nowMs }: Making,
): Promise<PolicyChange<ProfileView>> {
  const { name, description, isDefault } = row
  const policy = profilePolicy.parse(row.policy)
  const { before, after } = profileDifferences({ name, description, isDefault, policy }, change)
  if (Object.keys(after).length === 0) return { result: viewProfile(row), subjects: [], audit: null }

  const version = row.version + 1
  await updateProfileRow(tx, row.id, { ...change, version }, nowMs)
  const changed = await required(tx, row.id, nowMs)
  await insertVersion(tx, changed, { actorName: actor.name, restores, nowMs })
  const longest = change.policy?.lifetimeDays.maximum
  const isNewLife = longest !== undefined && longest !== policy.lifetimeDays.maximum
  const movedEnds = isNewLife ? await moveKeyEnds(tx, row.id, longest) : 0
  const what = Object.keys(after).join(', ')
  return {
    result: viewProfile(changed),
    subjects: [`profile:${row.id}`],
    audit: {
      action: restores === null ? 'profile.update' : 'profile.restore',
      targetType: 'profile',
      targetId: row.id,
      targetName: changed.name,
      summary:
        restores === null
          ? `changed ${what} of access profile ${changed.name}, now version ${version}`
          : `put ${what} of access profile ${changed.name} back as in version ${restores}, now version ${version}`,
      before: { version: row.version, ...before },
      after: { version, ...after, ...(movedEnds > 0 ? { keysWithAnotherEnd: movedEnds } : {}) },
    },
  }
}

export async function archiveProfile(context: Context, actor: Actor, id: string): Promise<void> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  await changePolicy(context, actor, async (tx) => {
    await lockProfile(tx, id)
    const row = await required(tx, id, nowMs)
    const reason = whyItStays(viewProfile(row))
    if (reason) throw new AppError('conflict', reason)
    await archiveProfileRow(tx, id, nowMs)
    return {
      result: null,
      subjects: [`profile:${id}`],
      audit: {
        action: 'profile.archive',
        targetType: 'profile',
        targetId: id,
        targetName: row.name,
        summary: `archived access profile ${row.name}`,
        before: { policy: row.policy, version: row.version },
      },
    }
  })
}

function whyItStays({ builtIn, isDefault, keys, people, groups }: ProfileView): string | null {
  if (builtIn) return 'A built-in profile stays. Take its people and keys away instead.'
  if (isDefault) return 'This is the default profile. Make another the default first.'
  if (keys > 0) return `Living keys on this profile: ${keys}.`
  if (people > 0) return `People on this profile: ${people}.`
  return groups.length > 0 ? `The group ${groups[0]} leads to this profile.` : null
}

function mustBeVersion(row: ProfileRow, version: number): void {
  if (row.version === version) return
  throw new AppError(
    'conflict',
    `Somebody changed this profile meanwhile: version ${row.version} is in force. Look at it and apply your change to that.`,
  )
}

function mustWrite(actor: Actor): void {
  if (!may(actor, 'profile.write')) throw forbidden('Only administrators change access profiles.')
}

async function required(tx: Tx, id: string, nowMs: number): Promise<ProfileRow> {
  const row = await findProfileById(tx, id, nowMs)
  if (!row) throw notFound('access profile')
  return row
}

async function mustBeFree(tx: Tx, name: string, exceptId: string | null): Promise<void> {
  if (!(await nameIsTaken(tx, name, exceptId))) return
  throw new AppError('conflict', `There is, or was, an access profile named ${name}. Choose another name.`, {
    errors: [{ field: 'name', message: 'This name is taken.' }],
  })
}

/** The policy with these parts replaced. Throws where the whole contradicts itself, by field. */
export function mergedPolicy(
  row: Pick<ProfileRow, 'policy'>,
  change: NonNullable<PatchProfileInput['policy']>,
): ProfilePolicy {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const policy = profilePolicy.parse({ ...profilePolicy.parse(row.policy), ...given })
  mustAgree(policy)
  return policy
}

function mustAgree(policy: ProfilePolicy): void {
  const errors = checkPolicy(policy)
  if (errors.length > 0) throw new AppError('validation_failed', 'Some values contradict each other.', { errors })
}
