/** Refusals on their way to the caller, in the caller's own format, and what errors are told as. */
import type { Call, Reply } from '#lib/gateway/call.ts'
import { Uncarried } from '#lib/gateway/carry-call.ts'
import { closed, NotLetThrough } from '#lib/gateway/decide-degraded.ts'
import type { GatewayPorts } from '#lib/gateway/gateway-ports.ts'
import { publicRefusal, refusalHeaders, type Refusal } from '#lib/gateway/refusal.ts'
import type { matchRoute, Route } from '#lib/gateway/routes.ts'

export const unknownKey: Refusal = {
  code: 'invalid_api_key',
  message:
    'No valid Gatehouse key was sent. Send a key that begins with sk-gh- as "Authorization: Bearer …"; you can create one in the portal.',
}

/** AWS's clients sign by default, and a signature has no room for a key. */
export const signedInstead: Refusal = {
  code: 'invalid_api_key',
  message:
    'This request is signed with AWS keys, and so carries no Gatehouse key. Set AWS_BEARER_TOKEN_BEDROCK to a key that begins with sk-gh-: AWS clients then send it as "Authorization: Bearer …".',
}

/** JSON can be read at any depth, but not be written: the stack ends first. */
const tooDeep: Refusal = {
  code: 'invalid_request_error',
  message: 'The body is nested too deeply. Nothing was charged.',
}

/** What a caller is told of an error: what it is about where that is known, else that nobody could judge the call. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof RangeError && error.message.includes('call stack')) return tooDeep
  if (error instanceof NotLetThrough) return error.refusal
  if (!(error instanceof Uncarried)) return closed
  const { problem: message, param } = error.problem
  return { code: 'unsupported_parameter', message, param }
}

export function sendRefusal(
  ports: Pick<GatewayPorts, 'metrics' | 'helpBase'>,
  reply: Reply,
  route: Pick<Route, 'format' | 'endpoint'>,
  callId: string,
  refusal: Refusal,
  headers: readonly string[],
): undefined {
  const answer = publicRefusal(refusal, callId, ports.helpBase)
  ports.metrics.refused(refusal.code)
  const body = Buffer.from(route.format.refusalBody(answer))
  reply.head(answer.status, [
    ...headers,
    ...refusalHeaders(refusal),
    ...(route.format.refusalHeaders?.(answer) ?? []),
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'x-gatehouse-request-id',
    callId,
    ...(route.format.idHeader === null ? [] : [route.format.idHeader, callId]),
  ])
  reply.end(body)
}

/** Of a path, or a method, that leads nowhere. */
export function refuseRoute(
  ports: Pick<GatewayPorts, 'metrics' | 'helpBase'>,
  call: Call,
  reply: Reply,
  callId: string,
  match: Exclude<ReturnType<typeof matchRoute>, { kind: 'found' }>,
): void {
  const shown = call.path.slice(0, 120)
  const route = { format: match.format, endpoint: 'models' as const }
  if (match.kind === 'wrong method') {
    const refusal: Refusal = {
      code: 'method_not_allowed',
      message: `${shown} takes ${match.allow}, not ${call.method}.`,
    }
    return sendRefusal(ports, reply, route, callId, refusal, ['allow', match.allow])
  }
  const refusal: Refusal = {
    code: 'unknown_url',
    message: `There is nothing at ${call.method} ${shown}. The base URL for OpenAI clients ends in /v1.`,
  }
  sendRefusal(ports, reply, route, callId, refusal, [])
}
