/**
 * The demo's identity provider: a real OIDC server (discovery, PKCE, ID tokens with a groups claim, sign-out begun by
 * the portal, back-channel logout), except that it asks nobody for a password. Therefore it listens on loopback only,
 * keeps everything in memory and gets new signing keys at each start.
 */
import { exportJWK, generateKeyPair } from 'jose'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import http from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'
import Provider, { type ProviderContext } from 'oidc-provider'
import { chooserPage, problemPage, signedOutPage, signOutPage } from '#lib/demo/identity-provider/pages.ts'
import { personaBySubject, personas } from '#lib/demo/identity-provider/personas.ts'
import { demoClientSecret, isLoopback } from '#lib/platform/config.ts'

export type IdentityProvider = { readonly issuer: string; close(): Promise<void> }

export type IdentityProviderOptions = {
  /** 0 takes a free one. */
  readonly port?: number
  readonly host?: string
  /** The portal's public address: the only place that sign-ins return to. */
  readonly portalUrl: string
}

export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const { port = 0, host = '127.0.0.1', portalUrl } = options
  if (!isLoopback(host)) throw new Error(`The demo identity provider signs anyone in: it does not listen on ${host}.`)
  const signingKeys = { keys: [await newSigningKey()] }
  const server = http.createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The demo identity provider has no port.')
  const issuer = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
  server.on('request', requestHandler(new Provider(issuer, configuration(portalUrl, signingKeys)), portalUrl))
  return {
    issuer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function requestHandler(provider: Provider, portalUrl: string): http.RequestListener {
  const protocol = provider.callback()
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/geist.woff2') return void sendFont(response)
    if (pathname === '/') return void response.writeHead(302, { location: portalUrl }).end()
    if (!pathname.startsWith('/choose/')) return protocol(request, response)
    choosePersona(provider, request, response).catch(() => {
      // An interaction that has ended, or somebody else's: there is nothing to go on with.
      const text = problemPage('interaction_expired', 'It was finished already, or it took too long.', portalUrl)
      response.writeHead(400, { 'content-type': 'text/html; charset=utf-8' }).end(text)
    })
  }
}

async function choosePersona(
  provider: Provider,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    response.writeHead(200, pageHeaders).end(chooserPage(personas, `/choose/${uid}`))
    return
  }
  const subject = new URLSearchParams(await smallBody(request)).get('subject') ?? ''
  if (!personaBySubject(subject)) {
    response.writeHead(422, pageHeaders).end(chooserPage(personas, `/choose/${uid}`))
    return
  }
  const result = { login: { accountId: subject, remember: true } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

function configuration(portalUrl: string, jwks: { keys: unknown[] }): Record<string, unknown> {
  return {
    clients: [
      {
        client_id: 'gatehouse-portal',
        client_secret: demoClientSecret,
        redirect_uris: [`${portalUrl}/api/auth/callback/demo`],
        post_logout_redirect_uris: [portalUrl, `${portalUrl}/`, `${portalUrl}/sign-in`],
        backchannel_logout_uri: `${portalUrl}/api/auth/backchannel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    jwks,
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      // Cookies know no ports: the portal on the same host must not meet ours.
      names: { session: 'demo_idp_session', interaction: 'demo_idp_interaction', resume: 'demo_idp_resume' },
    },
    pkce: { required: () => true },
    // The portal reads groups from the ID token, as it does with Okta and Entra.
    conformIdTokenClaims: false,
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context: ProviderContext, form: string) => showPage(context, signOutPage(form)),
        postLogoutSuccessSource: (context: ProviderContext) => showPage(context, signedOutPage(portalUrl)),
      },
    },
    interactions: { url: (_context: unknown, interaction: { uid: string }) => `/choose/${interaction.uid}` },
    ttl: {
      Session: 8 * 3600,
      Grant: 8 * 3600,
      Interaction: 3600,
      AuthorizationCode: 60,
      AccessToken: 3600,
      IdToken: 3600,
    },
    findAccount: (_context: unknown, subject: string) => accountOf(subject),
    loadExistingGrant: grantEverything,
    renderError: (context: ProviderContext, out: { error: string; error_description?: string }) =>
      showPage(
        context,
        problemPage(out.error, out.error_description ?? 'The request cannot be understood.', portalUrl),
      ),
    // oidc-provider refuses to call loopback addresses. The portal is one, and the only place that may be called.
    fetch: (url: string | URL, init: RequestInit & { dispatcher?: unknown }) => {
      if (new URL(url).origin !== new URL(portalUrl).origin) throw new Error('only the portal is called')
      const { dispatcher: _, ...rest } = init
      return fetch(url, rest)
    },
  }
}

function accountOf(subject: string) {
  const persona = personaBySubject(subject)
  if (!persona) return undefined
  const { email, name, groups } = persona
  const claims = { sub: subject, email, email_verified: true, name, preferred_username: email, groups: [...groups] }
  return { accountId: subject, claims: () => claims }
}

/** No consent page: the portal belongs to the company. */
async function grantEverything({ oidc }: ProviderContext): Promise<unknown> {
  if (!oidc.client || !oidc.account) return undefined
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.account.accountId })
  grant.addOIDCScope('openid profile email groups')
  await grant.save()
  return grant
}

async function newSigningKey(): Promise<unknown> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('hex') }
}

async function showPage(context: ProviderContext, html: string): Promise<void> {
  context.type = 'html'
  context.body = html
}

async function sendFont(response: http.ServerResponse): Promise<void> {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('geist/font/sans'))
    const font = await fs.readFile(path.join(folder, 'fonts/geist-sans/Geist-Variable.woff2'))
    response.writeHead(200, { 'content-type': 'font/woff2', 'cache-control': 'max-age=86400' }).end(font)
  } catch {
    // The page names system fonts next.
    response.writeHead(404).end()
  }
}

async function smallBody(request: http.IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 10_000) throw new Error('the form is too long')
  }
  return text
}

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
}
