/** Every query of the module. */
import { isLiveSession } from '#lib/identity/rules/session-lifetime.ts'
import type { Db } from '#lib/platform/db.ts'

const actorFields = {
  id: true,
  email: true,
  name: true,
  status: true,
  roles: true,
  profileId: true,
  primaryTeamId: true,
  memberships: { select: { teamId: true, isLead: true }, orderBy: { teamId: 'asc' }, take: 500 },
} as const

export async function findSessionWithUser(db: Db, sessionId: string) {
  return db.session.findUnique({
    where: { id: sessionId },
    select: {
      id: true,
      lastSeenAt: true,
      expiresAt: true,
      revokedAt: true,
      user: { select: actorFields },
    },
  })
}

export type UserRow = NonNullable<Awaited<ReturnType<typeof findSessionWithUser>>>['user']

export async function touchSession(db: Db, sessionId: string, now: Date): Promise<void> {
  await db.session.updateMany({ where: { id: sessionId, lastSeenAt: { lt: now } }, data: { lastSeenAt: now } })
}

export async function findApiToken(db: Db, digests: readonly Uint8Array[]) {
  return db.apiToken.findFirst({
    where: { digest: { in: digests.map((digest) => Uint8Array.from(digest)) } },
    select: { id: true, name: true, roles: true, expiresAt: true, revokedAt: true, lastUsedAt: true },
  })
}

export async function touchApiToken(db: Db, tokenId: string, now: Date): Promise<void> {
  await db.apiToken.updateMany({ where: { id: tokenId }, data: { lastUsedAt: now } })
}

export async function isSessionLive(db: Db, sessionId: string, nowMs: number): Promise<boolean> {
  const session = await db.session.findUnique({
    where: { id: sessionId },
    select: { lastSeenAt: true, expiresAt: true, revokedAt: true, user: { select: { status: true } } },
  })
  return session !== null && session.user.status === 'active' && isLiveSession(session, nowMs)
}
