/** Access profiles for those who may read them all. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { decodeCursor, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { notFound } from '#lib/platform/errors.ts'
import { profilePolicy, type ProfileView } from '#lib/policy/contract.ts'
import { findProfileById, findProfiles, type ProfileRow } from '#lib/policy/profile-store.ts'

export const listProfilesQuery = pageQueryOf({ sorts: ['name', '-name'], filters: [] })

export async function listProfiles(
  { db, clock }: Context,
  actor: Actor,
  query: z.infer<typeof listProfilesQuery>,
): Promise<Page<ProfileView>> {
  if (!may(actor, 'profile.read')) return { data: [], nextCursor: null }
  const [name, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 2)
  const rows = await findProfiles(db, {
    q: query.q || undefined,
    after: typeof name === 'string' && typeof id === 'string' ? [name, id] : null,
    downward: query.sort === '-name',
    limit: query.limit + 1,
    nowMs: clock.nowMs(),
  })
  return pageOf(rows, query, { itemOf: viewProfile, positionOf: (row) => [row.name, row.id] })
}

export async function readProfile({ db, clock }: Context, actor: Actor, id: string): Promise<ProfileView> {
  const row = may(actor, 'profile.read') ? await findProfileById(db, id, clock.nowMs()) : null
  if (!row) throw notFound('access profile')
  return viewProfile(row)
}

export function viewProfile({ mappings, _count, createdAt, updatedAt, policy, ...row }: ProfileRow): ProfileView {
  return {
    ...row,
    policy: profilePolicy.parse(policy),
    keys: _count.keys,
    people: _count.users,
    groups: mappings.map(({ group }) => group),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
