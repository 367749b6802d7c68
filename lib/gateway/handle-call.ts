/**
 * One call, top to bottom (docs/ARCHITECTURE.md has the same list with the error exit of each step):
 * route → identify → read → authorise and admit → forward and relay → settle.
 *
 * Identity is checked before the body is read: a stranger costs us a header, not a megabyte.
 */
import type { AnswerReader, BodyChanges, ParsedRequest } from '#lib/formats/contract.ts'
import type { Call, Reply } from '#lib/gateway/call.ts'
import { decideCall, type DecidePorts, type Verdict } from '#lib/gateway/decide-call.ts'
import { closed, NotLetThrough } from '#lib/gateway/decide-degraded.ts'
import { carryCall, Uncarried, type Carrying } from '#lib/gateway/carry-call.ts'
import { forwardCall } from '#lib/gateway/forward-call.ts'
import { idempotencyKeyOf, serveOnce, type OncePorts } from '#lib/gateway/idempotency.ts'
import { isSigned, keyFromCall } from '#lib/gateway/key-from-call.ts'
import { headroomHeaders } from '#lib/gateway/limit-refusal.ts'
import { listModels } from '#lib/gateway/list-models.ts'
import { likelyUsage } from '#lib/gateway/media-usage.ts'
import type { GatewayMetrics } from '#lib/gateway/metrics.ts'
import { readRequest, type ReadRequest } from '#lib/gateway/read-request.ts'
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import { publicRefusal, refusalHeaders, type Refusal } from '#lib/gateway/refusal.ts'
import { inCallersFormat, matchRoute, type CallRoute, type Route } from '#lib/gateway/routes.ts'
import type { RunningCall, RunningCalls } from '#lib/gateway/running-calls.ts'
import type { Settlements } from '#lib/gateway/settlements.ts'
import { brokenOffRefusal } from '#lib/gateway/upstream-refusal.ts'
import type { UpstreamPools, UpstreamTimeouts } from '#lib/gateway/upstream.ts'
import {
  arrivedEvent,
  endedEvent,
  limitTokens,
  plannedEvent,
  refusedEvent,
  type Arrival,
  type Ending,
} from '#lib/gateway/usage-event.ts'
import type { Identified } from '#lib/gateway/grants.ts'
import { hasRoom } from '#lib/limits/rules/has-room.ts'
import { noTokens } from '#lib/limits/rules/limit-kinds.ts'
import type { WrittenEvent } from '#lib/ledger/contract.ts'
import { steadyFrom } from '#lib/platform/clock.ts'
import { newId } from '#lib/platform/ids.ts'
import type { Log } from '#lib/platform/log.ts'
import type { Grant } from '#lib/policy/contract.ts'
import type { AccessTokens } from '#lib/providers/tokens/access-tokens.ts'
import type { Circuits } from '#lib/routing/circuits.ts'
import type { RetryBudget } from '#lib/routing/retry-budget.ts'

export type GatewayPorts = DecidePorts &
  OncePorts & {
    readonly pools: UpstreamPools
    readonly timeouts: UpstreamTimeouts
    readonly circuits: Circuits
    readonly retries: RetryBudget
    readonly accessTokens: AccessTokens
    readonly settlements: Settlements
    readonly running: RunningCalls
    readonly metrics: GatewayMetrics
    readonly log: Log
    /** The portal's address, for help links. */
    readonly helpBase: string
  }

/** Serves one call. Never rejects: whatever goes wrong, the caller is answered and the ledger is told. */
export async function handleCall(shared: GatewayPorts, call: Call, reply: Reply): Promise<void> {
  const atMs = shared.nowMs()
  // The shared clock may be corrected while the call runs; what the call measures must not jump.
  const ports: GatewayPorts = { ...shared, nowMs: steadyFrom(atMs) }
  const callId = newId('call', atMs)
  const match = matchRoute(call.method, call.path)
  if (match.kind !== 'found') return refuseRoute(ports, call, reply, callId, match)
  const route = inCallersFormat(match.route, call.headers)
  const arrival: Arrival = {
    callId,
    atMs,
    route,
    clientIp: call.remoteAddress,
    userAgent: call.headers['user-agent']?.slice(0, 200) ?? null,
    browserOrigin: call.headers.origin === undefined ? null : originOf(call.headers.origin, ports.helpBase),
  }
  const refuse = (refusal: Refusal, headers: readonly string[] = []): undefined =>
    sendRefusal(ports, reply, route, callId, refusal, headers)

  try {
    const keyText = keyFromCall(call.headers, call.query)
    const identified = keyText === null ? null : await ports.grants.identify(keyText)
    if (keyText === null && isSigned(call.headers)) return refuse(signedInstead)
    if (keyText === null || !identified) return refuse(unknownKey)

    if (route.kind === 'models') {
      const answer = await listModels(ports, identified, keyText, arrival, match.addressed.model)
      if (answer.kind === 'refused') return refuse(answer.refusal)
      reply.head(200, [
        'content-type',
        'application/json',
        'x-gatehouse-request-id',
        callId,
        ...originWarning(identified.grant, arrival),
      ])
      return reply.end(answer.body)
    }

    const read = await readRequest(call, route, match.addressed)
    if (read.kind === 'refused') {
      const event = arrivedEvent(arrival, identified.grant, null, null)
      ports.settlements.refused(refusedEvent(event, read.refusal, [], null, null, ports.nowMs() - atMs))
      return refuse(read.refusal)
    }
    const idempotencyKey = idempotencyKeyOf(call)
    if (typeof idempotencyKey === 'object' && idempotencyKey !== null) return refuse(idempotencyKey)
    const serveTo = (to: Reply) => serve(ports, call, to, arrival, route, identified, keyText, read, refuse)
    if (idempotencyKey === null) await serveTo(reply)
    else {
      const { request, bytes } = read
      await serveOnce(ports, {
        call,
        reply,
        arrival,
        identified,
        keyText,
        idempotencyKey,
        request,
        bytes,
        refuse,
        serve: serveTo,
      })
    }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === closed) ports.log.error({ err: error, call: callId }, 'call could not be judged')
    try {
      refuse(refusal)
    } catch {
      reply.destroy() // the head of an answer had been sent
    }
  }
}

/** Returns the event of a call that was let through, undefined for one that was refused. */
async function serve(
  ports: GatewayPorts,
  call: Call,
  reply: Reply,
  arrival: Arrival,
  route: CallRoute,
  identified: Identified,
  keyText: string,
  read: Extract<ReadRequest, { kind: 'read' }>,
  refuse: (refusal: Refusal, headers?: readonly string[]) => undefined,
): Promise<WrittenEvent | undefined> {
  const { request, bytes } = read
  const { callId, atMs } = arrival
  let draft: WrittenEvent | null = null
  const verdict = await decideCall(ports, identified, {
    callId,
    keyText,
    address: arrival.clientIp ?? '',
    route,
    request,
    translation: read.translation,
    bodyBytes: bytes.length,
    browserOrigin: arrival.browserOrigin,
    draft: (grant, plan) => {
      draft = plannedEvent(arrivedEvent(arrival, grant, request, bytes.length), plan)
      return holdDraftText(draft, plan, request)
    },
  }).catch((error: unknown) => {
    // Redis may have admitted the call and lost its answer on the way: the hold, if there is one, is given back.
    if (draft) {
      const event = refusedEvent(draft, refusalOf(error), [], null, null, ports.nowMs() - atMs)
      ports.settlements.settle({ event, tokens: noTokens, budgetKeys: [] })
    }
    draft = null
    throw error
  })
  if (verdict.kind === 'unknown key') return refuse(unknownKey)
  if (verdict.kind === 'refused') {
    const event = arrivedEvent(arrival, verdict.grant, request, bytes.length)
    const { refusal, rules, judged, plan } = verdict
    ports.settlements.refused(refusedEvent(event, refusal, rules, judged, plan, ports.nowMs() - atMs))
    return refuse(refusal, judged ? headroomHeaders(judged, route.format) : [])
  }
  return forwardAdmitted(ports, call, reply, arrival, route, keyText, verdict, read, draft!, refuse)
}

async function forwardAdmitted(
  ports: GatewayPorts,
  call: Call,
  reply: Reply,
  arrival: Arrival,
  route: CallRoute,
  keyText: string,
  { grant, plan, judged, slice }: Extract<Verdict, { kind: 'admitted' }>,
  { request, body, bytes, translation }: Extract<ReadRequest, { kind: 'read' }>,
  draft: WrittenEvent,
  refuse: (refusal: Refusal, headers?: readonly string[]) => undefined,
): Promise<WrittenEvent | undefined> {
  const { callId, atMs } = arrival
  const admittedMs = ports.nowMs() - atMs
  let reader: AnswerReader | null = null
  let cutter: ((refusal: Refusal) => void) | null = null
  const running: RunningCall = {
    callId,
    admittedAtMs: atMs,
    outputSeen: () => reader?.reading().outputSeen ?? 0,
    hold: () => ({
      ruleSet: judged.ruleSet,
      nanos: judged.heldNanos,
      tokens: judged.held,
      draft: holdDraftText(draft, plan, request),
    }),
    cuttable: request.stream && grant.killStreams ? { keyText, grant, cut: (refusal) => cutter?.(refusal) } : undefined,
  }
  ports.running.add(running)
  const headroom = [...headroomHeaders(judged, route.format), ...originWarning(grant, arrival)]
  const changes = {
    ...bodyChanges(
      grant.budgets.some((rule) => rule.posture !== 'soft'),
      request,
      judged.outputAllowed,
    ),
    // A reference may stand anywhere in the body: where none may, what was looked at is what is sent.
    rewrite: grant.storedState === 'refuse' || route.format.isAmbiguous(bytes, route.operation),
  }
  const streamError = (refusal: Refusal): string | Buffer =>
    route.format.streamError(publicRefusal(refusal, callId, ports.helpBase), route.operation)
  const carrying: Carrying = {
    route,
    request,
    callerHeaders: call.headers,
    body,
    bytes,
    changes,
    outputAllowed: judged.outputAllowed,
    translation,
    callId,
    createdMs: atMs,
    nowMs: ports.nowMs,
    brokenOff: () => streamError(brokenOffRefusal(plan, false)),
  }

  let ending: Ending
  try {
    ending = await forwardCall({
      call,
      reply,
      callId,
      format: route.format,
      stream: request.stream,
      carry: (target) => carryCall(carrying, target),
      plan,
      headers: ['x-gatehouse-request-id', callId, ...headroom],
      poolFor: ports.pools.get,
      timeouts: ports.timeouts,
      circuits: ports.circuits,
      retries: ports.retries,
      accessTokens: ports.accessTokens,
      passedOver: ports.metrics.passedOver,
      startedMs: atMs,
      nowMs: ports.nowMs,
      random: ports.random,
      onReader: (started) => (reader = started),
      onCutter: (cut) => (cutter = cut),
      refuse: (refusal) => refuse(refusal, headroom),
      streamError,
    })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === closed) ports.log.error({ err: error, call: callId }, 'call could not be forwarded')
    const event = refusedEvent(draft, refusal, [], judged, plan, ports.nowMs() - atMs)
    slice?.ended(0)
    ports.settlements.settle({ event, tokens: noTokens, budgetKeys: judged.budgetKeys })
    return refuse(refusal, headroom)
  } finally {
    // A call that stayed here would have its hold renewed for ever.
    ports.running.delete(running)
  }
  const event = endedEvent(draft, plan, judged, request, admittedMs, ending)
  if (slice) {
    event.decision.degraded = true
    slice.ended(Number(event.costNanos))
  }
  ports.settlements.settle({
    event,
    tokens: limitTokens(event.tokens ?? {}),
    budgetKeys: judged.budgetKeys,
    mayLinger: slice === null && hasRoom(judged),
  })
  ports.metrics.ended(event)
  return event
}

/** What the sweeper settles where this process dies. */
function holdDraftText(event: WrittenEvent, plan: CallPlan, request: ParsedRequest): string {
  const prices = plan.targets[0]!.price.nanosPerMillion
  return JSON.stringify({
    event,
    prices,
    promptTokensEstimate: request.promptTokensEstimate,
    ...(request.media ? { likely: likelyUsage(request.media, prices) } : {}),
  })
}

/** A hard budget's hold is only an upper bound when the provider is told the output maximum that it counted on. */
function bodyChanges(budgetRefuses: boolean, request: ParsedRequest, outputAllowed: number): BodyChanges {
  return {
    ...(request.outputMaximum === null && budgetRefuses ? { outputMaximum: outputAllowed } : {}),
    ...(request.stream && !request.wantsStreamUsage ? { includeStreamUsage: true } : {}),
  }
}

/** Where the portal sends its own test calls from is no web page of somebody's. */
function originOf(origin: string, portal: string): string | null {
  return origin === portal ? null : origin.slice(0, 200)
}

function originWarning(grant: Grant, { browserOrigin }: Arrival): readonly string[] {
  return browserOrigin !== null && grant.browserOrigin === 'warn' ? warning : []
}

const warning = [
  'x-gatehouse-warning',
  'A personal key was used from a web page, where everybody can read it. Call from a server of yours instead.',
] as const

const unknownKey: Refusal = {
  code: 'invalid_api_key',
  message:
    'No valid Gatehouse key was sent. Send a key that begins with sk-gh- as "Authorization: Bearer …"; you can create one in the portal.',
}

/** AWS's clients sign by default, and a signature has no room for a key. */
const signedInstead: Refusal = {
  code: 'invalid_api_key',
  message:
    'This request is signed with AWS keys, and so carries no Gatehouse key. Set AWS_BEARER_TOKEN_BEDROCK to a key that begins with sk-gh-: AWS clients then send it as "Authorization: Bearer …".',
}

/** JSON can be read at any depth, but not be written: the stack ends first. */
const tooDeep: Refusal = {
  code: 'invalid_request_error',
  message: 'The body is nested too deeply. Nothing was charged.',
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RangeError && error.message.includes('call stack')) return tooDeep
  if (error instanceof NotLetThrough) return error.refusal
  if (!(error instanceof Uncarried)) return closed
  const { problem: message, param } = error.problem
  return { code: 'unsupported_parameter', message, param }
}

function sendRefusal(
  ports: GatewayPorts,
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

function refuseRoute(
  ports: GatewayPorts,
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
