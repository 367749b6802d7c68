/**
 * One call, top to bottom (docs/ARCHITECTURE.md has the same list with the error exit of each step):
 * route → identify → read → authorise and admit → forward and relay → settle.
 *
 * Identity is checked before the body is read: a stranger costs us a header, not a megabyte.
 */
import type { Call, Reply } from '#lib/gateway/call.ts'
import { decideCall } from '#lib/gateway/decide-call.ts'
import { closed } from '#lib/gateway/decide-degraded.ts'
import { forwardAdmitted, type OpenCall } from '#lib/gateway/forward-admitted.ts'
import type { GatewayPorts } from '#lib/gateway/gateway-ports.ts'
import type { Identified } from '#lib/gateway/grants.ts'
import { holdDraftText } from '#lib/gateway/hold-draft.ts'
import { idempotencyKeyOf, serveOnce } from '#lib/gateway/idempotency.ts'
import { isSigned, keyFromCall } from '#lib/gateway/key-from-call.ts'
import { headroomHeaders } from '#lib/gateway/limit-refusal.ts'
import { listModels } from '#lib/gateway/list-models.ts'
import { originOf, originWarning } from '#lib/gateway/page-origin.ts'
import { readRequest } from '#lib/gateway/read-request.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import { inCallersFormat, matchRoute } from '#lib/gateway/routes.ts'
import { refusalOf, refuseRoute, sendRefusal, signedInstead, unknownKey } from '#lib/gateway/send-refusal.ts'
import { arrivedEvent, plannedEvent, refusedEvent, type Arrival } from '#lib/gateway/usage-event.ts'
import type { WrittenEvent } from '#lib/ledger/contract.ts'
import { noTokens } from '#lib/limits/rules/limit-kinds.ts'
import { steadyFrom } from '#lib/platform/clock.ts'
import { newId } from '#lib/platform/ids.ts'

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
    const serveTo = (to: Reply) => serve(ports, identified, { call, reply: to, arrival, route, keyText, read, refuse })
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
async function serve(ports: GatewayPorts, identified: Identified, open: OpenCall): Promise<WrittenEvent | undefined> {
  const { arrival, route, keyText, read, refuse } = open
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
  return forwardAdmitted(ports, open, verdict, draft!)
}
