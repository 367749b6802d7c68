/**
 * Web pages of other origins (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). A browser asks by OPTIONS before it
 * sends a key, and keeps the answer from the page where no header allows its origin. Origins are allowed by the setting
 * GATEHOUSE_CORS_ORIGINS, none by default: a key on a page is a key that everybody has. Whether a page may call with a
 * personal key is the profile's to say, and the page can read what it says.
 *
 * A call without an Origin header, as every program sends it, costs one look at that header.
 */
import type { Call, Reply } from '#lib/gateway/call.ts'
import { publicRefusal, type Refusal } from '#lib/gateway/refusal.ts'
import { matchRoute } from '#lib/gateway/routes.ts'
import { newId } from '#lib/platform/ids.ts'

type Handle = (call: Call, reply: Reply) => Promise<void>

type CrossOriginOptions = {
  /** As browsers write them: scheme, host and port, without a slash at the end. */
  readonly allowed: readonly string[]
  /** The portal's address, for help links. */
  readonly helpBase: string
  readonly nowMs: () => number
}

export function acrossOrigins(handle: Handle, { allowed, helpBase, nowMs }: CrossOriginOptions): Handle {
  const origins = new Set(allowed)
  return async (call, reply) => {
    const { origin } = call.headers
    if (origin === undefined) return handle(call, reply)
    const isAllowed = origins.has(origin)
    if (!isPreflight(call)) return handle(call, isAllowed ? readableBy(origin, reply) : reply)
    if (!isAllowed) return refusePreflight(call, reply, newId('call', nowMs()), helpBase)
    reply.head(204, preflightHeaders(origin, call.headers['access-control-request-headers']))
    reply.end()
  }
}

function isPreflight({ method, headers }: Call): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

/** Whatever the address is: a page can read the refusal of the call itself, and not that of a preflight. */
function preflightHeaders(origin: string, asked: string | undefined): string[] {
  return [
    'access-control-allow-origin',
    origin,
    'access-control-allow-methods',
    'GET, POST',
    // Clients send headers of their own; `*` would not cover Authorization.
    ...(asked !== undefined && headerNames.test(asked) ? ['access-control-allow-headers', asked] : []),
    'access-control-max-age',
    String(rememberedSeconds),
    'vary',
    'Origin, Access-Control-Request-Headers',
  ]
}

const headerNames = /^[\w\-, ]{1,1000}$/
/** An origin that is taken off the list is refused after so long at the latest. */
const rememberedSeconds = 600

/** Every header of the answer, warnings and limits among them: no cookie is ever part of a call. */
function readableBy(origin: string, reply: Reply): Reply {
  const cors = ['access-control-allow-origin', origin, 'access-control-expose-headers', '*', 'vary', 'Origin']
  return { ...reply, head: (status, headers) => reply.head(status, [...headers, ...cors]) }
}

const refusal: Refusal = {
  code: 'endpoint_not_allowed',
  message:
    'Web pages of this origin may not call the gateway, where everybody who opens them could read the key. Call from a server of yours; or an operator adds the origin to GATEHOUSE_CORS_ORIGINS.',
}

function refusePreflight(call: Call, reply: Reply, callId: string, helpBase: string): void {
  const match = matchRoute(call.method, call.path)
  const { format } = match.kind === 'found' ? match.route : match
  const answer = publicRefusal(refusal, callId, helpBase)
  const body = Buffer.from(format.refusalBody(answer))
  reply.head(answer.status, [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'x-gatehouse-request-id',
    callId,
    'vary',
    'Origin',
  ])
  reply.end(body)
}
