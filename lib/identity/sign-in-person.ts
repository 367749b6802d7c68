/**
 * Somebody comes back from an identity provider. One transaction finds or makes the person, maps groups to team, roles
 * and profile, opens the session and writes the audit entries; or refuses, and says why.
 *
 * Accounts are linked by issuer and subject. By e-mail an account is linked only once, at the first sign-in, only while
 * it has no identity at all (it was seeded, or provisioned by SCIM), and only where the address proves something: the
 * issuer says that it verified it, or says nothing and is the only issuer this deployment trusts, so that there is
 * nobody else whose address it could be. With two issuers, whoever could set an unverified address at the laxer one would
 * otherwise take over any account of the stricter one.
 */
import { recordAudit } from '#lib/audit/record-audit.ts'
import type { Origin } from '#lib/identity/caller-of.ts'
import { identityIssuer, readClaims, type Identity } from '#lib/identity/rules/claims.ts'
import { sealIdToken } from '#lib/identity/rules/id-token-box.ts'
import { mapGroups, type MappedGroups } from '#lib/identity/rules/map-groups.ts'
import { absoluteSessionMs } from '#lib/identity/rules/session-lifetime.ts'
import {
  createUser,
  endSession,
  findDefaultProfileId,
  findUserByEmail,
  findUserByIdentity,
  findUsableMappings,
  insertSession,
  linkIdentity,
  replaceMemberships,
  updateUserAtSignIn,
  type SignInUser,
} from '#lib/identity/sign-in-store.ts'
import type { IdentityProviderConfig } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { publishVersions, raiseVersions, type Subject } from '#lib/policy/versions.ts'

export type SignInAttempt = {
  readonly provider: IdentityProviderConfig
  /** The claims of a validated ID token. */
  readonly claims: unknown
  readonly idToken: string | null
  /** The session that this browser had before: it ends, so that no id known earlier is worth anything. */
  readonly previousSessionId: string | null
  readonly origin: Origin
}

export type SignInRefusal = 'invalid_identity' | 'no_email' | 'groups_overage' | 'email_in_use' | 'disabled'

export type SignInOutcome =
  | {
      readonly kind: 'signed_in'
      readonly userId: string
      readonly sessionId: string
      readonly subject: string
      readonly idpSession: string | null
    }
  | { readonly kind: 'refused'; readonly reason: SignInRefusal }

export async function signInPerson(context: Context, attempt: SignInAttempt): Promise<SignInOutcome> {
  const read = readClaims(attempt.claims, attempt.provider.issuer)
  if (read.kind === 'refused') return read
  const { outcome, subjects } = await withOneRetry(() =>
    context.db.$transaction((tx) => signIn(tx, context, attempt, read.identity)),
  )
  await publishVersions(context.db, context.redis, subjects)
  return outcome
}

type Done = { readonly outcome: SignInOutcome; readonly subjects: readonly Subject[] }

async function signIn(tx: Tx, context: Context, attempt: SignInAttempt, identity: Identity): Promise<Done> {
  const { provider, origin } = attempt
  const now = new Date(context.clock.nowMs())
  const found = await findPerson(tx, context, attempt, identity)
  if (found.kind === 'refused') return { outcome: found, subjects: [] }
  const before = found.user
  const actor = { kind: 'user', id: before.id, name: identity.name, ...origin } as const
  const target = { targetType: 'user', targetId: before.id, targetName: identity.name }
  if (before.status !== 'active') {
    await recordAudit(tx, actor, {
      action: 'session.refuse',
      ...target,
      summary: `was refused at sign-in: the account is ${before.status}`,
    })
    return { outcome: { kind: 'refused', reason: 'disabled' }, subjects: [] }
  }

  const mapped = mapGroups(identity.groups, await findUsableMappings(tx), await findDefaultProfileId(tx))
  const groups = [...new Set(identity.groups)].toSorted()
  const after = { ...mapped, groups, name: identity.name, email: await emailFor(tx, before, identity) }
  await updateUserAtSignIn(tx, before.id, { ...after, now })
  await replaceMemberships(tx, before.id, mapped.memberships)
  const sessionId = newId('ses', now.getTime())
  await insertSession(tx, {
    id: sessionId,
    userId: before.id,
    provider: provider.id,
    issuer: identityIssuer(provider),
    idpSession: identity.idpSession,
    idToken: attempt.idToken === null ? null : sealIdToken(attempt.idToken, context.config.masterKey, sessionId),
    groups: [...identity.groups],
    createdAt: now,
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + absoluteSessionMs),
  })
  if (attempt.previousSessionId !== null) await endSession(tx, attempt.previousSessionId, now)

  // Groups may carry limits, whatever they map to.
  const isChanged = found.isNew || changesPolicy(before, mapped) || before.groups.join('\n') !== groups.join('\n')
  const subjects: Subject[] = isChanged ? [`user:${before.id}`] : []
  await raiseVersions(tx, subjects)
  if (found.isNew) {
    await recordAudit(tx, actor, {
      action: 'user.provision',
      ...target,
      summary: `was set up at the first sign-in by ${provider.name}`,
      after: accessOf(mapped),
    })
  } else if (changesPolicy(before, mapped)) {
    const summary = `got other access, as the groups at ${provider.name} say`
    await recordAudit(tx, actor, {
      action: 'user.sync',
      ...target,
      summary,
      before: accessOf(before),
      after: accessOf(mapped),
    })
  }
  await recordAudit(tx, actor, {
    action: 'session.sign_in',
    ...target,
    summary: `signed in with ${provider.name}${mapped.isMapped ? '' : ', but no group is mapped'}`,
    after: { sessionId, provider: provider.id, groups: identity.groups, linkedByEmail: found.linkedByEmail },
  })
  const { subject, idpSession } = identity
  return { outcome: { kind: 'signed_in', userId: before.id, sessionId, subject, idpSession }, subjects }
}

type FoundPerson =
  | { readonly kind: 'person'; readonly user: SignInUser; readonly isNew: boolean; readonly linkedByEmail: boolean }
  | { readonly kind: 'refused'; readonly reason: 'email_in_use' }

async function findPerson(
  tx: Tx,
  context: Context,
  { provider }: SignInAttempt,
  identity: Identity,
): Promise<FoundPerson> {
  // The address is read before the identity: another first sign-in of this person, at the same moment, is then seen by
  // its identity, and never taken for somebody else who has the address.
  const namesake = await findUserByEmail(tx, identity.email)
  const known = await findUserByIdentity(tx, identityIssuer(provider), identity.subject)
  if (known) return { kind: 'person', user: known, isNew: false, linkedByEmail: false }

  const link = { issuer: identityIssuer(provider), subject: identity.subject }
  if (!namesake) {
    const user = await createUser(tx, {
      id: newId('user', context.clock.nowMs()),
      email: identity.email,
      name: identity.name,
    })
    await linkIdentity(tx, user.id, link)
    return { kind: 'person', user, isNew: true, linkedByEmail: false }
  }
  const isOnlyIssuer = context.config.identityProviders.length === 1
  const addressProves = identity.emailVerified ?? isOnlyIssuer
  if (namesake.identityCount > 0 || !addressProves) return { kind: 'refused', reason: 'email_in_use' }
  await linkIdentity(tx, namesake.id, link)
  return { kind: 'person', user: namesake, isNew: false, linkedByEmail: true }
}

/** The address follows the identity provider, unless another account has it: then the old one stays. */
async function emailFor(tx: Tx, user: SignInUser, identity: Identity): Promise<string> {
  if (user.email === identity.email) return user.email
  return (await findUserByEmail(tx, identity.email)) ? user.email : identity.email
}

type Access = Pick<MappedGroups, 'roles' | 'profileId' | 'primaryTeamId' | 'memberships'>

function changesPolicy(before: SignInUser, after: MappedGroups): boolean {
  return JSON.stringify(accessOf(before)) !== JSON.stringify(accessOf(after))
}

function accessOf(of: Access | SignInUser) {
  const { profileId, primaryTeamId } = of
  const memberships = of.memberships.map(({ teamId, isLead }) => ({ teamId, isLead }))
  return { roles: [...of.roles].toSorted(), profileId, primaryTeamId, memberships }
}

/** Two first sign-ins of one person at once: the second finds the unique index, and then finds the person. */
async function withOneRetry<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'P2002') return work()
    throw error
  }
}
