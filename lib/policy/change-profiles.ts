/** Creates, changes and archives access profiles. Keys on a profile obey the change on their next call. */
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
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
  insertProfile,
  lockProfile,
  nameIsTaken,
  updateProfileRow,
  type ProfileRow,
} from '#lib/policy/profile-store.ts'
import { viewProfile } from '#lib/policy/read-profiles.ts'
import { checkPolicy } from '#lib/policy/rules/check-policy.ts'

export async function createProfile(context: Context, actor: Actor, input: CreateProfileInput): Promise<ProfileView> {
  mustWrite(actor)
  mustAgree(input.policy)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    await mustBeFree(tx, input.name, null)
    const id = await insertProfile(tx, input, nowMs)
    return {
      result: viewProfile(await required(tx, id, nowMs)),
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
    if (row.version !== patch.version) {
      throw new AppError(
        'conflict',
        `Somebody changed this profile meanwhile: version ${row.version} is in force. Look at it and apply your change to that.`,
      )
    }
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
    const { before, after } = differences(row, change)
    if (Object.keys(after).length === 0) return { result: viewProfile(row), subjects: [], audit: null }

    const version = row.version + 1
    await updateProfileRow(tx, id, { ...change, version }, nowMs)
    const changed = await required(tx, id, nowMs)
    return {
      result: viewProfile(changed),
      subjects: [`profile:${id}`],
      audit: {
        action: 'profile.update',
        targetType: 'profile',
        targetId: id,
        targetName: changed.name,
        summary: `changed ${Object.keys(after).join(', ')} of access profile ${changed.name}, now version ${version}`,
        before: { version: row.version, ...before },
        after: { version, ...after },
      },
    }
  })
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

function mergedPolicy(row: ProfileRow, change: NonNullable<PatchProfileInput['policy']>): ProfilePolicy {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const policy = profilePolicy.parse({ ...profilePolicy.parse(row.policy), ...given })
  mustAgree(policy)
  return policy
}

function mustAgree(policy: ProfilePolicy): void {
  const errors = checkPolicy(policy)
  if (errors.length > 0) throw new AppError('validation_failed', 'Some values contradict each other.', { errors })
}

type Changes = Readonly<Record<string, unknown>>

/** What differs, the policy part by part. */
function differences(
  row: ProfileRow,
  change: { readonly policy?: ProfilePolicy } & Changes,
): { before: Changes; after: Changes } {
  const flat = ({ policy, ...rest }: Changes): Changes => ({ ...rest, ...(policy as Changes | undefined) })
  const before = flat({
    name: row.name,
    description: row.description,
    isDefault: row.isDefault,
    policy: profilePolicy.parse(row.policy),
  })
  const after = flat(change)
  const fields = Object.keys(after).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
  const pick = (from: Changes): Changes => Object.fromEntries(fields.map((field) => [field, from[field]]))
  return { before: pick(before), after: pick(after) }
}
