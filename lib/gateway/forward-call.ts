/**
 * Tries places in the order that routing chooses until one answers. Another is tried only before the first byte has
 * reached the caller.
 */
import type { AnswerReading } from '#lib/formats/contract.ts'
import type { CarriedCall } from '#lib/gateway/carry-call.ts'
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import { refusalStatus, type Refusal } from '#lib/gateway/refusal.ts'
import {
  relayAnswer,
  watchCaller,
  type AnswerHead,
  type Caller,
  type Relayed,
  type Relaying,
} from '#lib/gateway/relay-answer.ts'
import { brokenOffRefusal, upstreamRefusal } from '#lib/gateway/upstream-refusal.ts'
import type { Ending } from '#lib/gateway/usage-event.ts'
import type { WrittenAttempt } from '#lib/ledger/contract.ts'
import { takesTokens } from '#lib/providers/providers.ts'
import type { AccessTokens, NoToken } from '#lib/providers/tokens/access-tokens.ts'
import type { AttemptOutcome } from '#lib/routing/circuit.ts'
import type { Circuits, Place } from '#lib/routing/circuits.ts'
import { failureOf, outcomeOf, type Failure } from '#lib/routing/failure.ts'
import { nextAttempt, type FailedAttempt, type NextAttempt, type NoAttempt } from '#lib/routing/next-attempt.ts'
import type { RouteTarget } from '#lib/routing/order-targets.ts'
import { retryAfterMs } from '#lib/routing/retry-after.ts'
import type { RetryBudget } from '#lib/routing/retry-budget.ts'

export type Forwarding = Omit<Relaying, 'modelName' | 'brokenOff' | 'deadlineMs'> & {
  readonly plan: CallPlan
  readonly carry: (target: RouteTarget) => CarriedCall
  readonly circuits: Circuits
  readonly retries: RetryBudget
  readonly accessTokens: AccessTokens
  readonly passedOver: (provider: string) => void
  readonly random: () => number
  /** Hears how to cut the call: what answers is ended with the refusal, and nobody else is asked. */
  readonly onCutter: (cut: (refusal: Refusal) => void) => void
  /** Sends the refusal when no target answered. */
  readonly refuse: (refusal: Refusal) => void
}

/** One call on its way from place to place. */
type Journey = {
  readonly f: Forwarding
  readonly relaying: Relaying
  readonly caller: Caller
  readonly attempts: WrittenAttempt[]
  readonly failed: FailedAttempt[]
  /** Why it was cut. */
  cut: Refusal | null
}

export async function forwardCall(f: Forwarding): Promise<Ending> {
  const deadlineMs = f.startedMs + f.timeouts.answerMs
  const relaying: Relaying = {
    ...f,
    modelName: f.plan.model.name,
    brokenOff: (timeout) => journey.cut ?? brokenOffRefusal(f.plan, timeout),
    deadlineMs,
  }
  const journey: Journey = { f, relaying, caller: watchCaller(f.reply), attempts: [], failed: [], cut: null }
  f.onCutter((refusal) => {
    journey.cut ??= refusal
    journey.caller.flow?.abort()
  })
  f.retries.earn()

  let next = choose(journey)
  while (next.kind === 'attempt') {
    if (next.delayMs > 0) await pause(journey.caller, next.delayMs)
    if (journey.cut) return unanswered(journey, journey.cut)
    const tried = await tryPlace(journey, next)
    if ('outcome' in tried) return tried
    next = tried
  }

  const refusal = upstreamRefusal(f.plan, next.coolsUntilMs, journey.failed.at(-1)?.failure ?? null, f.nowMs())
  return unanswered(journey, refusal)
}

function unanswered(journey: Journey, refusal: Refusal): Ending {
  journey.f.refuse(refusal)
  return {
    ...soFar(journey),
    outcome: 'failed',
    status: refusalStatus[refusal.code],
    errorCode: refusal.code,
    reading: null,
    firstByteMs: null,
  }
}

/** How the call ended, or what it does next. */
async function tryPlace(journey: Journey, chosen: NextAttempt): Promise<Ending | NextAttempt | NoAttempt> {
  const { f, caller, failed } = journey
  const { target, credential } = chosen
  const place: Place = { deployment: target.deployment, credential }
  const startedMs = f.nowMs()
  const learn = (outcome: AttemptOutcome): void => f.circuits.record(place, outcome, startedMs, f.nowMs())
  const showing = shownAt(f, place)
  // Only a token that must be fetched is waited for: all other calls go on at once.
  const shown = showing instanceof Promise ? await showing : showing
  if (caller.gone) {
    learn({ kind: 'unknown' })
    return aborted(journey, nothingSent)
  }

  const fail = (failure: Failure, head: AnswerHead | null): NextAttempt | NoAttempt => {
    const waitMs = head ? retryAfterMs(head.headers, f.nowMs()) : null
    learn(outcomeOf(failure, waitMs, f.nowMs()))
    const isFinal = head?.headers['x-should-retry'] === 'false'
    failed.push({ target, credential, failure, retryAfterMs: waitMs, isFinal, isRetry: chosen.isRetry })
    return choose(journey)
  }
  if (shown !== null && typeof shown !== 'string') {
    journey.attempts.push(writtenAttempt(place, withoutToken, startedMs - f.startedMs, f.nowMs() - startedMs))
    return fail(shown.isRefused ? 'dead credential' : 'unavailable', null)
  }
  let next: NextAttempt | NoAttempt | null = null
  const relayed = await relayAnswer(journey.relaying, caller, target, f.carry(target), shown, (head) => {
    const failure = failureOf(head.status)
    if (!failure) {
      learn({ kind: 'answered' })
      return true
    }
    if (failure === 'dead credential' && credential) f.accessTokens.forget(credential.secret.reveal())
    next = fail(failure, head)
    // Where nobody else can be asked, the caller's own client knows best how to wait.
    return failure === 'rate limited' && next.kind === 'none'
  })
  journey.attempts.push(writtenAttempt(place, relayed, startedMs - f.startedMs, f.nowMs() - startedMs))

  if (relayed.kind === 'aborted') {
    learn({ kind: 'unknown' })
    return aborted(journey, caller.reading(), target)
  }
  if (relayed.kind === 'answered') {
    if (relayed.status < 300) learn(outcomeOfRelay(relayed))
    return { ...soFar(journey, target), ...endingOf(relayed, caller, journey.cut) }
  }
  if (journey.cut && next === null) {
    learn({ kind: 'unknown' })
    return unanswered(journey, journey.cut)
  }
  return next ?? fail(failureWithoutStatus(relayed), null)
}

/** What the provider sees of the credential. */
function shownAt(f: Forwarding, { deployment, credential }: Place): string | null | Promise<string | NoToken> {
  const secret = credential?.secret.reveal() ?? null
  return secret !== null && takesTokens(deployment.provider.kind) ? f.accessTokens.of(secret) : secret
}

/** Nothing was sent to the provider. */
const withoutToken: Relayed = {
  kind: 'not answered',
  exchange: { kind: 'failed', timeout: false, aborted: false, cause: 'no access token' },
  head: null,
}

function choose({ f, failed, relaying }: Journey): NextAttempt | NoAttempt {
  const choice = nextAttempt({
    targets: f.plan.targets,
    failed,
    circuitOf: f.circuits.of,
    nowMs: f.nowMs(),
    deadlineMs: relaying.deadlineMs,
    random: f.random(),
    mayRetry: f.retries.has(),
  })
  for (const provider of choice.passedOver) f.passedOver(provider)
  if (choice.kind === 'attempt') {
    if (choice.isRetry) f.retries.spend()
    if (choice.isProbe)
      f.circuits.probe({ deployment: choice.target.deployment, credential: choice.credential }, f.nowMs())
  }
  return choice
}

/** Ends early when the caller goes away. */
function pause(caller: Caller, ms: number): Promise<void> {
  if (caller.gone) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const wake = (): void => {
      clearTimeout(timer)
      resolve()
    }
    caller.flow = { pause: () => {}, resume: () => {}, abort: wake }
  })
}

function failureWithoutStatus({ exchange, head }: Extract<Relayed, { kind: 'not answered' }>): Failure {
  if (exchange.kind === 'failed' && exchange.timeout) return 'timeout'
  return head ? 'unreadable' : 'unavailable'
}

function outcomeOfRelay({ exchange }: Extract<Relayed, { kind: 'answered' }>): AttemptOutcome {
  if (exchange.kind === 'ended') return { kind: 'succeeded' }
  return exchange.aborted ? { kind: 'unknown' } : { kind: 'failed', openUntilMs: null, rateLimited: false }
}

function writtenAttempt(
  { deployment, credential }: Place,
  relayed: Relayed,
  startMs: number,
  durationMs: number,
): WrittenAttempt {
  return {
    provider: deployment.provider.name,
    deploymentId: deployment.id,
    upstreamModel: deployment.upstreamModel,
    region: deployment.region,
    credentialId: credential?.id ?? null,
    startMs,
    durationMs,
    status: statusOf(relayed),
    error: relayed.kind === 'aborted' ? 'aborted' : relayed.exchange.kind === 'failed' ? relayed.exchange.cause : null,
  }
}

function statusOf(relayed: Relayed): number | null {
  if (relayed.kind === 'aborted') return null
  return relayed.kind === 'answered' ? relayed.status : (relayed.head?.status ?? null)
}

/** `served` is the target that answered; where none did, the last that was tried. */
function soFar(
  { f, attempts, failed }: Journey,
  served: RouteTarget | null = failed.at(-1)?.target ?? null,
): Pick<Ending, 'attempts' | 'served' | 'totalMs'> {
  return { attempts, served, totalMs: f.nowMs() - f.startedMs }
}

/** For what was never sent, or failed, nothing is owed. */
const nothingSent: AnswerReading = {
  tokens: {},
  promptTokens: null,
  outputSeen: 0,
  modelServed: null,
  complete: false,
}

function aborted(journey: Journey, reading: AnswerReading | null, served?: RouteTarget): Ending {
  return {
    ...soFar(journey, served),
    outcome: 'aborted',
    status: 499,
    errorCode: null,
    reading,
    firstByteMs: null,
  }
}

function endingOf(
  relayed: Extract<Relayed, { kind: 'answered' }>,
  caller: Caller,
  cut: Refusal | null,
): Pick<Ending, 'outcome' | 'status' | 'errorCode' | 'reading' | 'firstByteMs'> {
  const { status, reading, firstByteMs } = relayed
  if (status >= 300) return { outcome: 'failed', status, errorCode: `upstream_${status}`, reading: null, firstByteMs }
  if (relayed.exchange.kind === 'failed') {
    const code = cut?.code ?? (relayed.exchange.timeout ? 'upstream_timeout' : 'upstream_error')
    return { outcome: 'cut', status, errorCode: code, reading: caller.reading(), firstByteMs }
  }
  return { outcome: 'served', status, errorCode: null, reading, firstByteMs }
}
