/**
 * Which place a call tries next. Pure: over the plan's targets, what was tried, and the circuits.
 *
 * In order: the targets as planned, each with its credentials, where the circuit lets calls pass. Where every circuit
 * keeps a first attempt away, the one that opens soonest is tried nevertheless: circuits lead calls to better places,
 * and refuse none. Only a provider's own word does: a place that cools is not asked. Where all were tried, one of them may
 * be tried once more (docs/decisions/0009-when-providers-fail.md).
 */
import type { CatalogCredential, CatalogDeployment } from '#lib/catalog/snapshot.ts'
import { chooseCredential } from '#lib/routing/choose-credential.ts'
import { standingOf, type Circuit } from '#lib/routing/circuit.ts'
import { isAboutCredential, type Failure } from '#lib/routing/failure.ts'
import type { RouteTarget } from '#lib/routing/order-targets.ts'

/** An attempt that failed before anything reached the caller. */
export type FailedAttempt = {
  readonly target: RouteTarget
  readonly credential: CatalogCredential | null
  readonly failure: Failure
  /** How long the provider asked to be left alone; null where it did not. */
  readonly retryAfterMs: number | null
  /** The provider said that trying again is no use. */
  readonly isFinal: boolean
  readonly isRetry: boolean
}

export type RoutingFacts = {
  readonly targets: readonly RouteTarget[]
  readonly failed: readonly FailedAttempt[]
  readonly circuitOf: (deployment: CatalogDeployment, credential: CatalogCredential | null) => Circuit | undefined
  readonly nowMs: number
  /** When the call must have been answered. */
  readonly deadlineMs: number
  /** In [0, 1). */
  readonly random: number
  /** Whether the process may ask the same place again. */
  readonly mayRetry: boolean
}

export type NextAttempt = {
  readonly kind: 'attempt'
  readonly target: RouteTarget
  readonly credential: CatalogCredential | null
  /** To wait before it. */
  readonly delayMs: number
  readonly isRetry: boolean
  /** Whether it finds out for the others if the place works again. */
  readonly isProbe: boolean
  /** Providers whose places were passed over because of their circuits. */
  readonly passedOver: readonly string[]
}

export type NoAttempt = {
  readonly kind: 'none'
  /** Where nothing was tried since all places cool: when the first takes calls again. */
  readonly coolsUntilMs: number | null
  readonly passedOver: readonly string[]
}

const mostAttempts = 4
/** With less time than this left nothing is begun. */
const leastAttemptMs = 500
const longestWaitMs = 2_000
const retryDelayMs = 100
const retryJitterMs = 200

const none: readonly string[] = []
const withoutCredential: readonly null[] = [null]

export function nextAttempt(facts: RoutingFacts): NextAttempt | NoAttempt {
  const { failed, nowMs, deadlineMs } = facts
  if (failed.length >= mostAttempts || deadlineMs - nowMs < leastAttemptMs) {
    return { kind: 'none', coolsUntilMs: null, passedOver: none }
  }
  let passedOver = none
  for (const target of facts.targets) {
    const untried = credentialsLeft(target, failed)
    const credential = healthyOne(facts, target, untried)
    if (credential === undefined) {
      if (untried.length > 0) passedOver = [...passedOver, target.deployment.provider.name]
      continue
    }
    const isProbe = standingOf(facts.circuitOf(target.deployment, credential), nowMs) === 'half-open'
    return { kind: 'attempt', target, credential, delayMs: 0, isRetry: false, isProbe, passedOver }
  }
  const attempt = failed.length === 0 ? lastResort(facts) : retry(facts)
  return attempt
    ? { ...attempt, passedOver }
    : { kind: 'none', coolsUntilMs: failed.length === 0 ? coolsUntil(facts) : null, passedOver }
}

type Credentials = readonly (CatalogCredential | null)[]

function credentialsOf({ deployment }: RouteTarget): Credentials {
  const { credentials } = deployment.provider
  return credentials.length === 0 ? withoutCredential : credentials
}

/** None where the target failed for another reason than its credential. */
function credentialsLeft(target: RouteTarget, failed: readonly FailedAttempt[]): Credentials {
  const credentials = credentialsOf(target)
  if (failed.length === 0) return credentials
  const here = failed.filter((attempt) => attempt.target === target)
  if (here.some(({ failure }) => !isAboutCredential(failure))) return []
  return credentials.filter((credential) => !here.some((attempt) => attempt.credential === credential))
}

/** Undefined where no circuit lets a call pass. */
function healthyOne(
  facts: RoutingFacts,
  { deployment }: RouteTarget,
  credentials: Credentials,
): CatalogCredential | null | undefined {
  const [only = null] = credentials
  if (credentials.length === 1) return letsPass(facts, deployment, only) ? only : undefined
  const passing = credentials.filter((credential) => letsPass(facts, deployment, credential))
  return chooseCredential(passing as CatalogCredential[], facts.random) ?? undefined
}

function letsPass(
  { circuitOf, nowMs }: RoutingFacts,
  deployment: CatalogDeployment,
  credential: CatalogCredential | null,
): boolean {
  const standing = standingOf(circuitOf(deployment, credential), nowMs)
  return standing === 'closed' || standing === 'half-open'
}

type Chosen = Omit<NextAttempt, 'passedOver'>

/** Of the places that would probably fail, the one whose circuit opens to calls first. */
function lastResort({ targets, circuitOf, nowMs }: RoutingFacts): Chosen | null {
  let best: Chosen | null = null
  let bestMs = Infinity
  for (const target of targets) {
    for (const credential of credentialsOf(target)) {
      const circuit = circuitOf(target.deployment, credential)
      if (standingOf(circuit, nowMs) !== 'open' || circuit!.openUntilMs >= bestMs) continue
      best = { kind: 'attempt', target, credential, delayMs: 0, isRetry: false, isProbe: false }
      bestMs = circuit!.openUntilMs
    }
  }
  return best
}

/** The latest of the failed attempts that may succeed at a second try, after a short wait. */
function retry({ failed, circuitOf, nowMs, deadlineMs, random, mayRetry }: RoutingFacts): Chosen | null {
  if (!mayRetry || failed.some(({ isRetry }) => isRetry)) return null
  for (const attempt of failed.toReversed()) {
    const { target, credential } = attempt
    const waitMs = waitBeforeRetry(attempt, random)
    if (waitMs === null || nowMs + waitMs + leastAttemptMs > deadlineMs) continue
    if (standingOf(circuitOf(target.deployment, credential), nowMs) === 'open') continue
    return { kind: 'attempt', target, credential, delayMs: waitMs, isRetry: true, isProbe: false }
  }
  return null
}

/** Null where another try of the same is no use: a hung provider hangs again, a dead credential stays dead. */
function waitBeforeRetry({ failure, retryAfterMs, isFinal }: FailedAttempt, random: number): number | null {
  if (isFinal || (retryAfterMs !== null && retryAfterMs > longestWaitMs)) return null
  const jitterMs = Math.floor(random * retryJitterMs)
  if (failure === 'unavailable') return Math.max(retryAfterMs ?? 0, retryDelayMs) + jitterMs
  return failure === 'rate limited' && retryAfterMs !== null ? retryAfterMs + jitterMs : null
}

function coolsUntil({ targets, circuitOf }: RoutingFacts): number | null {
  const times = targets.flatMap((target) =>
    credentialsOf(target).map((credential) => circuitOf(target.deployment, credential)?.openUntilMs ?? Infinity),
  )
  const first = Math.min(...times)
  return Number.isFinite(first) ? first : null
}
