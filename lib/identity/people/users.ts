/** People: who is here, in which teams and roles, and whether they may come in. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type { updateUserInput, UserView } from '#lib/identity/people/contract.ts'
import { findUser, findUsers, otherActiveAdmins, setUserStatus, type UserRow } from '#lib/identity/people/store.ts'
import { may, visibleRows } from '#lib/identity/rules/permissions.ts'
import { visibleWhere } from '#lib/identity/rules/visible-where.ts'
import { endSessionsOfUser } from '#lib/identity/sign-in-store.ts'
import { keysetOf, positionIn } from '#lib/management/keyset.ts'
import { likeText, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export const listUsersQuery = pageQueryOf({
  sorts: ['name', '-name', 'email', '-email', 'createdAt', '-createdAt'],
  filters: ['status', 'role', 'team', 'profile'],
})

export async function listUsers(
  context: Context,
  actor: Actor,
  query: z.output<typeof listUsersQuery>,
): Promise<Page<UserView>> {
  const { filter, q } = query
  const contains = q ? { contains: likeText(q), mode: 'insensitive' } : undefined
  const rows = await findUsers(
    context.db,
    [
      visibleUsers(actor),
      {
        status: filter.status && { in: filter.status },
        roles: filter.role && { hasSome: filter.role },
        memberships: filter.team && { some: { teamId: { in: filter.team } } },
        profileId: filter.profile && { in: filter.profile },
      },
      contains ? { OR: [{ name: contains }, { email: contains }] } : {},
    ],
    keysetOf(query),
  )
  return pageOf(rows, query, { itemOf: viewOf, positionOf: (row) => positionIn(row, query.sort) })
}

export async function readUser(context: Context, actor: Actor, id: string): Promise<UserView> {
  const row = await findUser(context.db, id, visibleUsers(actor))
  if (!row) throw notFound('person')
  return viewOf(row)
}

/**
 * Lets somebody in, or keeps them out: with `disabled` their sessions end now and their keys are refused on the next
 * call. Nobody disables themselves, and somebody who can administer is always left.
 */
export async function updateUser(
  context: Context,
  actor: Actor,
  id: string,
  { status }: z.output<typeof updateUserInput>,
): Promise<UserView> {
  return changePolicy(context, actor, async (tx) => {
    const before = await findUser(tx, id, visibleUsers(actor))
    if (!before) throw notFound('person')
    if (!may(actor, 'user.write')) throw forbidden('Only admins disable and enable accounts.')
    if (before.status === status) return { result: viewOf(before), subjects: [], audit: null }
    if (status === 'disabled') {
      if (id === actor.id) throw new AppError('conflict', 'You cannot disable your own account. Ask another admin.')
      await mustLeaveAnAdmin(before, () => otherActiveAdmins(tx, id))
      await endSessionsOfUser(tx, id, new Date(context.clock.nowMs()))
    }
    await setUserStatus(tx, id, status)
    const audit = {
      action: status === 'disabled' ? 'user.disable' : 'user.enable',
      targetType: 'user',
      targetId: id,
      targetName: before.name,
      summary: `${status === 'disabled' ? 'disabled' : 'enabled'} ${before.name}`,
      before: { status: before.status },
      after: { status },
    }
    return { result: viewOf({ ...before, status }), subjects: [`user:${id}`], audit }
  })
}

export async function mustLeaveAnAdmin(
  user: { readonly status: string; readonly roles: readonly string[] },
  countOthers: () => Promise<number>,
): Promise<void> {
  if (user.status !== 'active' || !user.roles.includes('admin')) return
  if ((await countOthers()) === 0)
    throw new AppError('conflict', 'This is the last admin. Give somebody else the role first.')
}

function visibleUsers(actor: Actor) {
  return visibleWhere(visibleRows(actor, 'user.read'), {
    inTeams: (ids) => ({ memberships: { some: { teamId: { in: [...ids] } } } }),
    ownedBy: (userId) => ({ id: userId }),
  })
}

function viewOf({ memberships, createdAt, lastSignInAt, ...row }: UserRow): UserView {
  return {
    ...row,
    teams: memberships.map(({ isLead, team }) => ({ ...team, isLead })),
    createdAt: createdAt.toISOString(),
    lastSignInAt: lastSignInAt?.toISOString() ?? null,
  }
}
