/**
 * The usual event, read by hand: some thirty fields checked and filled in for a fifth of what the schema takes. The
 * schema is what counts. What is taken here, the schema takes with the same result (the test holds them together);
 * everything else is left to it.
 */
import { units, type TokenVector, type Unit } from '#lib/catalog/contract.ts'
import { outcomes, type PriceLine, type UsageEvent, type WrittenEvent } from '#lib/ledger/contract.ts'

/** With what is stored as JSON as it was written. */
export type ReadEvent = Omit<UsageEvent, 'attempts' | 'decision' | 'timing'> &
  Pick<WrittenEvent, 'decision' | 'timing'> & { readonly attempts: NonNullable<WrittenEvent['attempts']> }

/** Null where the schema must look: what it says of the event is not known here. */
export function readPlainEvent(value: unknown): ReadEvent | null {
  try {
    return eventOf(objectOf(value))
  } catch (error) {
    if (error === unusual) return null
    throw error
  }
}

const unusual = new Error('unusual')
type Fields = Readonly<Record<string, unknown>>

function eventOf(e: Fields): ReadEvent {
  if (e.v !== 1) throw unusual
  return {
    v: 1,
    id: textOf(e.id),
    at: integerOf(e.at),
    kind: e.kind === undefined ? 'call' : oneOf(kinds, e.kind),
    adjusts: textOrNull(e.adjusts),
    outcome: oneOf(outcomeSet, e.outcome),
    status: integerOf(e.status),
    errorCode: textOrNull(e.errorCode),
    keyId: textOrNull(e.keyId),
    secretId: textOrNull(e.secretId),
    keyKind: textOrNull(e.keyKind),
    userId: textOrNull(e.userId),
    teamId: textOrNull(e.teamId),
    projectId: textOrNull(e.projectId),
    workloadId: textOrNull(e.workloadId),
    businessUnitId: textOrNull(e.businessUnitId),
    costCentre: textOrNull(e.costCentre),
    environment: textOrNull(e.environment),
    profileId: textOrNull(e.profileId),
    identityMethod: e.identityMethod === undefined ? 'virtual_key' : textOf(e.identityMethod),
    clientIp: textOrNull(e.clientIp),
    userAgent: textOrNull(e.userAgent),
    endpoint: textOf(e.endpoint),
    stream: e.stream === undefined ? false : booleanOf(e.stream),
    modelAsked: textOrNull(e.modelAsked),
    model: textOrNull(e.model),
    modelServed: textOrNull(e.modelServed),
    provider: textOrNull(e.provider),
    deploymentId: textOrNull(e.deploymentId),
    region: textOrNull(e.region),
    tokens: e.tokens === undefined ? {} : tokensOf(e.tokens),
    costNanos: e.costNanos === undefined ? '0' : nanosOf(e.costNanos),
    priceLines: e.priceLines === undefined ? [] : priceLinesOf(e.priceLines),
    priceVersion: textOrNull(e.priceVersion),
    estimated: e.estimated === undefined ? false : booleanOf(e.estimated),
    estimatedWhy: textOrNull(e.estimatedWhy),
    attempts: e.attempts === undefined ? [] : attemptsOf(e.attempts),
    decision: decisionOf(e.decision),
    timing: timingOf(e.timing),
    tags: e.tags === undefined ? {} : tagsOf(e.tags),
    groups: e.groups === undefined ? [] : textsOf(e.groups),
  }
}

const kinds = new Set(['call', 'attempt', 'adjustment'] as const)
const outcomeSet = new Set(outcomes)
const unitSet: ReadonlySet<string> = new Set(units)

function tokensOf(value: unknown): TokenVector {
  const tokens = objectOf(value)
  for (const unit in tokens) if (!unitSet.has(unit) || !Number.isFinite(tokens[unit])) throw unusual
  return tokens as TokenVector
}

function priceLinesOf(value: unknown): PriceLine[] {
  // Made anew: what else a line may hold the schema cuts off.
  return arrayOf(value).map((line) => {
    const { unit, quantity, nanosPerMillion } = objectOf(line)
    if (!unitSet.has(unit as Unit)) throw unusual
    return { unit: unit as Unit, quantity: numberOf(quantity), nanosPerMillion: integerOf(nanosPerMillion) }
  })
}

function attemptsOf(value: unknown): ReadEvent['attempts'] {
  for (const attempt of arrayOf(value)) {
    const tried = objectOf(attempt)
    textOf(tried.provider)
    textOf(tried.deploymentId)
    textOf(tried.upstreamModel)
    textOf(tried.region)
    textOrNull(tried.credentialId)
    numberOf(tried.startMs)
    numberOf(tried.durationMs)
    numberOrNull(tried.status)
    textOrNull(tried.error)
  }
  return value as ReadEvent['attempts']
}

function decisionOf(value: unknown): ReadEvent['decision'] {
  const decision = objectOf(value)
  textOf(decision.id)
  textOrNull(decision.code)
  textOrNull(decision.message)
  // Refusals have some; they are many-shaped, and fewer.
  if (decision.rules !== undefined && arrayOf(decision.rules).length > 0) throw unusual
  if (decision.standing !== undefined && decision.standing !== null) checkStanding(objectOf(decision.standing))
  numberOrNull(decision.profileVersion)
  if (decision.heldNanos !== undefined && decision.heldNanos !== null) nanosOf(decision.heldNanos)
  numberOrNull(decision.outputAsked)
  numberOrNull(decision.outputAllowed)
  numberOrNull(decision.promptBytes)
  textOrNull(decision.browserOrigin)
  if (decision.degraded !== undefined) booleanOf(decision.degraded)
  return value as ReadEvent['decision']
}

function checkStanding({ scopes, limits, budgets }: Fields): void {
  for (const scope of arrayOf(scopes)) tupleOf(scope, 3).forEach(textOf)
  for (const limit of arrayOf(limits)) {
    const [kind, place, most, used] = tupleOf(limit, 4)
    textOf(kind)
    placeOf(place)
    numberOf(most)
    numberOf(used)
  }
  for (const budget of arrayOf(budgets)) {
    const [period, place, posture, amount, spent, held, resetsAtMs] = tupleOf(budget, 7)
    textOf(period)
    placeOf(place)
    textOf(posture)
    textOf(amount)
    textOf(spent)
    textOf(held)
    numberOf(resetsAtMs)
  }
}

function timingOf(value: unknown): ReadEvent['timing'] {
  const { admittedMs, firstByteMs, totalMs, clockAheadMs } = objectOf(value)
  numberOrNull(admittedMs)
  numberOrNull(firstByteMs)
  numberOf(totalMs)
  if (clockAheadMs !== undefined) numberOf(clockAheadMs)
  return value as ReadEvent['timing']
}

function tagsOf(value: unknown): Record<string, string> {
  const tags = objectOf(value)
  for (const name in tags) textOf(tags[name])
  return tags as Record<string, string>
}

function textsOf(value: unknown): string[] {
  for (const text of arrayOf(value)) textOf(text)
  return value as string[]
}

// ── Leaves ──────────────────────────────────────────────────────────────────────────────────────

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw unusual
  return value
}

function textOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : textOf(value)
}

function numberOf(value: unknown): number {
  if (!Number.isFinite(value)) throw unusual
  return value as number
}

function numberOrNull(value: unknown): void {
  if (value !== undefined && value !== null) numberOf(value)
}

function integerOf(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw unusual
  return value as number
}

function placeOf(value: unknown): void {
  if (integerOf(value) < 0) throw unusual
}

function booleanOf(value: unknown): boolean {
  if (typeof value !== 'boolean') throw unusual
  return value
}

const decimal = /^-?\d{1,19}$/

function nanosOf(value: unknown): string {
  if (typeof value !== 'string' || !decimal.test(value)) throw unusual
  return value
}

function oneOf<T>(known: ReadonlySet<T>, value: unknown): T {
  if (!known.has(value as T)) throw unusual
  return value as T
}

function objectOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unusual
  return value as Fields
}

function arrayOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unusual
  return value
}

function tupleOf(value: unknown, length: number): readonly unknown[] {
  const tuple = arrayOf(value)
  if (tuple.length !== length) throw unusual
  return tuple
}
