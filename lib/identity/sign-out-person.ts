/** Signing out: the session row ends here, and the browser goes on to end the one at the identity provider. */
import { recordAudit } from '#lib/audit/record-audit.ts'
import type { Origin } from '#lib/identity/caller-of.ts'
import { discoverIssuer } from '#lib/identity/discover-issuer.ts'
import { openIdToken } from '#lib/identity/rules/id-token-box.ts'
import { endSession, findSessionForSignOut } from '#lib/identity/sign-in-store.ts'
import type { Context } from '#lib/platform/context.ts'

/** Ends the session and returns where the browser goes next: the provider's sign-out, or the sign-in page without one. */
export async function signOutPerson(context: Context, sessionId: string, origin: Origin): Promise<string> {
  const { config, db, clock } = context
  const session = await db.$transaction(async (tx) => {
    const found = await findSessionForSignOut(tx, sessionId)
    if (!found || !(await endSession(tx, sessionId, new Date(clock.nowMs())))) return null
    const { id, name } = found.user
    await recordAudit(
      tx,
      { kind: 'user', id, name, ...origin },
      {
        action: 'session.sign_out',
        targetType: 'user',
        targetId: id,
        targetName: name,
        summary: 'signed out',
        after: { sessionId },
      },
    )
    return found
  })
  const signInPage = `${config.publicUrl}/sign-in`
  const provider = config.identityProviders.find(({ id }) => id === session?.provider)
  if (!session || !provider) return signInPage
  // The issuer may be down: signed out here is signed out.
  const metadata = await discoverIssuer(provider.issuer, clock.nowMs()).catch(() => null)
  if (!metadata?.end_session_endpoint) return signInPage
  const next = new URL(metadata.end_session_endpoint)
  next.searchParams.set('client_id', provider.clientId)
  next.searchParams.set('post_logout_redirect_uri', signInPage)
  const idToken = session.idToken === null ? null : openIdToken(session.idToken, config.masterKey, session.id)
  if (idToken) next.searchParams.set('id_token_hint', idToken)
  return next.href
}
