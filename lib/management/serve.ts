/**
 * One request to the management API, top to bottom: which operation, who asks, whether this could be allowed, what is
 * asked, once only, answer. Every refusal is a problem document; nothing else ever leaves.
 */
import type { Caller } from '#lib/identity/contract.ts'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import type { Endpoint } from '#lib/management/endpoint.ts'
import { idempotencyKeyOf, runOnce } from '#lib/management/idempotency.ts'
import { appErrorOf, problemOf, problemResponse } from '#lib/management/problem.ts'
import { readBody, readBytes, readParams, readQuery } from '#lib/management/read-input.ts'
import { crossSiteProblem } from '#lib/management/rules/cross-site.ts'
import { matchRoute } from '#lib/management/rules/route-match.ts'
import { throttled } from '#lib/management/throttle.ts'
import { answerOf, csvResponse, prefersCsv, responseOf, type Answer } from '#lib/management/write-answer.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, forbidden } from '#lib/platform/errors.ts'
import { newId } from '#lib/platform/ids.ts'

export type ServePorts = {
  readonly context: Context
  readonly callerOf: (request: Request, requestId: string) => Promise<Caller | null>
}

export async function serve(endpoints: readonly Endpoint[], request: Request, ports: ServePorts): Promise<Response> {
  const requestId = newId('req', ports.context.clock.nowMs())
  try {
    return await answer(endpoints, request, requestId, ports)
  } catch (thrown) {
    const error = appErrorOf(thrown)
    if (error.status >= 500) {
      ports.context.log.error(
        { err: error.cause ?? error, requestId, details: error.details },
        'management request failed',
      )
    }
    return problemResponse(error, requestId, headersOf(error))
  }
}

async function answer(
  endpoints: readonly Endpoint[],
  request: Request,
  requestId: string,
  { context, callerOf }: ServePorts,
): Promise<Response> {
  const url = new URL(request.url)
  const match = matchRoute(endpoints, request.method, url.pathname)
  if (match.kind === 'unknown') throw new AppError('not_found', 'There is no such address in the management API.')
  if (match.kind === 'wrong_method') {
    const allowed = match.allowed.join(', ')
    throw new AppError('method_not_allowed', `This address takes ${allowed}.`, { details: { allow: allowed } })
  }
  const { endpoint } = match
  const caller = await callerOf(request, requestId)
  if (!caller) throw new AppError('unauthenticated', 'Sign in, or send an API token as Authorization: Bearer.')
  if (caller.via === 'session') {
    const problem = crossSiteProblem(request, context.config.publicUrl)
    if (problem) throw new AppError('csrf_rejected', problem)
  }
  const { actor } = caller
  if (!mayAnywhere(actor, endpoint.action)) throw forbidden('Your roles do not allow this. Ask an administrator.')

  const bytes = endpoint.method === 'GET' ? Buffer.alloc(0) : await readBytes(request)
  const input = {
    context,
    actor,
    params: readParams(endpoint.params, match.params) as Readonly<Record<string, string>>,
    query: readQuery(endpoint.query, url.searchParams),
    body: readBody(endpoint.body, request, bytes),
  }
  if (endpoint.csv && prefersCsv(request.headers.get('accept')))
    return csvResponse(await endpoint.csv(input), requestId)

  const work = (): Promise<Answer> =>
    throttled(context, actor, endpoint, async () => answerOf(endpoint, await endpoint.handle(input)))
  const key = idempotencyKeyOf(request)
  if (key === null) return responseOf(await work(), requestId)
  const target = url.pathname + url.search
  const once = await runOnce(context, { actorId: actor.id, key, method: request.method, target, body: bytes }, () =>
    refusalAsAnswer(work, requestId),
  )
  const replayed: Record<string, string> = once.replayed ? { 'idempotency-replayed': 'true' } : {}
  return responseOf({ ...once.answer, headers: { ...once.answer.headers, ...replayed } }, requestId)
}

/** A refusal is an answer too: the same request gets it again. Failures go on as what they are. */
async function refusalAsAnswer(work: () => Promise<Answer>, requestId: string): Promise<Answer> {
  try {
    return await work()
  } catch (thrown) {
    const error = appErrorOf(thrown)
    if (error.status >= 500) throw thrown
    const body = JSON.stringify(problemOf(error, requestId))
    return { status: error.status, body, headers: { 'content-type': 'application/problem+json' } }
  }
}

function headersOf(error: AppError): Record<string, string> {
  const { allow, retryAfterSeconds } = error.details
  return {
    ...(error.code === 'method_not_allowed' && typeof allow === 'string' ? { allow } : {}),
    ...(error.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="gatehouse"' } : {}),
    ...(typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : {}),
  }
}
