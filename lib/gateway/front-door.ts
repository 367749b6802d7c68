/**
 * The front door: one node:http server. Gateway paths go to the core; health and metrics are answered here; everything
 * else goes to the portal (Next, a process of its own on a loopback socket), so that rendering never blocks a stream.
 */
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import type { Call, Reply } from '#lib/gateway/call.ts'
import { nodeCall, nodeReply } from '#lib/gateway/mounts/node.ts'
import { isGatewayPath } from '#lib/gateway/routes.ts'
import { equalInConstantTime } from '#lib/platform/crypto.ts'

export type FrontDoorOptions = {
  readonly handle: (call: Call, reply: Reply) => Promise<void>
  /** Where pages are; null: there is no portal behind this gateway. */
  readonly portalUrl: string | null
  /** The one address that people use: other loopback names redirect to it, so that cookies work. */
  readonly publicUrl: string
  readonly metrics: Registry
  /** May read metrics from elsewhere than loopback. */
  readonly metricsToken: string | null
  readonly dependencies: () => Promise<Dependencies>
}

/** By name, whether each answers, and whether calls need it to. */
export type Dependencies = Readonly<Record<string, { readonly answers: boolean; readonly isNeeded: boolean }>>

export type FrontDoor = {
  readonly server: Server
  /** From now on: not ready, and connections end with their answer. */
  drain(): void
}

export function createFrontDoor(options: FrontDoorOptions): FrontDoor {
  const portal = options.portalUrl ? portalProxy(options.portalUrl) : null
  let draining = false

  const server = http.createServer(
    {
      // A caller that takes longer than this for its head is not a caller.
      headersTimeout: 10_000,
      requestTimeout: 120_000,
      // Above what load balancers wait, so that they, not we, end idle connections.
      keepAliveTimeout: 75_000,
      noDelay: true,
      insecureHTTPParser: false,
    },
    (request, response) => {
      if (draining) response.shouldKeepAlive = false
      const path = pathOf(request)
      // Another form than a path (an absolute address, an asterisk) is for proxies, and this is none.
      if (!path.startsWith('/')) answer(response, 400, { error: 'Send the path alone as the request target.' })
      else if (isGatewayPath(path)) void options.handle(nodeCall(request), nodeReply(request, response))
      else if (path === '/healthz') answer(response, 200, { status: 'ok' })
      else if (path === '/readyz') void ready(options, draining, request, response)
      else if (path === '/metrics') void metrics(options, request, response)
      else if (!portal) answer(response, 404, { error: 'There is no portal behind this gateway.' })
      else if (redirects(options.publicUrl, request)) redirect(options.publicUrl, request, response)
      else portal(request, response)
    },
  )
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  return { server, drain: () => void (draining = true) }
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/'
  const question = url.indexOf('?')
  return question < 0 ? url : url.slice(0, question)
}

/**
 * Ready when what calls need is there: Redis always; PostgreSQL until it has answered once, for calls of known keys go on
 * without it, and to send them elsewhere would help nobody. `?exclude=redis` leaves a dependency out, as a balancer wants that should
 * go on sending calls while Redis is away, for profiles that are `open-capped`.
 */
async function ready(
  options: FrontDoorOptions,
  draining: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const dependencies = await options.dependencies()
  const excluded = new URL(request.url ?? '/', 'http://gateway').searchParams.getAll('exclude')
  const isReady =
    !draining &&
    Object.entries(dependencies).every(([name, one]) => one.answers || !one.isNeeded || excluded.includes(name))
  answer(response, isReady ? 200 : 503, {
    status: isReady ? 'ready' : draining ? 'draining' : 'not ready',
    dependencies: Object.fromEntries(Object.entries(dependencies).map(([name, { answers }]) => [name, answers])),
  })
}

async function metrics(options: FrontDoorOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const token = request.headers.authorization?.replace(/^bearer /i, '')
  const allowed =
    isLoopbackAddress(request.socket.remoteAddress) ||
    (options.metricsToken !== null && token !== undefined && equalInConstantTime(token, options.metricsToken))
  if (!allowed) return answer(response, 404, { error: 'not found' })
  response.writeHead(200, { 'content-type': options.metrics.contentType })
  response.end(await options.metrics.metrics())
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address === '::1' || address === '127.0.0.1' || address?.startsWith('::ffff:127.') === true
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A page asked for under another loopback name than the public one. */
function redirects(publicUrl: string, request: IncomingMessage): boolean {
  if (request.method !== 'GET' || request.headers.accept?.includes('text/html') !== true) return false
  const wanted = new URL(publicUrl)
  const host = request.headers.host ?? ''
  if (host === wanted.host) return false
  const name = host.replace(/:\d+$/, '')
  return loopbackNames.has(name) && loopbackNames.has(wanted.hostname)
}

function redirect(publicUrl: string, request: IncomingMessage, response: ServerResponse): void {
  // The path is the caller's, so it must stay a path: a second slash would name another host.
  const path = (request.url ?? '/').replace(/^\/+/, '/')
  response.writeHead(307, { location: publicUrl + path })
  response.end()
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Passes a request on to the portal, bytes through. */
function portalProxy(portalUrl: string): (request: IncomingMessage, response: ServerResponse) => void {
  const { hostname, port } = new URL(portalUrl)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 })
  return (request, response) => {
    const headers = withoutHopByHop(request.headers)
    // Set, never appended: whom the portal believes is this socket, not what a caller claims.
    headers['x-forwarded-for'] = request.socket.remoteAddress ?? ''
    headers['x-forwarded-host'] = request.headers.host ?? ''
    headers['x-forwarded-proto'] = 'http'
    const upstream = http.request(
      { hostname, port, agent, method: request.method, path: request.url, headers },
      (answered) => {
        response.writeHead(answered.statusCode ?? 502, withoutHopByHop(answered.headers))
        answered.pipe(response)
        answered.on('error', () => response.destroy())
      },
    )
    upstream.on('error', () => {
      if (response.headersSent) response.destroy()
      else answer(response, 503, { error: 'The portal does not answer. It may be starting: try again in a moment.' })
    })
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }
}

function withoutHopByHop(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  const kept: http.OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name)) kept[name] = value
  }
  return kept
}
