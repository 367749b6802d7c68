/** Builds the usage event of a call, from what is known when it arrives to what is known when it has ended. Pure. */
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import type { NanosPerMillion, TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReading, ParsedRequest } from '#lib/formats/contract.ts'
import { standingOf, testedLimits, type Judged } from '#lib/gateway/limit-refusal.ts'
import { usageOfMedia, type Usage } from '#lib/gateway/media-usage.ts'
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import { refusalStatus, type Refusal } from '#lib/gateway/refusal.ts'
import type { Route } from '#lib/gateway/routes.ts'
import type { Outcome, TestedRule, WrittenAttempt, WrittenEvent } from '#lib/ledger/contract.ts'
import type { CallTokens } from '#lib/limits/rules/limit-kinds.ts'
import { decisionIdOf } from '#lib/platform/ids.ts'
import type { Grant } from '#lib/policy/contract.ts'

export type Arrival = {
  readonly callId: string
  readonly atMs: number
  readonly route: Route
  readonly clientIp: string | null
  readonly userAgent: string | null
  /** The web page that the call comes from, where it comes from one that is not the portal's own. */
  readonly browserOrigin: string | null
}

/** Who and what: the part of the event that is known before anything is decided. */
export function arrivedEvent(
  arrival: Arrival,
  grant: Grant | null,
  request: ParsedRequest | null,
  bodyBytes: number | null,
): WrittenEvent {
  const event: WrittenEvent = {
    v: 1,
    id: arrival.callId,
    at: arrival.atMs,
    outcome: 'refused',
    status: 0,
    clientIp: arrival.clientIp,
    userAgent: arrival.userAgent,
    endpoint: request?.endpoint ?? arrival.route.endpoint,
    decision: { id: decisionIdOf(arrival.callId), promptBytes: bodyBytes },
    timing: { totalMs: 0 },
  }
  if (request) {
    event.stream = request.stream
    event.modelAsked = request.model
    event.decision.outputAsked = request.outputMaximum
  }
  if (grant) {
    Object.assign(event, attribution(grant))
    event.decision.profileVersion = grant.profile.version
    if (arrival.browserOrigin !== null && grant.browserOrigin !== 'allow') {
      event.decision.browserOrigin = arrival.browserOrigin
    }
    if (grant.audit === 'nothing') Object.assign(event, { clientIp: null, userAgent: null })
  }
  return event
}

type Attribution = Pick<
  WrittenEvent,
  | 'keyId'
  | 'secretId'
  | 'keyKind'
  | 'userId'
  | 'teamId'
  | 'projectId'
  | 'workloadId'
  | 'businessUnitId'
  | 'costCentre'
  | 'environment'
  | 'profileId'
  | 'tags'
  | 'groups'
>

const attributions = new WeakMap<Grant, Attribution>()

/** Whom a call counts for; the same for every call of a grant. */
function attribution(grant: Grant): Attribution {
  let found = attributions.get(grant)
  if (!found) {
    found = { keyId: grant.key.id, secretId: grant.secret.id, keyKind: grant.key.kind, teamId: grant.team.id }
    found.environment = grant.environment
    found.profileId = grant.profile.id
    if (grant.user) found.userId = grant.user.id
    if (grant.project) found.projectId = grant.project.id
    if (grant.workload) found.workloadId = grant.workload.id
    if (grant.businessUnitId) found.businessUnitId = grant.businessUnitId
    if (grant.costCentre) found.costCentre = grant.costCentre
    if (Object.keys(grant.tags).length > 0) found.tags = grant.tags
    if (grant.groups.length > 0) found.groups = [...grant.groups]
    attributions.set(grant, found)
  }
  return found
}

/** The event with the place that the call was planned for: what its hold carries for the sweeper. */
export function plannedEvent(event: WrittenEvent, plan: CallPlan): WrittenEvent {
  const { deployment, price } = plan.targets[0]!
  event.model = plan.model.name
  event.priceVersion = price.id
  event.provider = deployment.provider.name
  event.deploymentId = deployment.id
  event.region = deployment.region
  return event
}

/** A refused call has no provider, for nothing was routed; it has the model, where one was found. */
export function refusedEvent(
  event: WrittenEvent,
  refusal: Refusal,
  rules: readonly TestedRule[],
  judged: Judged | null,
  plan: CallPlan | null,
  totalMs: number,
): WrittenEvent {
  return {
    ...event,
    ...(plan ? { model: plan.model.name, priceVersion: plan.targets[0]!.price.id } : {}),
    status: refusalStatus[refusal.code],
    errorCode: refusal.code,
    decision: {
      ...event.decision,
      code: refusal.code,
      message: refusal.message,
      rules: judged ? [...rules, ...testedLimits(judged)] : [...rules],
      ...(judged ? { heldNanos: String(judged.heldNanos), outputAllowed: judged.outputAllowed } : {}),
    },
    timing: { totalMs },
  }
}

/** How a call ended, as the forwarding step saw it. */
export type Ending = {
  readonly outcome: Exclude<Outcome, 'refused' | 'interrupted'>
  readonly status: number
  readonly errorCode: string | null
  readonly attempts: readonly WrittenAttempt[]
  /** The target that answered; null when none did. */
  readonly served: CallPlan['targets'][number] | null
  readonly reading: AnswerReading | null
  readonly firstByteMs: number | null
  readonly totalMs: number
}

/** Completes the event of an admitted call. What policy tested is not repeated on it: it all passed. */
export function endedEvent(
  event: WrittenEvent,
  plan: CallPlan,
  judged: Judged,
  request: ParsedRequest,
  admittedMs: number,
  ending: Ending,
): WrittenEvent {
  const { deployment, price } = ending.served ?? plan.targets[0]!
  const { tokens, estimatedWhy } = usageOf(request, ending, price.nanosPerMillion)
  const priced = priceCall(tokens, price.nanosPerMillion)
  const unpriced = priced.unpriced.length > 0 ? `no price for ${priced.unpriced.join(', ')}` : null
  const why = [estimatedWhy, unpriced].filter((text) => text !== null).join('; ')
  event.outcome = ending.outcome
  event.status = ending.status
  if (ending.errorCode) event.errorCode = ending.errorCode
  if (ending.reading?.modelServed) event.modelServed = ending.reading.modelServed
  event.provider = deployment.provider.name
  event.deploymentId = deployment.id
  event.region = deployment.region
  event.priceVersion = price.id
  event.tokens = tokens
  event.costNanos = priced.costNanos.toString()
  event.priceLines = priced.lines
  if (why) {
    event.estimated = true
    event.estimatedWhy = why
  }
  event.attempts = [...ending.attempts]
  event.decision.standing = standingOf(judged)
  event.decision.heldNanos = String(judged.heldNanos)
  event.decision.outputAllowed = judged.outputAllowed
  event.timing = { admittedMs, firstByteMs: ending.firstByteMs, totalMs: ending.totalMs }
  return event
}

/** Usage as the provider reported it; else counted from what passed by, and said so. A provider that failed charges nothing. */
function usageOf(request: ParsedRequest, ending: Ending, prices: NanosPerMillion): Usage {
  const { reading, outcome } = ending
  if (outcome === 'failed') return { tokens: {}, estimatedWhy: null }
  if (request.media) return usageOfMedia(request.media, reading, prices, outcome === 'served' ? null : noUsage[outcome])
  if (reading?.tokens) return { tokens: reading.tokens, estimatedWhy: null }
  const tokens: TokenVector = { ...(reading?.promptTokens ?? { input: request.promptTokensEstimate }) }
  if (reading && reading.outputSeen > 0) tokens.output = reading.outputSeen
  return { tokens, estimatedWhy: noUsage[outcome] }
}

const noUsage = {
  served: 'the provider reported no usage',
  aborted: 'the caller went away before the provider reported usage',
  cut: 'the stream broke before the provider reported usage',
}

/** Tokens as token limits count them: all that went in, and all that came out. */
export function limitTokens(tokens: TokenVector): CallTokens {
  const {
    input = 0,
    cached_read = 0,
    cache_write_5m = 0,
    cache_write_1h = 0,
    audio_input = 0,
    output = 0,
    audio_output = 0,
  } = tokens
  return {
    input: input + cached_read + cache_write_5m + cache_write_1h + audio_input,
    output: output + audio_output,
  }
}
