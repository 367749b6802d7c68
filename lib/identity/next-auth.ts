/**
 * Sign-in with OpenID Connect by next-auth, and who is signed in on the page being rendered. The one file under lib that
 * knows Next.
 *
 * next-auth runs the protocol (discovery, PKCE, state and nonce bound to one provider, ID token validation) and keeps
 * the cookie. Everything that decides is ours: `signInPerson` writes the session row, and the cookie only names it.
 */
import type { NextApiRequest, NextApiResponse } from 'next'
import NextAuth, { type Account, type AuthOptions } from 'next-auth'
import type { OAuthConfig } from 'next-auth/providers/oauth'
import { headers } from 'next/headers'
import { actorOfCookies, clientIpOf, type Origin } from '#lib/identity/caller-of.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { discoverIssuer, discoveryUrl, type IssuerMetadata } from '#lib/identity/discover-issuer.ts'
import { absoluteSessionMs } from '#lib/identity/rules/session-lifetime.ts'
import {
  cookieContent,
  openSessionCookie,
  sealSessionCookie,
  sessionIdOf,
  usesSecureCookies,
  type CookieContent,
} from '#lib/identity/session-cookie.ts'
import { signInPerson } from '#lib/identity/sign-in-person.ts'
import { signOutPerson } from '#lib/identity/sign-out-person.ts'
import { isSessionLive } from '#lib/identity/store.ts'
import type { IdentityProviderConfig } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'

export const authPrefix = '/api/auth'

/** Whoever looks at the page, null for nobody. Reads the session row each time: an ended session ends at once. */
export async function currentActor(context: Context): Promise<Actor | null> {
  const received = await headers()
  return actorOfCookies(context, received.get('cookie'), { ip: clientIpOf(received), requestId: null })
}

/** Answers everything under /api/auth that has no route of its own. */
export async function answerAuth(context: Context, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const [action = '', providerId] = url.pathname.slice(authPrefix.length + 1).split('/')
  if (request.method !== 'GET' && request.method !== 'POST')
    return new Response(null, { status: 405, headers: { allow: 'GET, POST' } })
  const form = request.method === 'POST' ? await readForm(request) : {}
  if (!form) return new Response('The form is too long.', { status: 413 })

  const cookies = request.headers.get('cookie')
  const previousSessionId = await sessionIdOf(cookies, context.config)
  const origin = { ip: clientIpOf(request.headers), requestId: null }
  const provider = context.config.identityProviders.find(({ id }) => id === providerId)
  const metadata = provider ? await metadataOrNull(context, provider) : null
  if (provider && !metadata && action === 'signin' && request.method === 'POST') {
    return redirectTo(`${context.config.publicUrl}/sign-in?error=OAuthSignin&provider=${provider.id}`)
  }
  const options = authOptions(context, { previousSessionId, origin, provider: provider ?? null, metadata })
  const query = action === 'signin' ? signInQuery(url.searchParams) : Object.fromEntries(url.searchParams)
  const response = await runNextAuth(options, context, {
    method: request.method,
    nextauth: [action, ...(providerId ? [providerId] : [])],
    query,
    form,
    cookies,
  })
  if (action === 'signout' && request.method === 'POST' && previousSessionId) {
    return afterSignOut(context, response, previousSessionId, origin)
  }
  return response
}

type SignInFacts = {
  readonly previousSessionId: string | null
  readonly origin: Origin
  /** The provider that this request is about. */
  readonly provider: IdentityProviderConfig | null
  readonly metadata: IssuerMetadata | null
}

function authOptions(context: Context, facts: SignInFacts): AuthOptions {
  const { config, db, log, clock } = context
  // From the callback that decides to the one that writes the cookie; both get the same account object.
  const contents = new WeakMap<Account, CookieContent>()
  return {
    secret: config.nextauthSecret,
    useSecureCookies: usesSecureCookies(config),
    session: { strategy: 'jwt', maxAge: absoluteSessionMs / 1000 },
    jwt: {
      encode: ({ token, maxAge }) =>
        sealSessionCookie(cookieContent.parse(token), maxAge ?? absoluteSessionMs / 1000, config),
      decode: async ({ token }) => {
        const content = token ? await openSessionCookie(token, config) : null
        return content && { ...content }
      },
    },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    providers: config.identityProviders.map((provider) =>
      oidcProvider(provider, provider.id === facts.provider?.id ? facts.metadata : null),
    ),
    callbacks: {
      signIn: async ({ account, profile }) => {
        const { provider, previousSessionId, origin } = facts
        if (!account || !provider || account.provider !== provider.id) return false
        const idToken = account.id_token ?? null
        const outcome = await signInPerson(context, {
          provider,
          claims: profile,
          idToken,
          previousSessionId,
          origin,
        }).catch((error: unknown) => {
          log.error({ err: error }, 'sign-in could not be completed')
          return { kind: 'refused', reason: 'unavailable' } as const
        })
        if (outcome.kind === 'refused')
          return `${config.publicUrl}/sign-in?problem=${outcome.reason}&provider=${provider.id}`
        contents.set(account, { sub: outcome.subject, sid: outcome.idpSession, ses: outcome.sessionId })
        return true
      },
      jwt: async ({ token, account }) => {
        const fresh = account ? contents.get(account) : undefined
        if (fresh) return { ...fresh }
        const content = cookieContent.parse(token)
        // Throwing makes next-auth clear the cookie.
        if (!(await isSessionLive(db, content.ses, clock.nowMs()))) throw new Error('the session has ended')
        return content
      },
      // What /api/auth/session tells the browser: that somebody is signed in, and until when.
      session: ({ session }) => ({ expires: session.expires }),
    },
    logger: {
      error: (code, detail) => {
        // An ended session is everyday; next-auth would print a stack for each.
        if (code === 'JWT_SESSION_ERROR') return
        log.warn({ code, reason: reasonOf(detail) }, 'sign-in failed')
      },
      warn: (code) => log.debug({ code }, 'next-auth'),
      debug: () => {},
    },
  }
}

function oidcProvider(
  provider: IdentityProviderConfig,
  metadata: IssuerMetadata | null,
): OAuthConfig<Record<string, unknown>> {
  const scopes = ['openid', 'profile', 'email', ...(asksForGroups(provider, metadata) ? ['groups'] : [])]
  return {
    id: provider.id,
    name: provider.name,
    type: 'oauth',
    wellKnown: discoveryUrl(provider.issuer),
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    authorization: { params: { scope: scopes.join(' ') } },
    httpOptions: { timeout: 5_000 },
    client: {
      id_token_signed_response_alg: signingAlgorithm(metadata),
      token_endpoint_auth_method: clientAuthentication(metadata),
    },
    userinfo: {
      // Thin ID tokens leave the groups to the userinfo endpoint. Entra's has none, and answers for Graph instead.
      request: async ({ client, tokens }) => {
        const claims = tokens.id_token ? claimsOf(tokens) : {}
        const complete =
          provider.id === 'entra' || 'groups' in claims || !metadata?.userinfo_endpoint || !tokens.access_token
        return complete ? claims : { ...(await client.userinfo(tokens.access_token ?? '')), ...claims }
      },
    },
    profile: (claims) => ({ id: String(claims.sub) }),
  }
}

// Okta gives groups for this scope without announcing it; Entra and many others refuse a scope that they do not know.
function asksForGroups(provider: IdentityProviderConfig, metadata: IssuerMetadata | null): boolean {
  return provider.id === 'okta' || (metadata?.scopes_supported?.includes('groups') ?? false)
}

function signingAlgorithm(metadata: IssuerMetadata | null): string {
  const offered = metadata?.id_token_signing_alg_values_supported ?? ['RS256']
  // Never `none`, never a symmetric one: those would make the client secret a signing key.
  return (
    ['RS256', 'ES256', 'PS256', 'EdDSA', 'ES384', 'RS512'].find((algorithm) => offered.includes(algorithm)) ?? 'RS256'
  )
}

function clientAuthentication(metadata: IssuerMetadata | null): 'client_secret_basic' | 'client_secret_post' {
  const offered = metadata?.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return offered.includes('client_secret_basic') || !offered.includes('client_secret_post')
    ? 'client_secret_basic'
    : 'client_secret_post'
}

// openid-client's TokenSet has this method; next-auth's type for it does not say so.
function claimsOf(tokens: object): Record<string, unknown> {
  return 'claims' in tokens && typeof tokens.claims === 'function' ? tokens.claims() : {}
}

async function metadataOrNull(context: Context, provider: IdentityProviderConfig): Promise<IssuerMetadata | null> {
  try {
    return await discoverIssuer(provider.issuer, context.clock.nowMs())
  } catch (error) {
    context.log.warn({ provider: provider.id, reason: reasonOf(error) }, 'the identity provider does not answer')
    return null
  }
}

/** next-auth's cookie is gone by now, unless its CSRF check refused; the session row and the provider's session follow. */
async function afterSignOut(
  context: Context,
  response: Response,
  sessionId: string,
  origin: Origin,
): Promise<Response> {
  const refused = response.headers.get('location')?.includes('csrf=true') ?? response.status >= 400
  if (refused) return response
  const next = await signOutPerson(context, sessionId, origin)
  const onward = new Headers(response.headers)
  onward.set('location', next)
  return new Response(null, { status: 302, headers: onward })
}

type AuthRequest = {
  readonly method: string
  readonly nextauth: readonly string[]
  readonly query: Record<string, string>
  readonly form: Record<string, string>
  readonly cookies: string | null
}

/**
 * next-auth's handler for pages-style requests, on plain values: it needs nothing of Next's request scope. The Host
 * header is not passed on, so that no answer can depend on it; the address is NEXTAUTH_URL alone.
 */
async function runNextAuth(options: AuthOptions, context: Context, asked: AuthRequest): Promise<Response> {
  process.env.NEXTAUTH_URL = context.config.publicUrl
  const answer = { status: 200, headers: new Headers({ 'cache-control': 'no-store' }), body: null as string | null }
  const response = {
    status: (code: number) => {
      answer.status = code
      return response
    },
    getHeader: (name: string) =>
      name.toLowerCase() === 'set-cookie' ? answer.headers.getSetCookie() : answer.headers.get(name),
    setHeader: (name: string, value: string | readonly string[]) => {
      answer.headers.delete(name)
      for (const one of [value].flat()) answer.headers.append(name, String(one))
      return response
    },
    json: (value: unknown) => {
      answer.headers.set('content-type', 'application/json')
      answer.body = JSON.stringify(value)
    },
    send: (value: unknown) => {
      if (typeof value === 'string') answer.body = value
      else if (value !== undefined && value !== null) response.json(value)
    },
    end: () => {},
  }
  const request = {
    method: asked.method,
    query: { ...asked.query, nextauth: asked.nextauth },
    body: asked.form,
    cookies: cookieRecord(asked.cookies),
    headers: {},
  }
  await NextAuth(request as unknown as NextApiRequest, response as unknown as NextApiResponse, options)
  return new Response(answer.body, { status: answer.status, headers: answer.headers })
}

function cookieRecord(header: string | null): Record<string, string> {
  const pairs = (header ?? '').split(';').flatMap((part) => {
    const at = part.indexOf('=')
    return at < 1 ? [] : [[part.slice(0, at).trim(), decoded(part.slice(at + 1).trim())] as const]
  })
  return Object.fromEntries(pairs)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A form or a JSON object of texts, up to 100 kB; null beyond. */
async function readForm(request: Request): Promise<Record<string, string> | null> {
  const text = await request.text()
  if (text.length > 100_000) return null
  if (!(request.headers.get('content-type') ?? '').includes('json'))
    return Object.fromEntries(new URLSearchParams(text))
  try {
    const value: unknown = JSON.parse(text)
    return Object.fromEntries(
      Object.entries(value ?? {}).flatMap(([key, member]) => (typeof member === 'string' ? [[key, member]] : [])),
    )
  } catch {
    return {}
  }
}

// next-auth passes the query on to the identity provider; only these two are the caller's to say.
function signInQuery(search: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...search].filter(([name]) => name === 'callbackUrl' || name === 'error'))
}

function redirectTo(location: string): Response {
  return new Response(null, { status: 302, headers: { location, 'cache-control': 'no-store' } })
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message
  if (typeof error === 'object' && error !== null && 'error' in error) return reasonOf(error.error)
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return 'unknown'
}
