/**
 * A portal one can sign in to without Next or a browser: the real auth and management handlers on a real socket, the
 * demo's real identity provider, and a browser reduced to a cookie jar that follows redirects.
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { startIdentityProvider } from '#lib/demo/identity-provider/start-identity-provider.ts'
import { answerBackChannelLogout } from '#lib/identity/back-channel-logout.ts'
import { callerOf } from '#lib/identity/caller-of.ts'
import { answerAuth } from '#lib/identity/next-auth.ts'
import { startSignIn } from '#lib/identity/start-sign-in.ts'
import type { Endpoint } from '#lib/management/endpoint.ts'
import { serve } from '#lib/management/serve.ts'
import { demoClientSecret, type IdentityProviderConfig } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

export type SignInPortal = {
  readonly test: TestContext
  readonly context: Context
  readonly url: string
  readonly issuer: string
  close(): Promise<void>
}

export async function openSignInPortal(endpoints: readonly Endpoint[] = []): Promise<SignInPortal> {
  const test = await openTestContext()
  const server = http.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const idp = await startIdentityProvider({ portalUrl: url })
  const demo: IdentityProviderConfig = {
    id: 'demo',
    name: 'Demo SSO',
    issuer: idp.issuer,
    clientId: 'gatehouse-portal',
    clientSecret: demoClientSecret,
  }
  const context = { ...test.context, config: { ...test.context.config, publicUrl: url, identityProviders: [demo] } }
  server.on('request', (request, response) => {
    answer(context, endpoints, request)
      .then((reply) => send(reply, response))
      .catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  return {
    test,
    context,
    url,
    issuer: idp.issuer,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await Promise.all([idp.close(), test.close()])
    },
  }
}

async function answer(
  context: Context,
  endpoints: readonly Endpoint[],
  incoming: http.IncomingMessage,
): Promise<Response> {
  const { pathname } = new URL(incoming.url ?? '/', 'http://portal')
  const request = await webRequest(incoming)
  const start = /^\/api\/auth\/start\/(\w+)$/.exec(pathname)?.[1]
  if (start) return startSignIn(context, request, start)
  if (pathname === '/api/auth/backchannel-logout') return answerBackChannelLogout(context, request)
  if (pathname.startsWith('/api/auth/')) return answerAuth(context, request)
  if (pathname.startsWith('/api/v1')) {
    return serve(endpoints, request, { context, callerOf: ({ headers }, id) => callerOf(context, headers, id) })
  }
  return new Response(`page ${incoming.url}`)
}

async function webRequest(incoming: http.IncomingMessage): Promise<Request> {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, [value].flat().join(', '))
  const method = incoming.method ?? 'GET'
  const body = method === 'GET' || method === 'HEAD' ? null : await text(incoming)
  return new Request(`http://${incoming.headers.host}${incoming.url}`, { method, headers, body })
}

async function send(reply: Response, response: http.ServerResponse): Promise<void> {
  for (const [name, value] of reply.headers) if (name !== 'set-cookie') response.setHeader(name, value)
  response.setHeader('set-cookie', reply.headers.getSetCookie())
  response.writeHead(reply.status).end(Buffer.from(await reply.arrayBuffer()))
}

type Cookie = { readonly name: string; readonly value: string; readonly path: string }

/** A browser as far as sign-in needs one. Cookies know no ports, as in real browsers. */
export class TinyBrowser {
  private cookies: Cookie[] = []

  cookieHeader(path: string): string {
    return this.cookies
      .filter((cookie) => path.startsWith(cookie.path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  cookie(name: string): string | undefined {
    return this.cookies.find((cookie) => cookie.name === name)?.value
  }

  setCookie(name: string, value: string): void {
    this.cookies = [...this.cookies.filter((cookie) => cookie.name !== name), { name, value, path: '/' }]
  }

  async request(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    const cookies = this.cookieHeader(new URL(url).pathname)
    if (cookies) headers.set('cookie', cookies)
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.keep(line, url)
    return response
  }

  /** Follows redirects to the last answer. */
  async visit(url: string, init: RequestInit = {}): Promise<{ readonly url: string; readonly response: Response }> {
    let [at, response] = [url, await this.request(url, init)]
    for (let hops = 0; hops < 20 && response.status >= 300 && response.status < 400; hops++) {
      at = new URL(response.headers.get('location') ?? '/', at).href
      response = await this.request(at)
    }
    return { url: at, response }
  }

  private keep(line: string, url: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    const attribute = (wanted: string) =>
      attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.split('=')[1]
    const path = attribute('path') ?? new URL(url).pathname
    const expires = attribute('expires')
    const isGone =
      value === '' || attribute('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now())
    this.cookies = this.cookies.filter((cookie) => !(cookie.name === name && cookie.path === path))
    if (!isGone) this.cookies.push({ name, value, path })
  }
}

/** Presses the sign-in button and, where the identity provider asks, chooses the person. Returns where the browser ends. */
export async function signInAs(portal: SignInPortal, browser: TinyBrowser, subject: string, next: string = '/') {
  const chooser = await browser.visit(`${portal.url}/api/auth/start/demo`, {
    method: 'POST',
    headers: { origin: portal.url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ next }),
  })
  if (!new URL(chooser.url).pathname.startsWith('/choose/')) return chooser
  return browser.visit(chooser.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ subject }),
  })
}
