/**
 * `Idempotency-Key` on calls: what is sent twice with one key is made once. While the first call runs the second hears 409;
 * after it has ended, it gets the same answer, where that was kept. A call that was charged nothing frees its key.
 */
import { boundaryOf } from '#lib/formats/form-body.ts'
import type { Format, ParsedRequest } from '#lib/formats/contract.ts'
import type { Call, Reply } from '#lib/gateway/call.ts'
import type { Grants, Identified } from '#lib/gateway/grants.ts'
import type { Claim, Claimed, IdempotencyClaims, KeptAnswer } from '#lib/gateway/idempotency-claims.ts'
import { judgeKey } from '#lib/gateway/judge-key.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { Settlements } from '#lib/gateway/settlements.ts'
import { arrivedEvent, refusedEvent, type Arrival } from '#lib/gateway/usage-event.ts'
import type { WrittenEvent } from '#lib/ledger/contract.ts'

/** A longer answer is sent, but not kept. */
const keptAnswerBytes = 256 * 1024

/** The key of a call, null without one. */
export function idempotencyKeyOf(call: Call): string | Refusal | null {
  const key = call.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  return {
    code: 'invalid_request_error',
    message: 'Idempotency-Key takes 1 to 255 printable ASCII characters without spaces. Nothing was charged.',
    param: 'Idempotency-Key',
  }
}

/** What must be the same when it is sent again. The boundary of a form is another each time that a client writes it. */
function sameRequest(call: Call, body: Buffer): (string | Buffer)[] {
  const boundary = boundaryOf(call.headers['content-type'] ?? '')
  const address = [call.method, call.path, call.query]
  return boundary === null ? [...address, body] : [...address, ...partsBetween(body, Buffer.from(boundary))]
}

function partsBetween(body: Buffer, boundary: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let from = 0; ;) {
    const at = body.indexOf(boundary, from)
    if (at < 0) return [...parts, body.subarray(from)]
    parts.push(body.subarray(from, at))
    from = at + boundary.length
  }
}

export type OncePorts = {
  readonly claims: IdempotencyClaims
  readonly grants: Grants
  readonly settlements: Settlements
  readonly nowMs: () => number
}

/** A call with an idempotency key. */
export type Once = {
  readonly call: Call
  readonly reply: Reply
  readonly arrival: Arrival
  readonly identified: Identified
  readonly keyText: string
  readonly idempotencyKey: string
  readonly request: ParsedRequest
  readonly bytes: Buffer
  readonly refuse: (refusal: Refusal) => void
  /** Returns the event of a call that was let through, undefined for one that was refused. */
  readonly serve: (reply: Reply) => Promise<WrittenEvent | undefined>
}

/** Throws when Redis does not answer: then nobody can tell whether the call was made before. */
export async function serveOnce(ports: OncePorts, once: Once): Promise<void> {
  const { call, reply, arrival, identified, keyText, idempotencyKey, request, bytes } = once
  const claim: Claim = {
    callId: arrival.callId,
    keyId: identified.grant.key.id,
    keyText,
    idempotencyKey,
    request: sameRequest(call, bytes),
  }
  const claimed = await ports.claims.claim(claim)
  if (claimed.kind === 'claimed') return serveClaimed(ports.claims, claim, once)

  const judged = await judgeKey(ports.grants, identified, keyText, arrival)
  if (judged.kind === 'may' && claimed.kind === 'answered') return replay(reply, claimed.answer)
  const refusal = judged.kind === 'refused' ? judged.refusal : claimRefusal(claimed as Unmade)
  const { grant } = judged.kind === 'may' ? judged : identified
  const event = arrivedEvent(arrival, grant, request, bytes.length)
  ports.settlements.refused(refusedEvent(event, refusal, [], null, null, ports.nowMs() - arrival.atMs))
  once.refuse(refusal)
}

/** A whole answer reaches the caller when it is kept, so that who has it can have it again. */
async function serveClaimed(claims: IdempotencyClaims, claim: Claim, once: Once): Promise<void> {
  const recorder = once.request.stream ? null : recordAnswer(once.reply)
  let event: WrittenEvent | undefined
  try {
    event = await once.serve(recorder?.reply ?? once.reply)
  } catch (error) {
    claims.free(claim)
    throw error
  }
  if (event === undefined || wasFree(event)) claims.free(claim)
  else {
    const answer = event.outcome === 'served' ? recorder?.answer() : null
    await claims.finish(
      claim,
      answer ? { ...answer, headers: keptHeaders(answer.headers, once.arrival.route.format) } : null,
    )
  }
  recorder?.send()
}

/** Nothing was sent to a provider, or it failed: it charges nothing for that. */
function wasFree({ outcome, tokens = {} }: WrittenEvent): boolean {
  return outcome !== 'served' && Object.keys(tokens).length === 0
}

/** Sends the first call's answer again. */
function replay(reply: Reply, { status, headers, body }: KeptAnswer): void {
  reply.head(status, [...headers, 'content-length', String(body.length), 'x-gatehouse-idempotent-replay', 'true'])
  reply.end(body)
}

type Unmade = Exclude<Claimed, { kind: 'claimed' | 'answered' }>

/** Why a call whose key another call has is not made. */
function claimRefusal({ kind, callId }: Unmade): Refusal {
  if (kind === 'running') {
    return {
      code: 'idempotency_key_in_use',
      message: `The call ${callId} with this Idempotency-Key is still running. Nothing was charged for this one. Try again in a second.`,
      retryAfterSeconds: 1,
    }
  }
  if (kind === 'mismatch') {
    return {
      code: 'idempotency_key_mismatch',
      message: `This Idempotency-Key was used for another request, the call ${callId}. Nothing was charged. Use a new key for a new request.`,
      param: 'Idempotency-Key',
      final: true,
    }
  }
  return {
    code: 'idempotency_key_used',
    message: `The call ${callId} was made with this Idempotency-Key, and its answer was not kept: only whole answers of up to ${keptAnswerBytes / 1024} KiB are. Nothing was charged for this one. Look that call up, or use a new key to make another.`,
    final: true,
  }
}

/** What was left of limits then is not what is left now; and the length is told anew. */
function keptHeaders(headers: readonly string[], format: Format): string[] {
  const kept: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name, value] = [headers[i]!, headers[i + 1]!]
    const isOfAnswer = format.answerHeaders.includes(name) || name === format.idHeader || ownHeaders.has(name)
    if (isOfAnswer) kept.push(name, value)
  }
  return kept
}

const ownHeaders = new Set([
  'content-type',
  'x-gatehouse-request-id',
  'x-gatehouse-provider',
  'x-gatehouse-model',
  'x-gatehouse-left-out',
])

type Recorder = {
  readonly reply: Reply
  /** The whole answer; null where it is not whole, or too long. */
  answer(): KeptAnswer | null
  /** Sends what was held back. */
  send(): void
}

/** Holds a whole answer back; one that is longer than is kept passes from then on as it comes. */
function recordAnswer(reply: Reply): Recorder {
  let head: { readonly status: number; readonly headers: string[] } | null = null
  let chunks: Buffer[] = []
  let bytes = 0
  let isPassing = false
  let hasEnded = false

  function hold(chunk: Buffer): void {
    chunks.push(chunk)
    bytes += chunk.length
  }
  /** Whether the caller takes more at once. */
  function pass(): boolean {
    isPassing = true
    if (head) reply.head(head.status, head.headers)
    const held = Buffer.concat(chunks)
    chunks = []
    return reply.write(held)
  }
  return {
    reply: {
      head: (status, headers) => void (head = { status, headers }),
      write(chunk) {
        if (isPassing) return reply.write(chunk)
        hold(chunk)
        return bytes > keptAnswerBytes ? pass() : true
      },
      drained: (listener) => reply.drained(listener),
      end(chunk) {
        hasEnded = true
        if (isPassing) reply.end(chunk)
        else if (chunk) hold(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
      },
      destroy() {
        isPassing = true
        reply.destroy()
      },
      onAbort: (listener) => reply.onAbort(listener),
    },
    answer() {
      const isKept = head !== null && hasEnded && !isPassing && bytes <= keptAnswerBytes
      return isKept ? { ...head!, body: Buffer.concat(chunks) } : null
    },
    send() {
      if (isPassing || head === null || !hasEnded) return
      reply.head(head.status, head.headers)
      reply.end(Buffer.concat(chunks))
    },
  }
}
