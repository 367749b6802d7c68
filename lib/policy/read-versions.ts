/** The versions of an access profile, newest first, and what differs between two of them. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { decodeCursor, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { notFound } from '#lib/platform/errors.ts'
import { profilePolicy, type profileDifference, type ProfileVersionView } from '#lib/policy/contract.ts'
import { findVersion, findVersions, type VersionRow } from '#lib/policy/profile-store.ts'
import { readProfile } from '#lib/policy/read-profiles.ts'
import { profileDifferences } from '#lib/policy/rules/profile-differences.ts'

export const listVersionsQuery = pageQueryOf({ sorts: ['-version'], filters: [] })

export async function listVersions(
  context: Context,
  actor: Actor,
  id: string,
  query: z.infer<typeof listVersionsQuery>,
): Promise<Page<ProfileVersionView>> {
  const profile = await readProfile(context, actor, id)
  const [before] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 1)
  const rows = await findVersions(context.db, id, typeof before === 'number' ? before : null, query.limit + 1)
  return pageOf(rows, query, {
    itemOf: (row) => viewVersion(row, profile.version),
    positionOf: ({ version }) => [version],
  })
}

/** What one version changed: against the one before it, or any other. */
export async function readDifference(
  context: Context,
  actor: Actor,
  id: string,
  { version, against = version - 1 }: { readonly version: number; readonly against?: number | undefined },
): Promise<z.infer<typeof profileDifference>> {
  await readProfile(context, actor, id)
  const [from, to] = await Promise.all([findVersion(context.db, id, against), findVersion(context.db, id, version)])
  if (!from || !to) throw notFound('version of this access profile')
  return { from: from.version, to: to.version, ...profileDifferences(stateOf(from), stateOf(to)) }
}

function stateOf({ name, description, policy }: VersionRow) {
  return { name, description, policy: profilePolicy.parse(policy) }
}

function viewVersion({ at, actorName, policy, ...row }: VersionRow, inForce: number): ProfileVersionView {
  return {
    ...row,
    policy: profilePolicy.parse(policy),
    inForce: row.version === inForce,
    at: at.toISOString(),
    by: actorName,
  }
}
