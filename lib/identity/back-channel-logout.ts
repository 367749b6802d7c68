/**
 * The identity provider ends a session of its own, and tells us (OpenID Connect Back-Channel Logout 1.0): every session
 * of ours that came from it ends with it, without the browser.
 */
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as z from 'zod'
import { recordAudit } from '#lib/audit/record-audit.ts'
import { discoverIssuer } from '#lib/identity/discover-issuer.ts'
import { identityIssuer, sameIssuer } from '#lib/identity/rules/claims.ts'
import { endSession, findSessionsAtIssuer } from '#lib/identity/sign-in-store.ts'
import type { IdentityProviderConfig } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'
import { sha256 } from '#lib/platform/crypto.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'
const maxAgeSeconds = 120

const logoutClaims = z
  .object({
    iss: z.string(),
    jti: z.string().min(1).max(500),
    iat: z.number(),
    sub: z.string().min(1).optional(),
    sid: z.string().min(1).optional(),
    events: z.looseObject({ [event]: z.object({}).loose() }),
    // An ID token of the same issuer has one; it must not pass for a logout token (section 2.4 of the specification).
    nonce: z.undefined().optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined)

export type LogoutOutcome = { readonly kind: 'ended'; readonly sessions: number } | { readonly kind: 'refused' }

/** The HTTP side: a form with `logout_token`, answered 200 or 400 as section 2.8 says. */
export async function answerBackChannelLogout(context: Context, request: Request): Promise<Response> {
  const form = new URLSearchParams((await request.text()).slice(0, 50_000))
  const outcome = await backChannelLogout(context, form.get('logout_token') ?? '')
  const headers = { 'cache-control': 'no-store', 'content-type': 'application/json' }
  if (outcome.kind === 'ended') return new Response('{}', { status: 200, headers })
  return new Response(JSON.stringify({ error: 'invalid_request' }), { status: 400, headers })
}

export async function backChannelLogout(context: Context, logoutToken: string): Promise<LogoutOutcome> {
  const { db, clock } = context
  const verified = await verify(context, logoutToken)
  if (!verified || (await wasSeen(context, verified.claims.jti))) return { kind: 'refused' }
  const { provider, claims } = verified
  const ended = await db.$transaction(async (tx) => {
    const sessions = await findSessionsAtIssuer(tx, {
      issuer: identityIssuer(provider),
      subject: claims.sub ?? null,
      idpSession: claims.sid ?? null,
    })
    for (const { id } of sessions) await endSession(tx, id, new Date(clock.nowMs()))
    for (const { id: sessionId, user } of sessions) {
      await recordAudit(
        tx,
        { kind: 'system', id: 'back-channel-logout', name: provider.name, ip: null, requestId: null },
        {
          action: 'session.back_channel_logout',
          targetType: 'user',
          targetId: user.id,
          targetName: user.name,
          summary: `ended a session of ${user.name}`,
          after: { sessionId },
        },
      )
    }
    return sessions.length
  })
  return { kind: 'ended', sessions: ended }
}

/** The claims of a token that one of our providers signed for us, lately, and for this purpose. */
async function verify(context: Context, logoutToken: string) {
  for (const provider of context.config.identityProviders) {
    const claims = await claimsFrom(provider, logoutToken, context.clock.nowMs())
    if (claims) return { provider, claims }
  }
  return null
}

async function claimsFrom(provider: IdentityProviderConfig, logoutToken: string, nowMs: number) {
  try {
    const metadata = await discoverIssuer(provider.issuer, nowMs)
    const { payload, protectedHeader } = await jwtVerify(logoutToken, keysAt(metadata.jwks_uri), {
      issuer: metadata.issuer,
      audience: provider.clientId,
      algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'],
      maxTokenAge: maxAgeSeconds,
      clockTolerance: 10,
      currentDate: new Date(nowMs),
    })
    // Where a type is given it must be this one; older providers give none, or plain JWT.
    if (!/^(jwt|(application\/)?logout\+jwt)?$/i.test(protectedHeader.typ ?? '')) return null
    const claims = logoutClaims.parse(payload)
    return sameIssuer(claims.iss, provider.issuer) ? claims : null
  } catch {
    // Another provider's token, a forged one or an old one: which of these is nobody's business.
    return null
  }
}

const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>()

function keysAt(jwksUri: string): ReturnType<typeof createRemoteJWKSet> {
  const known = keySets.get(jwksUri) ?? createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: 5_000 })
  keySets.set(jwksUri, known)
  return known
}

/** Each token counts once. Without Redis it counts again within its two minutes, which at worst signs somebody out. */
async function wasSeen(context: Context, jti: string): Promise<boolean> {
  try {
    const first = await context.redis.set(
      `{gh}:logout:${sha256(jti).toString('hex')}`,
      '1',
      'EX',
      maxAgeSeconds + 60,
      'NX',
    )
    return first === null
  } catch {
    return false
  }
}
