/** Builds the usage event of a call, from what is known when it arrives to what is known when it has ended. Pure. */
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReading, ParsedRequest } from '#lib/formats/contract.ts'
import { testedLimits, type Judged } from '#lib/gateway/limit-refusal.ts'
import type { CallPlan } from '#lib/gateway/plan-call.ts'
import { refusalStatus, type Refusal } from '#lib/gateway/refusal.ts'
import type { Route } from '#lib/gateway/routes.ts'
import type { Attempt, Outcome, TestedRule, UsageEvent } from '#lib/ledger/contract.ts'
import { decisionIdOf } from '#lib/platform/ids.ts'
import type { Grant } from '#lib/policy/contract.ts'

export type Arrival = {
  readonly callId: string
  readonly atMs: number
  readonly route: Route
  readonly clientIp: string | null
  readonly userAgent: string | null
}

/** The event of a call of which only the caller is known yet. */
export function arrivedEvent(arrival: Arrival, grant: Grant | null, request: ParsedRequest | null, bodyBytes: number | null): UsageEvent {
  return {
    v: 1,
    id: arrival.callId,
    at: arrival.atMs,
    kind: 'call',
    adjusts: null,
    outcome: 'refused',
    status: 0,
    errorCode: null,
    keyId: grant?.key.id ?? null,
    secretId: grant?.secret.id ?? null,
    keyKind: grant?.key.kind ?? null,
    userId: grant?.user?.id ?? null,
    teamId: grant?.team.id ?? null,
    projectId: grant?.project?.id ?? null,
    workloadId: grant?.workload?.id ?? null,
    businessUnitId: grant?.businessUnitId ?? null,
    costCentre: grant?.costCentre ?? null,
    environment: grant?.environment ?? null,
    profileId: grant?.profile.id ?? null,
    identityMethod: 'virtual_key',
    clientIp: arrival.clientIp,
    userAgent: arrival.userAgent,
    endpoint: arrival.route.endpoint,
    stream: request?.stream ?? false,
    modelAsked: request?.model ?? null,
    model: null,
    modelServed: null,
    provider: null,
    deploymentId: null,
    region: null,
    tokens: {},
    costNanos: '0',
    priceLines: [],
    priceVersion: null,
    estimated: false,
    estimatedWhy: null,
    attempts: [],
    decision: {
      id: decisionIdOf(arrival.callId),
      code: null,
      message: null,
      rules: [],
      profileVersion: grant?.profile.version ?? null,
      heldNanos: null,
      outputAsked: request?.outputMaximum ?? null,
      outputAllowed: null,
      promptBytes: bodyBytes,
    },
    timing: { admittedMs: null, firstByteMs: null, totalMs: 0 },
    tags: { ...grant?.tags },
  }
}

/** What the call's hold carries for the sweeper: the event so far, with the place it was meant for. */
export function plannedEvent(event: UsageEvent, plan: CallPlan): UsageEvent {
  const deployment = plan.targets[0]!.deployment
  return {
    ...event,
    model: plan.model.name,
    priceVersion: plan.price.id,
    provider: deployment.provider.name,
    deploymentId: deployment.id,
    region: deployment.region,
  }
}

export function refusedEvent(
  event: UsageEvent,
  refusal: Refusal,
  rules: readonly TestedRule[],
  judged: Judged | null,
  plan: CallPlan | null,
  totalMs: number,
): UsageEvent {
  return {
    ...(plan ? plannedEvent(event, plan) : event),
    // Nothing was routed: a refused call has no provider.
    provider: null,
    deploymentId: null,
    region: null,
    status: refusalStatus[refusal.code],
    errorCode: refusal.code,
    decision: {
      ...event.decision,
      code: refusal.code,
      message: refusal.message,
      rules: judged ? [...rules, ...testedLimits(judged)] : [...rules],
      heldNanos: judged ? String(judged.heldNanos) : null,
      outputAllowed: judged?.outputAllowed ?? null,
    },
    timing: { ...event.timing, totalMs },
  }
}

/** How a call ended, as the forwarding step saw it. */
export type Ending = {
  readonly outcome: Exclude<Outcome, 'refused' | 'interrupted'>
  readonly status: number
  readonly errorCode: string | null
  readonly attempts: readonly Attempt[]
  /** The target that answered; null when none did. */
  readonly served: CallPlan['targets'][number] | null
  readonly reading: AnswerReading | null
  readonly firstByteMs: number | null
  readonly totalMs: number
}

export function endedEvent(
  event: UsageEvent,
  plan: CallPlan,
  judged: Judged,
  request: ParsedRequest,
  admittedMs: number,
  ending: Ending,
): UsageEvent {
  const { tokens, estimatedWhy } = usageOf(request, ending)
  const priced = priceCall(tokens, plan.price.nanosPerMillion)
  const deployment = ending.served?.deployment ?? null
  const unpriced = priced.unpriced.length > 0 ? `no price for ${priced.unpriced.join(', ')}` : null
  const why = [estimatedWhy, unpriced].filter((text) => text !== null).join('; ') || null
  return {
    ...event,
    outcome: ending.outcome,
    status: ending.status,
    errorCode: ending.errorCode,
    model: plan.model.name,
    modelServed: ending.reading?.modelServed ?? null,
    provider: deployment?.provider.name ?? null,
    deploymentId: deployment?.id ?? null,
    region: deployment?.region ?? null,
    tokens,
    costNanos: priced.costNanos.toString(),
    priceLines: priced.lines,
    priceVersion: plan.price.id,
    estimated: why !== null,
    estimatedWhy: why,
    attempts: [...ending.attempts],
    decision: {
      ...event.decision,
      rules: [...plan.rules, ...testedLimits(judged)],
      heldNanos: String(judged.heldNanos),
      outputAllowed: judged.outputAllowed,
    },
    timing: { admittedMs, firstByteMs: ending.firstByteMs, totalMs: ending.totalMs },
  }
}

/** Usage as the provider reported it; else counted from what passed by, and said so. A provider that failed charges nothing. */
function usageOf(request: ParsedRequest, ending: Ending): { tokens: TokenVector; estimatedWhy: string | null } {
  const { reading, outcome } = ending
  if (outcome === 'failed') return { tokens: {}, estimatedWhy: null }
  if (reading?.tokens) return { tokens: reading.tokens, estimatedWhy: null }
  const tokens: TokenVector = { input: request.promptTokensEstimate }
  if (reading && reading.outputSeen > 0) tokens.output = reading.outputSeen
  const why = {
    served: 'the provider reported no usage',
    aborted: 'the caller went away before the provider reported usage',
    cut: 'the stream broke before the provider reported usage',
  }[outcome]
  return { tokens, estimatedWhy: why }
}

/** Tokens as token limits count them: all that went in and came out. */
export function limitTokens(tokens: TokenVector): number {
  const { input = 0, cached_read = 0, cache_write_5m = 0, cache_write_1h = 0, audio_input = 0, output = 0, audio_output = 0 } = tokens
  return input + cached_read + cache_write_5m + cache_write_1h + audio_input + output + audio_output
}
