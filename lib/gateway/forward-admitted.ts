/** Steps 6 to 8 of a call: it is forwarded, its answer relayed, its hold replaced by what it cost, on every ending. */
import type { AnswerReader, BodyChanges, ParsedRequest } from '#lib/formats/contract.ts'
import type { Call, Reply } from '#lib/gateway/call.ts'
import { carryCall, type Carrying } from '#lib/gateway/carry-call.ts'
import type { Verdict } from '#lib/gateway/decide-call.ts'
import { closed } from '#lib/gateway/decide-degraded.ts'
import { forwardCall } from '#lib/gateway/forward-call.ts'
import type { GatewayPorts } from '#lib/gateway/gateway-ports.ts'
import { holdDraftText } from '#lib/gateway/hold-draft.ts'
import { headroomHeaders } from '#lib/gateway/limit-refusal.ts'
import { originWarning } from '#lib/gateway/page-origin.ts'
import type { ReadRequest } from '#lib/gateway/read-request.ts'
import { publicRefusal, type Refusal } from '#lib/gateway/refusal.ts'
import type { CallRoute } from '#lib/gateway/routes.ts'
import type { RunningCall } from '#lib/gateway/running-calls.ts'
import { refusalOf } from '#lib/gateway/send-refusal.ts'
import { brokenOffRefusal } from '#lib/gateway/upstream-refusal.ts'
import { endedEvent, limitTokens, refusedEvent, type Arrival, type Ending } from '#lib/gateway/usage-event.ts'
import type { WrittenEvent } from '#lib/ledger/contract.ts'
import { hasRoom } from '#lib/limits/rules/has-room.ts'
import { noTokens } from '#lib/limits/rules/limit-kinds.ts'

/** A call that was read, on its way to an answer. */
export type OpenCall = {
  readonly call: Call
  readonly reply: Reply
  readonly arrival: Arrival
  readonly route: CallRoute
  readonly keyText: string
  readonly read: Extract<ReadRequest, { kind: 'read' }>
  readonly refuse: (refusal: Refusal, headers?: readonly string[]) => undefined
}

/** Returns the event of the call; undefined where it had to be refused after all, which costs nothing. */
export async function forwardAdmitted(
  ports: GatewayPorts,
  { call, reply, arrival, route, keyText, read, refuse }: OpenCall,
  { grant, plan, judged, slice }: Extract<Verdict, { kind: 'admitted' }>,
  draft: WrittenEvent,
): Promise<WrittenEvent | undefined> {
  const { request, body, bytes, translation } = read
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

/** A hard budget's hold is only an upper bound when the provider is told the output maximum that it counted on. */
function bodyChanges(budgetRefuses: boolean, request: ParsedRequest, outputAllowed: number): BodyChanges {
  return {
    ...(request.outputMaximum === null && budgetRefuses ? { outputMaximum: outputAllowed } : {}),
    ...(request.stream && !request.wantsStreamUsage ? { includeStreamUsage: true } : {}),
  }
}
