/**
 * Calls the plan's targets in order and relays the first answer. Failover happens only before the first byte has reached
 * the caller; after it, a failure is told inside the stream or by breaking the connection, never by a false end.
 */
import type { Dispatcher } from 'undici'
import type { AnswerReader, AnswerReading, Format, ParsedRequest } from '#lib/formats/contract.ts'
import type { Call, Reply } from '#lib/gateway/call.ts'
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { Route } from '#lib/gateway/routes.ts'
import { exchange, type Exchange, type Flow } from '#lib/gateway/upstream.ts'
import type { Ending } from '#lib/gateway/usage-event.ts'
import type { WrittenAttempt } from '#lib/ledger/contract.ts'
import { requestTo } from '#lib/providers/providers.ts'
import { chooseCredential } from '#lib/routing/choose-credential.ts'
import { afterAnswer, type AnswerClass } from '#lib/routing/after-answer.ts'

export type Forwarding = {
  readonly call: Call
  readonly reply: Reply
  readonly route: Extract<Route, { readonly kind: 'call' }>
  readonly format: Format
  readonly request: ParsedRequest
  /** Body to forward to a deployment's upstream model. */
  readonly bodyFor: (upstreamModel: string) => Buffer
  readonly stripUsage: boolean
  readonly plan: CallPlan
  /** Headers of the gateway's own that go with every answer, names and values in turn. */
  readonly headers: readonly string[]
  readonly poolFor: (origin: string) => Dispatcher
  /** For which a caller may take nothing of what waits for it. */
  readonly callerMs: number
  readonly startedMs: number
  readonly nowMs: () => number
  readonly random: () => number
  /** Tells how the output grows, for the lease. */
  readonly onReader: (reader: AnswerReader) => void
  /** Sends the refusal when no target answered. */
  readonly refuse: (refusal: Refusal) => void
  /** The refusal as an event of the stream's own format. */
  readonly streamError: (refusal: Refusal) => string
}

type Relayed =
  | {
      readonly kind: 'answered'
      readonly exchange: Exchange
      readonly status: number
      readonly reading: AnswerReading | null
      readonly firstByteMs: number
    }
  | { readonly kind: 'not answered'; readonly exchange: Exchange; readonly status: number | null }
  | { readonly kind: 'aborted' }

export async function forwardCall(f: Forwarding): Promise<Ending> {
  const attempts: WrittenAttempt[] = []
  const caller = watchCaller(f.reply)
  let timeout = false

  for (const [index, target] of f.plan.targets.entries()) {
    const { deployment } = target
    const startMs = f.nowMs() - f.startedMs
    const credential = chooseCredential(deployment.provider.credentials, f.random())
    const relayed = await relay(
      f,
      caller,
      deployment,
      credential?.secret.reveal() ?? null,
      index === f.plan.targets.length - 1,
    )
    attempts.push({
      provider: deployment.provider.name,
      deploymentId: deployment.id,
      upstreamModel: deployment.upstreamModel,
      region: deployment.region,
      credentialId: credential?.id ?? null,
      startMs,
      durationMs: f.nowMs() - f.startedMs - startMs,
      status: relayed.kind === 'aborted' ? null : relayed.status,
      error:
        relayed.kind === 'aborted' ? 'aborted' : relayed.exchange.kind === 'failed' ? relayed.exchange.cause : null,
    })
    const base = { attempts, totalMs: f.nowMs() - f.startedMs, served: target }

    if (relayed.kind === 'aborted') {
      return { ...base, outcome: 'aborted', status: 499, errorCode: null, reading: caller.reading(), firstByteMs: null }
    }
    if (relayed.kind === 'answered') return { ...base, ...endingOf(f, relayed, caller) }
    timeout = relayed.exchange.kind === 'failed' && relayed.exchange.timeout
  }

  const refusal = upstreamRefusal(f.plan, timeout)
  f.refuse(refusal)
  return {
    outcome: 'failed',
    status: timeout ? 504 : 502,
    errorCode: refusal.code,
    attempts,
    served: f.plan.targets.at(-1)!,
    reading: null,
    firstByteMs: null,
    totalMs: f.nowMs() - f.startedMs,
  }
}

type Caller = {
  gone: boolean
  flow: Flow | null
  reader: AnswerReader | null
  reading(): AnswerReading | null
}

/** The caller may leave at any moment: the provider is told at once. */
function watchCaller(reply: Reply): Caller {
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

type Deployment = CallPlan['targets'][number]['deployment']

async function relay(
  f: Forwarding,
  caller: Caller,
  deployment: Deployment,
  credential: string | null,
  isLast: boolean,
): Promise<Relayed> {
  if (caller.gone) return { kind: 'aborted' }
  const { provider } = deployment
  const facts = { baseUrl: provider.baseUrl, path: f.route.upstreamPath, credential, caller: f.call.headers }
  const { origin, path, headers } = requestTo(provider.kind, facts)
  let flow: Flow | null = null
  let status: number | null = null
  let answer: AnswerClass | null = null
  let reader: AnswerReader | null = null
  let streamed = false
  let firstByteMs = 0

  const ending = await exchange(
    f.poolFor(origin),
    { path, headers, body: f.bodyFor(deployment.upstreamModel) },
    {
      started(started) {
        flow = started
        caller.flow = started
        if (caller.gone) started.abort()
      },
      head(code, upstreamHeaders) {
        status = code
        answer = afterAnswer(code, isLast)
        firstByteMs = f.nowMs() - f.startedMs
        if (answer !== 'relay' || caller.gone) return
        streamed = f.request.stream && isEventStream(upstreamHeaders)
        if (code < 300) {
          reader = f.format.readAnswer(f.route.endpoint, streamed, f.stripUsage)
          caller.reader = reader
          f.onReader(reader)
        }
        f.reply.head(code, answerHeaders(f, deployment, upstreamHeaders, streamed))
      },
      data(chunk) {
        if (answer !== 'relay' || caller.gone) return
        const bytes = reader ? reader.push(chunk) : chunk
        if (bytes.length > 0 && !f.reply.write(bytes)) {
          flow?.pause()
          // One that never takes it would keep its hold and its connection for ever.
          const stuck = setTimeout(() => giveUp(f.reply, caller), f.callerMs).unref()
          f.reply.drained(() => {
            clearTimeout(stuck)
            flow?.resume()
          })
        }
      },
    },
  )

  if (caller.gone) return { kind: 'aborted' }
  if (status === null || answer !== 'relay') return { kind: 'not answered', exchange: ending, status }
  finish(f, ending, reader, streamed)
  return {
    kind: 'answered',
    exchange: ending,
    status,
    reading: (reader as AnswerReader | null)?.reading() ?? null,
    firstByteMs,
  }
}

/** Ends the caller's answer the way the provider's ended. */
function finish(f: Forwarding, ending: Exchange, reader: AnswerReader | null, streamed: boolean): void {
  if (ending.kind === 'ended') {
    const rest = reader?.end()
    f.reply.end(rest && rest.length > 0 ? rest : undefined)
  } else if (streamed && reader) {
    f.reply.end(f.streamError(brokenOff(f.plan, ending.timeout)))
  } else {
    f.reply.destroy()
  }
}

function endingOf(
  f: Forwarding,
  relayed: Extract<Relayed, { kind: 'answered' }>,
  caller: Caller,
): Pick<Ending, 'outcome' | 'status' | 'errorCode' | 'reading' | 'firstByteMs'> {
  const { status, reading, firstByteMs } = relayed
  if (status >= 300) return { outcome: 'failed', status, errorCode: `upstream_${status}`, reading: null, firstByteMs }
  if (relayed.exchange.kind === 'failed') {
    const code = relayed.exchange.timeout ? 'upstream_timeout' : 'upstream_error'
    return { outcome: 'cut', status, errorCode: code, reading: caller.reading(), firstByteMs }
  }
  return { outcome: 'served', status, errorCode: null, reading, firstByteMs }
}

function upstreamRefusal(plan: CallPlan, timeout: boolean): Refusal {
  const names = providersOf(plan)
  return timeout
    ? {
        code: 'upstream_timeout',
        message: `The provider (${names}) did not answer in time. Nothing was charged. Try again, or use another model.`,
      }
    : {
        code: 'upstream_error',
        message: `The provider (${names}) failed. Nothing was charged. Try again, or use another model.`,
      }
}

/** After the first byte: what had been produced is charged. */
function brokenOff(plan: CallPlan, timeout: boolean): Refusal {
  return {
    code: timeout ? 'upstream_timeout' : 'upstream_error',
    message: `The answer of the provider (${providersOf(plan)}) broke off. What it had produced is charged.`,
  }
}

function providersOf(plan: CallPlan): string {
  return [...new Set(plan.targets.map((target) => target.deployment.provider.name))].join(', ')
}

function isEventStream(headers: Record<string, string | string[] | undefined>): boolean {
  return String(headers['content-type'] ?? '').startsWith('text/event-stream')
}

function answerHeaders(
  f: Forwarding,
  deployment: Deployment,
  upstream: Record<string, string | string[] | undefined>,
  streamed: boolean,
): string[] {
  const headers = [
    ...f.headers,
    'x-gatehouse-provider',
    deployment.provider.name,
    'x-gatehouse-model',
    f.plan.model.name,
  ]
  for (const name of f.format.answerHeaders) {
    const value = upstream[name]
    if (typeof value === 'string') headers.push(name, value)
  }
  // A stream may lose its usage event on the way; any other answer keeps its length.
  const length = upstream['content-length']
  if (streamed) headers.push('cache-control', 'no-cache')
  else if (typeof length === 'string') headers.push('content-length', length)
  return headers
}
