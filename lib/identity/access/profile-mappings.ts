/**
 * What groups at the identity provider give: team, profile, roles. A change shows at each person's next sign-in; nobody is
 * moved in the middle of their work.
 */
import type * as z from 'zod'
import type {
  createProfileMappingInput,
  ProfileMappingView,
  updateProfileMappingInput,
} from '#lib/identity/access/contract.ts'
import {
  findMapping,
  findMappings,
  findTeamNames,
  insertMapping,
  isUsableProfile,
  isUsableTeam,
  otherAdminMappings,
  removeMapping,
  updateMappingFields,
  type MappingRow,
} from '#lib/identity/access/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { keysetOf, positionIn } from '#lib/management/keyset.ts'
import { likeText, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import { invalidField, refusingDuplicates } from '#lib/management/unique.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { newId } from '#lib/platform/ids.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export const listProfileMappingsQuery = pageQueryOf({
  sorts: ['group', '-group', 'createdAt', '-createdAt'],
  filters: ['team', 'profile', 'role'],
})

export async function listProfileMappings(
  context: Context,
  actor: Actor,
  query: z.output<typeof listProfileMappingsQuery>,
): Promise<Page<ProfileMappingView>> {
  mustRead(actor)
  const { filter, q } = query
  const rows = await findMappings(
    context.db,
    [
      {
        teamId: filter.team && { in: filter.team },
        profileId: filter.profile && { in: filter.profile },
        roles: filter.role && { hasSome: filter.role },
        group: q ? { contains: likeText(q), mode: 'insensitive' } : undefined,
      },
    ],
    keysetOf(query),
  )
  const page = pageOf(rows, query, { itemOf: (row) => row, positionOf: (row) => positionIn(row, query.sort) })
  return { ...page, data: await viewsOf(context.db, page.data) }
}

export async function readProfileMapping(context: Context, actor: Actor, id: string): Promise<ProfileMappingView> {
  mustRead(actor)
  return viewOf(context.db, await existing(context.db, id))
}

export async function createProfileMapping(
  context: Context,
  actor: Actor,
  input: z.output<typeof createProfileMappingInput>,
): Promise<ProfileMappingView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  const id = newId('map', nowMs)
  return refusingDuplicates(
    { field: 'group', message: 'This group is mapped already. Change that mapping instead.' },
    () =>
      changePolicy(context, actor, async (tx) => {
        await checkLinks(tx, input)
        await insertMapping(tx, { id, ...input, createdAt: new Date(nowMs) })
        const made = await existing(tx, id)
        const audit = {
          ...aboutMapping('profile_mapping.create', made),
          summary: `mapped group ${made.group}`,
          after: input,
        }
        return { result: await viewOf(tx, made), subjects: [], audit }
      }),
  )
}

export async function updateProfileMapping(
  context: Context,
  actor: Actor,
  id: string,
  input: z.output<typeof updateProfileMappingInput>,
): Promise<ProfileMappingView> {
  mustWrite(actor)
  return changePolicy(context, actor, async (tx) => {
    const before = await existing(tx, id)
    const changes = changedFields(before, input)
    if (changes.isEmpty) return { result: await viewOf(tx, before), subjects: [], audit: null }
    await checkLinks(tx, input)
    if (input.roles && !input.roles.includes('admin')) await mustLeaveAdmins(tx, before)
    await updateMappingFields(tx, id, input)
    const after = await existing(tx, id)
    const audit = {
      ...aboutMapping('profile_mapping.update', after),
      summary: `changed what group ${after.group} gives`,
      ...changes,
    }
    return { result: await viewOf(tx, after), subjects: [], audit }
  })
}

export async function deleteProfileMapping(context: Context, actor: Actor, id: string): Promise<void> {
  mustWrite(actor)
  await changePolicy(context, actor, async (tx) => {
    const before = await existing(tx, id)
    await mustLeaveAdmins(tx, before)
    await removeMapping(tx, id)
    const { profile: _, createdAt: __, ...fields } = before
    const audit = {
      ...aboutMapping('profile_mapping.delete', before),
      summary: `removed the mapping of group ${before.group}`,
      before: fields,
    }
    return { result: undefined, subjects: [], audit }
  })
}

/** Without any mapping to the role, the next sign-in of the last admin would leave nobody who can mend it. */
async function mustLeaveAdmins(tx: Tx, before: MappingRow): Promise<void> {
  if (!before.roles.includes('admin') || (await otherAdminMappings(tx, before.id)) > 0) return
  throw new AppError('conflict', 'This is the only group that makes admins. Map another one to the role first.')
}

type Links = { readonly teamId?: string | null | undefined; readonly profileId?: string | null | undefined }

async function checkLinks(tx: Tx, { teamId, profileId }: Links): Promise<void> {
  if (teamId && !(await isUsableTeam(tx, teamId))) throw invalidField('teamId', 'There is no team with this id.')
  if (profileId && !(await isUsableProfile(tx, profileId)))
    throw invalidField('profileId', 'There is no access profile with this id.')
}

function mustRead(actor: Actor): void {
  if (!may(actor, 'profile_mapping.read')) throw forbidden('Only admins and auditors see what groups give.')
}

function mustWrite(actor: Actor): void {
  if (!may(actor, 'profile_mapping.write')) throw forbidden('Only admins change what groups give.')
}

async function existing(db: Db | Tx, id: string): Promise<MappingRow> {
  const row = await findMapping(db, id)
  if (!row) throw notFound('group mapping')
  return row
}

function aboutMapping(action: string, { id, group }: { readonly id: string; readonly group: string }) {
  return { action, targetType: 'profile_mapping', targetId: id, targetName: group }
}

async function viewOf(db: Db | Tx, row: MappingRow): Promise<ProfileMappingView> {
  const [view] = await viewsOf(db, [row])
  if (!view) throw notFound('group mapping')
  return view
}

async function viewsOf(db: Db | Tx, rows: readonly MappingRow[]): Promise<ProfileMappingView[]> {
  const teams = await findTeamNames(
    db,
    rows.flatMap(({ teamId }) => teamId ?? []),
  )
  const byId = new Map(teams.map((team) => [team.id, team]))
  return rows.map(({ teamId, profileId: _, createdAt, ...row }) => ({
    ...row,
    team: teamId === null ? null : (byId.get(teamId) ?? null),
    createdAt: createdAt.toISOString(),
  }))
}
