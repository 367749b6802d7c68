/**
 * From a request to whoever makes it: a session cookie, an API token or the bootstrap token. Null means nobody we know;
 * which of the reasons is not said. A lost database throws, and is a 503, never a 401.
 */
import { isIP } from 'node:net'
import { bootstrapActorId, role, type Actor, type Caller, type Role } from '#lib/identity/contract.ts'
import { apiTokenDigest, isApiTokenText } from '#lib/identity/rules/api-token-text.ts'
import { isLiveSession, seenEveryMs } from '#lib/identity/rules/session-lifetime.ts'
import { sessionIdOf } from '#lib/identity/session-cookie.ts'
import { findApiToken, findSessionWithUser, touchApiToken, touchSession, type UserRow } from '#lib/identity/store.ts'
import type { Context } from '#lib/platform/context.ts'
import { equalInConstantTime } from '#lib/platform/crypto.ts'

/** Where a request comes from, as the audit log keeps it. */
export type Origin = { readonly ip: string | null; readonly requestId: string | null }

/** A bearer token decides alone: a cookie beside a wrong token does not help. */
export async function callerOf(context: Context, headers: Headers, requestId: string | null): Promise<Caller | null> {
  const origin = { ip: clientIpOf(headers), requestId }
  const bearer = /^bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (bearer !== undefined) {
    const actor = await actorOfToken(context, bearer, origin)
    return actor && { actor, via: 'token' }
  }
  const actor = await actorOfCookies(context, headers.get('cookie'), origin)
  return actor && { actor, via: 'session' }
}

/** Whoever makes this request, null for nobody. For routes outside the management API; it does not check for CSRF. */
export async function actorFromRequest(context: Context, request: Request): Promise<Actor | null> {
  const caller = await callerOf(context, request.headers, null)
  return caller?.actor ?? null
}

export async function actorOfCookies(context: Context, cookies: string | null, origin: Origin): Promise<Actor | null> {
  const sessionId = await sessionIdOf(cookies, context.config)
  if (!sessionId) return null
  const session = await findSessionWithUser(context.db, sessionId)
  const nowMs = context.clock.nowMs()
  if (!session || !isLiveSession(session, nowMs) || session.user.status !== 'active') return null
  if (session.lastSeenAt.getTime() + seenEveryMs <= nowMs) await touchSession(context.db, session.id, new Date(nowMs))
  return actorOfUser(session.user, origin)
}

export function actorOfUser(user: UserRow, origin: Origin): Actor {
  const teamIds = user.memberships.map(({ teamId }) => teamId)
  return {
    kind: 'user',
    id: user.id,
    name: user.name,
    email: user.email,
    roles: knownRoles(user.roles),
    teamIds: teamIds.toSorted((a, b) => Number(b === user.primaryTeamId) - Number(a === user.primaryTeamId)),
    leadOf: user.memberships.filter(({ isLead }) => isLead).map(({ teamId }) => teamId),
    profileId: user.profileId,
    ...origin,
  }
}

async function actorOfToken(context: Context, text: string, origin: Origin): Promise<Actor | null> {
  const { config, db, clock } = context
  if (config.bootstrapToken !== null && equalInConstantTime(text, config.bootstrapToken)) {
    return tokenActor(bootstrapActorId, 'Bootstrap token', ['admin'], origin)
  }
  if (!isApiTokenText(text)) return null
  const peppers = config.previousPepper ? [config.pepper, config.previousPepper] : [config.pepper]
  const token = await findApiToken(
    db,
    peppers.map((pepper) => apiTokenDigest(text, pepper)),
  )
  const nowMs = clock.nowMs()
  if (!token || token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt.getTime() <= nowMs))
    return null
  if ((token.lastUsedAt?.getTime() ?? 0) + seenEveryMs <= nowMs) await touchApiToken(db, token.id, new Date(nowMs))
  return tokenActor(token.id, token.name, token.roles, origin)
}

function tokenActor(id: string, name: string, roles: readonly string[], origin: Origin): Actor {
  const nobody = { email: null, teamIds: [], leadOf: [], profileId: null }
  return { kind: 'token', id, name, roles: knownRoles(roles), ...nobody, ...origin }
}

// A word in the database that no release of ours knows gives nothing.
function knownRoles(words: readonly string[]): ReadonlySet<Role> {
  return new Set(words.flatMap((word) => role.safeParse(word).data ?? []))
}

/** The front door sets this header to the address of its peer, whatever the client sent; the last entry is its own. */
export function clientIpOf(headers: Headers): string | null {
  const last = headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
  return isIP(last) ? last : null
}
