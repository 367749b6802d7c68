/** What the shell says about whoever looks. */
import type { Db } from '#lib/platform/db.ts'

export async function findOrganisationName(db: Db): Promise<string | null> {
  const row = await db.organisation.findFirst({ select: { name: true } })
  return row?.name ?? null
}

export async function findTeamNames(
  db: Db,
  teamIds: readonly string[],
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  if (teamIds.length === 0) return []
  return db.team.findMany({
    where: { id: { in: [...teamIds] } },
    select: { id: true, name: true },
    orderBy: { name: 'asc' },
    take: 500,
  })
}

export async function findContact(db: Db) {
  const row = await db.organisation.findFirst({ select: { name: true, contactName: true, contactMail: true } })
  return row ?? { name: '', contactName: '', contactMail: '' }
}
