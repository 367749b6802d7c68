/**
 * One attempt at one target: sends the call and relays what answers. Nothing reaches the caller before the answer is known
 * to be the caller's (`isForCaller`); after the first byte, a failure is told inside the stream or by breaking the
 * connection, never by a false end.
 */
import type { Dispatcher } from 'undici'
import type { AnswerReader, AnswerReading, Format } from '#lib/formats/contract.ts'
import { formatOf } from '#lib/formats/formats.ts'
import type { Call, Reply } from '#lib/gateway/call.ts'
import type { CarriedCall } from '#lib/gateway/carry-call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import { exchange, type Exchange, type Flow, type UpstreamTimeouts } from '#lib/gateway/upstream.ts'
import type { CatalogDeployment, CatalogProvider } from '#lib/catalog/snapshot.ts'
import { requestTo } from '#lib/providers/providers.ts'
import type { AnswerHeaders } from '#lib/routing/retry-after.ts'
import type { RouteTarget } from '#lib/routing/order-targets.ts'

export type Relaying = {
  readonly call: Call
  readonly reply: Reply
  readonly callId: string
  readonly format: Format
  /** Whether the caller asked for a stream. */
  readonly stream: boolean
  /** The catalogue's name for the model. */
  readonly modelName: string
  /** Headers of the gateway's own that go with every answer, names and values in turn. */
  readonly headers: readonly string[]
  readonly poolFor: (origin: string, connectMs?: number) => Dispatcher
  readonly timeouts: UpstreamTimeouts
  /** When the call's time for an answer's head is over. */
  readonly deadlineMs: number
  readonly startedMs: number
  readonly nowMs: () => number
  /** Tells how the output grows, for the lease. */
  readonly onReader: (reader: AnswerReader) => void
  /** The refusal as an event of the stream's own format. */
  readonly streamError: (refusal: Refusal) => string | Buffer
  /** How the answer of this provider broke off, in our words. */
  readonly brokenOff: (timeout: boolean) => Refusal
}

/** An answer's head, as far as routing needs it. */
export type AnswerHead = { readonly status: number; readonly headers: AnswerHeaders }

export type Relayed =
  | {
      readonly kind: 'answered'
      readonly exchange: Exchange
      readonly status: number
      readonly reading: AnswerReading | null
      readonly firstByteMs: number
    }
  | { readonly kind: 'not answered'; readonly exchange: Exchange; readonly head: AnswerHead | null }
  | { readonly kind: 'aborted' }

export type Caller = {
  gone: boolean
  flow: Flow | null
  reader: AnswerReader | null
  reading(): AnswerReading | null
}

/** The caller may leave at any moment: the provider is told at once. */
export function watchCaller(reply: Reply): Caller {
  const caller: Caller = { gone: false, flow: null, reader: null, reading: () => caller.reader?.reading() ?? null }
  reply.onAbort(() => leave(caller))
  return caller
}

function leave(caller: Caller): void {
  caller.gone = true
  caller.flow?.abort()
}

function giveUp(reply: Reply, caller: Caller): void {
  if (caller.gone) return
  leave(caller)
  reply.destroy()
}

/** A whole answer that is written anew is held in memory; a longer one than this is given up. */
const gatheredBytes = 32 * 1024 * 1024

/** What comes in one piece and is written anew when it is there. */
type Gathering = { readonly chunks: Buffer[]; bytes: number }

export async function relayAnswer(
  r: Relaying,
  caller: Caller,
  { deployment, operation }: RouteTarget,
  carried: CarriedCall,
  credential: string | null,
  isForCaller: (head: AnswerHead) => boolean,
): Promise<Relayed> {
  if (caller.gone) return { kind: 'aborted' }
  const { provider, upstreamModel } = deployment
  const made = requestTo(provider.kind, {
    baseUrl: provider.baseUrl,
    operation,
    upstreamModel,
    stream: r.stream,
    credential,
    caller: r.call.headers,
    query: carried.anew ? null : r.call.query,
    body: carried.body,
    nowMs: r.nowMs(),
  })
  // Only signing takes time.
  const { origin, path, headers } = made instanceof Promise ? await made : made
  if (caller.gone) return { kind: 'aborted' }
  let flow: Flow | null = null
  let head: AnswerHead | null = null
  let forCaller = false
  let reader: AnswerReader | null = null
  let gathering: Gathering | null = null
  let streamed = false
  let firstByteMs = 0

  function write(bytes: Buffer): void {
    if (bytes.length === 0 || r.reply.write(bytes)) return
    flow?.pause()
    // One that never takes it would keep its hold and its connection for ever.
    const stuck = setTimeout(() => giveUp(r.reply, caller), r.timeouts.callerMs).unref()
    r.reply.drained(() => {
      clearTimeout(stuck)
      flow?.resume()
    })
  }

  const { connectMs, firstByteMs: headMs, idleMs, wholeMs } = timeoutsAt(r, provider)
  const ending = await exchange(
    r.poolFor(origin, connectMs),
    { path, headers, body: carried.body, connectMs, firstByteMs: headMs, idleMs, wholeMs },
    {
      started(started) {
        flow = started
        caller.flow = started
        if (caller.gone) started.abort()
      },
      head(status, upstreamHeaders) {
        head = { status, headers: upstreamHeaders }
        forCaller = !caller.gone && isForCaller(head)
        firstByteMs = r.nowMs() - r.startedMs
        if (!forCaller) return false
        streamed = r.stream && isOfType(upstreamHeaders, formatOf(operation).streamType)
        if (status < 300) {
          reader = carried.reader(streamed, upstreamHeaders)
          caller.reader = reader
          r.onReader(reader)
        }
        if (carried.anew && !(streamed && status < 300)) gathering = { chunks: [], bytes: 0 }
        else r.reply.head(status, passedHeaders(r, deployment, carried, upstreamHeaders, streamed))
        return true
      },
      data(chunk) {
        if (caller.gone) return
        const bytes = reader ? reader.push(chunk) : chunk
        if (!gathering) return write(bytes)
        gathering.bytes += chunk.length
        if (gathering.bytes > gatheredBytes) flow?.abort()
        else gathering.chunks.push(chunk)
      },
    },
  )

  if (caller.gone) return { kind: 'aborted' }
  // Set by callbacks, which the compiler does not follow.
  const seen = head as AnswerHead | null
  const gathered = gathering as Gathering | null
  const read = reader as AnswerReader | null
  if (seen === null || !forCaller) return { kind: 'not answered', exchange: ending, head: seen }
  if (gathered) {
    const body = ending.kind === 'ended' ? writtenAnew(carried, seen.status, Buffer.concat(gathered.chunks)) : null
    // Nothing has reached the caller, so another target may still answer.
    if (body === null) return { kind: 'not answered', exchange: unreadable(ending), head: seen }
    read?.end()
    sendWhole(r, deployment, carried, seen, body)
  } else finish(r, ending, read, streamed)
  return {
    kind: 'answered',
    exchange: ending,
    status: seen.status,
    reading: read?.reading() ?? null,
    firstByteMs,
  }
}

/** The provider's own, else the process's; and no more than the call has left. A token may have taken what time there was. */
function timeoutsAt({ timeouts, deadlineMs, nowMs }: Relaying, { timeouts: own }: CatalogProvider) {
  return {
    connectMs: own.connectMs ?? timeouts.connectMs,
    firstByteMs: Math.max(1, Math.min(own.firstByteMs ?? timeouts.firstByteMs, deadlineMs - nowMs())),
    idleMs: own.idleMs ?? timeouts.idleMs,
    wholeMs: own.wholeMs ?? timeouts.wholeMs,
  }
}

function writtenAnew(carried: CarriedCall, status: number, body: Buffer): string | null {
  return status < 300 ? carried.anew!.answer(body) : carried.anew!.error(status, body)
}

function unreadable(ending: Exchange): Exchange {
  return ending.kind === 'failed'
    ? ending
    : { kind: 'failed', timeout: false, aborted: false, cause: 'unreadable answer' }
}

function sendWhole(
  r: Relaying,
  deployment: CatalogDeployment,
  carried: CarriedCall,
  { status, headers }: AnswerHead,
  text: string,
): void {
  const body = Buffer.from(text)
  const length = { 'content-type': 'application/json', 'content-length': String(body.length) }
  r.reply.head(status, passedHeaders(r, deployment, carried, { ...headers, ...length }, false))
  r.reply.end(body)
}

/** Ends the caller's answer the way the provider's ended. */
function finish(r: Relaying, ending: Exchange, reader: AnswerReader | null, streamed: boolean): void {
  if (ending.kind === 'ended') {
    const rest = reader?.end()
    r.reply.end(rest && rest.length > 0 ? rest : undefined)
  } else if (streamed && reader) {
    r.reply.end(r.streamError(r.brokenOff(ending.timeout)))
  } else {
    r.reply.destroy()
  }
}

function isOfType(headers: Record<string, string | string[] | undefined>, type: string): boolean {
  return String(headers['content-type'] ?? '').startsWith(type)
}

/** Of a stream that is written anew. */
function writtenType({ streamType }: Format): string {
  return streamType.startsWith('text/') ? `${streamType}; charset=utf-8` : streamType
}

function passedHeaders(
  r: Relaying,
  deployment: CatalogDeployment,
  carried: CarriedCall,
  upstream: Record<string, string | string[] | undefined>,
  streamed: boolean,
): string[] {
  const headers = [...r.headers, 'x-gatehouse-provider', deployment.provider.name, 'x-gatehouse-model', r.modelName]
  if (carried.leftOut.length > 0) headers.push('x-gatehouse-left-out', carried.leftOut.join(', '))
  for (const name of r.format.answerHeaders) {
    const value = name === 'content-type' && streamed && carried.anew ? writtenType(r.format) : upstream[name]
    if (typeof value === 'string') headers.push(name, value)
  }
  const { idHeader } = r.format
  if (idHeader !== null && upstream[idHeader] === undefined) headers.push(idHeader, r.callId)
  // A stream may lose its usage event on the way; any other answer keeps its length.
  const length = upstream['content-length']
  if (streamed) headers.push('cache-control', 'no-cache')
  else if (typeof length === 'string') headers.push('content-length', length)
  return headers
}
