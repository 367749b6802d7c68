/**
 * 90 days of calls as the gateway would have written them, in the order of time, priced by the price book of the moment.
 * Running sums a key and a team make what a receipt says about budgets true, and no hard cap is ever exceeded.
 */
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import {
  priceAt,
  type CatalogDeployment,
  type CatalogModel,
  type CatalogSnapshot,
  type DatedPrice,
} from '#lib/catalog/snapshot.ts'
import type { TokenVector } from '#lib/catalog/contract.ts'
import { dayMs, type Company, type Key } from '#lib/demo/organisation/make-company.ts'
import { createRandom, type Random } from '#lib/demo/organisation/random.ts'
import type { Rhythm } from '#lib/demo/organisation/structure.ts'
import type { Attempt, Outcome, TestedRule } from '#lib/ledger/contract.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { rollupTokens } from '#lib/ledger/rules/rollup-tokens.ts'
import { decisionIdOf, newId } from '#lib/platform/ids.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

/** Older receipts keep the sum and the tokens, not every rule that was tested. */
const detailedMs = 2 * dayMs
const attemptsMs = 14 * dayMs

/** The days one after the other, so that a quarter's events need not all be in memory. `catalog` is as of the first day. */
export function* makeUsage(
  company: Company,
  catalog: CatalogSnapshot,
  spending: Spending,
  nowMs: number,
): Generator<EventRow[]> {
  const random = createRandom(7)
  const firstDayMs = company.startMs - (company.startMs % dayMs)
  for (let dayStartMs = firstDayMs; dayStartMs < nowMs; dayStartMs += dayMs) {
    const age = (dayStartMs - firstDayMs) / (nowMs - firstDayMs)
    const planned = company.keys.flatMap((key) => plannedCalls(key, dayStartMs, age, random))
    yield planned
      .filter(({ atMs }) => atMs < nowMs - 30_000 && atMs >= company.startMs)
      .toSorted((a, b) => a.atMs - b.atMs)
      .map((call) => eventOf(call, { company, catalog, spending, random, nowMs }))
  }
}

type PlannedCall = { readonly key: Key; readonly atMs: number; readonly afterEnd: boolean }

function plannedCalls(key: Key, dayStartMs: number, age: number, random: Random): PlannedCall[] {
  const { habit } = key
  if (dayStartMs + dayMs <= key.createdMs) return []
  // Whoever lost a key needs a day or two to notice.
  const afterEnd = key.endedMs !== null && dayStartMs > key.endedMs
  if (afterEnd && dayStartMs > (key.endedMs ?? 0) + 2 * dayMs) return []
  const weekday = new Date(dayStartMs).getUTCDay()
  const growth = habit.from + (1 - habit.from) * age
  const mean = habit.callsADay * growth * dayFactor(habit.rhythm, weekday) * (afterEnd ? 0.3 : 1)
  return Array.from({ length: random.count(mean) }, () => {
    const atMs = dayStartMs + Math.floor(momentOf(habit.rhythm, random) * dayMs)
    return { key, atMs, afterEnd: key.endedMs !== null && atMs > key.endedMs }
  }).filter(({ atMs }) => atMs > key.createdMs)
}

function dayFactor(rhythm: Rhythm, weekday: number): number {
  const isWeekend = weekday === 0 || weekday === 6
  if (!isWeekend) return weekday === 5 ? 0.9 : 1.03
  return { office: 0.07, always: 0.6, nightly: 0.9 }[rhythm]
}

/** Part of the day that has passed. */
function momentOf(rhythm: Rhythm, random: Random): number {
  if (rhythm === 'nightly') return (1 + random.next() * 2.6) / 24
  if (rhythm === 'always' && random.chance(0.45)) return random.next()
  // Two humps around noon with lunch between them, in UTC as a company from Lisbon to Helsinki sees it.
  const hour = random.chance(0.5)
    ? 9.2 + (random.next() + random.next() - 1) * 2.4
    : 14.2 + (random.next() + random.next() - 1) * 3
  return hour / 24
}

// ── One call ────────────────────────────────────────────────────────────────────────────────────

type Scene = {
  readonly company: Company
  readonly catalog: CatalogSnapshot
  readonly spending: Spending
  readonly random: Random
  readonly nowMs: number
}

function eventOf({ key, atMs, afterEnd }: PlannedCall, scene: Scene): EventRow {
  const { random, catalog, nowMs } = scene
  const model = modelNamed(catalog, random.weighted(key.habit.models))
  const asked = arrived(key, atMs, model, random)
  if (afterEnd) return refused(asked, endedCode(key), 401, 'This key no longer works.', [statusRule(key)])
  const event = { ...asked, model: model.name }
  if (key.isRestricted && random.chance(0.03)) return refusedModel(event, key)
  if (random.chance(refusalRate(key))) return refusedRate(event, key, random)

  const deployments = usable(model, key)
  const deployment = deployments[0]
  if (!deployment) return refusedModel(event, key)
  const price = priceOf(model, atMs)
  const tokens = tokensOf(key, model, random)
  const outcome = outcomeOf(random)
  const billed = billedTokens(tokens, outcome, random)
  const { lines, costNanos } = priceCall(billed, price.nanosPerMillion)
  const spent = scene.spending.of(key, atMs)
  const cap = key.budget?.amountNanos ?? null
  const held = costNanos + costNanos / 2n + 20_000_000n
  if (cap !== null && spent + held > cap) return refusedBudget(event, key, { spent, held, cap }, atMs)
  scene.spending.add(key, atMs, costNanos)

  const estimated = outcome === 'interrupted' || (outcome === 'aborted' && random.chance(0.7))
  const timing = timingOf(billed, event.stream, random)
  const failed = outcome === 'failed'
  return {
    ...event,
    outcome,
    status: failed ? 502 : outcome === 'interrupted' ? 502 : 200,
    errorCode: failed ? 'upstream_error' : outcome === 'interrupted' ? 'gateway_interrupted' : null,
    modelServed: failed ? null : model.name,
    provider: deployment.provider.name,
    deploymentId: deployment.id,
    region: deployment.region,
    tokens: billed,
    ...rollupTokens(billed),
    costNanos: costNanos.toString(),
    priceLines: lines,
    priceVersion: price.id,
    estimated,
    estimatedWhy: estimated ? 'the caller went away before the provider reported usage' : null,
    attempts: atMs < nowMs - attemptsMs ? [] : attemptsOf(deployments, failed, timing, random),
    decision: {
      ...event.decision,
      heldNanos: held.toString(),
      outputAllowed: 4096,
      rules:
        atMs < nowMs - detailedMs ? [] : passedRules(key, model, deployment, { spent, held: 0n, cap }, atMs, random),
    },
    timing,
  }
}

function arrived(key: Key, atMs: number, model: CatalogModel, random: Random): EventRow {
  const id = newId('call', atMs)
  const endpoint = model.endpoints.includes('embeddings') ? 'embeddings' : 'chat'
  return {
    id,
    at: new Date(atMs).toISOString(),
    kind: 'call',
    adjusts: null,
    outcome: 'refused',
    status: 0,
    errorCode: null,
    keyId: key.id,
    secretId: key.secrets[0]?.id ?? null,
    keyKind: key.kind,
    userId: key.ownerId,
    teamId: key.team.id,
    projectId: key.project?.id ?? null,
    workloadId: key.workloadId,
    businessUnitId: key.team.businessUnitId,
    costCentre: key.team.costCentre,
    environment: key.environment,
    profileId: key.profileId,
    identityMethod: 'virtual_key',
    clientIp: `10.${20 + (key.team.costCentre.charCodeAt(1) % 8)}.${random.whole(0, 31)}.${random.whole(2, 250)}`,
    userAgent: agentOf(key, random),
    endpoint,
    stream: endpoint === 'chat' && random.chance(key.habit.streams),
    modelAsked: model.name,
    model: null,
    modelServed: null,
    provider: null,
    deploymentId: null,
    region: null,
    tokens: {},
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    costNanos: '0',
    priceLines: [],
    priceVersion: null,
    estimated: false,
    estimatedWhy: null,
    attempts: [],
    decision: {
      id: decisionIdOf(id),
      code: null,
      message: null,
      rules: [],
      profileVersion: 1,
      heldNanos: null,
      outputAsked: null,
      outputAllowed: null,
      promptBytes: Math.round(key.habit.inputTokens * 3.6),
    },
    timing: { admittedMs: null, firstByteMs: null, totalMs: 0.6 },
    tags: key.tags,
  }
}

function agentOf(key: Key, random: Random): string {
  if (key.kind === 'personal')
    return random.pick(['claude-cli/2.4.1', 'OpenAI/Python 2.8.0', 'OpenAI/JS 6.49.0', 'codex/0.66.0'])
  if (key.kind === 'ci') return 'OpenAI/Python 2.8.0'
  return key.id.charCodeAt(key.id.length - 1) % 2 === 0 ? 'OpenAI/JS 6.49.0' : 'OpenAI/Python 2.8.0'
}

function tokensOf({ habit }: Key, model: CatalogModel, random: Random): TokenVector {
  const most = (model.contextTokens ?? 100_000) * 0.9
  const prompt = Math.max(8, Math.round(Math.min(random.skewed(habit.inputTokens, 0.55), most)))
  if (model.endpoints.includes('embeddings')) return { input: prompt }
  const cached = random.chance(0.85)
    ? Math.round(prompt * Math.min(0.95, habit.cached * (0.7 + random.next() * 0.6)))
    : 0
  const output = Math.max(
    1,
    Math.round(Math.min(random.skewed(habit.outputTokens, 0.6), model.maxOutputTokens ?? 8192)),
  )
  const thinks = model.capabilities.includes('reasoning') && model.vendor === 'openai'
  return {
    input: prompt - cached,
    ...(cached > 0 ? { cached_read: cached } : {}),
    output,
    ...(thinks ? { reasoning: Math.round(output * (0.4 + random.next() * 0.3)) } : {}),
  }
}

function outcomeOf(random: Random): Exclude<Outcome, 'refused'> {
  return random.weighted([
    ['served', 975],
    ['failed', 9],
    ['aborted', 12],
    ['cut', 3],
    ['interrupted', 1],
  ])
}

function billedTokens(tokens: TokenVector, outcome: Outcome, random: Random): TokenVector {
  if (outcome === 'failed') return {}
  if (outcome === 'served') return tokens
  const output = Math.max(1, Math.round((tokens.output ?? 0) * random.next()))
  return tokens.output === undefined
    ? tokens
    : {
        ...tokens,
        output,
        ...(tokens.reasoning === undefined ? {} : { reasoning: Math.min(tokens.reasoning, output) }),
      }
}

function timingOf(tokens: TokenVector, streams: boolean, random: Random) {
  const admittedMs = Math.round((0.4 + random.next() * 0.7) * 100) / 100
  const thinking = random.skewed(420, 0.4) + (tokens.input ?? 0) * 0.012
  const totalMs = Math.round(admittedMs + thinking + (tokens.output ?? 0) * (9 + random.next() * 6))
  return { admittedMs, firstByteMs: Math.round(streams ? admittedMs + thinking : totalMs), totalMs }
}

type Timing = ReturnType<typeof timingOf>

function attemptsOf(
  deployments: readonly CatalogDeployment[],
  failed: boolean,
  { admittedMs, totalMs }: Timing,
  random: Random,
): Attempt[] {
  const attempt = (deployment: CatalogDeployment, startMs: number, durationMs: number, status: number): Attempt => ({
    provider: deployment.provider.name,
    deploymentId: deployment.id,
    upstreamModel: deployment.upstreamModel,
    region: deployment.region,
    credentialId: deployment.provider.credentials[0]?.id ?? null,
    startMs,
    durationMs,
    status,
    error: status === 200 ? null : 'the provider answered 503',
  })
  const [first, second] = deployments
  if (!first) return []
  if (failed) return deployments.slice(0, 2).map((one, n) => attempt(one, admittedMs + n * 400, 380, 503))
  if (second && random.chance(0.015))
    return [attempt(first, admittedMs, 350, 503), attempt(second, admittedMs + 360, totalMs, 200)]
  return [attempt(first, admittedMs, totalMs, 200)]
}

// ── Refusals and rules ──────────────────────────────────────────────────────────────────────────

function refusalRate({ kind, habit }: Key): number {
  return kind === 'agent' ? 0.02 : habit.rhythm === 'nightly' ? 0.015 : 0.004
}

function endedCode({ status }: Key): string {
  return status === 'expired'
    ? 'key_expired'
    : status === 'suspended'
      ? 'key_suspended'
      : status === 'quarantined'
        ? 'key_quarantined'
        : 'key_revoked'
}

function refused(event: EventRow, code: string, status: number, message: string, rules: TestedRule[]): EventRow {
  return {
    ...event,
    outcome: 'refused',
    status: code === 'key_quarantined' ? 403 : status,
    errorCode: code,
    decision: { ...event.decision, code, message, rules },
  }
}

const plain = { limit: null, held: null, unit: null, resetsAtMs: null }

function statusRule(key: Key, passed: boolean = false): TestedRule {
  const scope = { type: 'key', id: key.id, name: key.name }
  return { ...plain, rule: 'key_status', passed, scope, source: 'key', used: passed ? 'active' : key.status }
}

function refusedModel(event: EventRow, key: Key): EventRow {
  const model = 'claude-opus-4-5'
  const message = `This key may not use the model "${model}": the access profile "Restricted" does not allow it.`
  const rule: TestedRule = {
    ...plain,
    rule: 'model',
    passed: false,
    scope: null,
    source: 'profile Restricted',
    used: model,
  }
  return {
    ...refused(event, 'model_not_allowed', 403, message, [statusRule(key, true), rule]),
    modelAsked: model,
    model: null,
  }
}

function refusedRate(event: EventRow, key: Key, random: Random): EventRow {
  const seconds = random.whole(1, 40)
  const limit = 600
  const scope = { type: 'key', id: key.id, name: key.name }
  const resetsAtMs = Date.parse(event.at) + seconds * 1000
  const rule: TestedRule = {
    rule: 'rpm',
    passed: false,
    scope,
    source: null,
    limit,
    used: limit,
    held: null,
    unit: 'requests a minute',
    resetsAtMs,
  }
  const message = `Key "${key.name}" may use 600 requests a minute, and 600 are in use. Try again in ${seconds} s.`
  return refused({ ...event, model: event.modelAsked }, 'rate_limit_exceeded', 429, message, [
    statusRule(key, true),
    rule,
  ])
}

type Money = { readonly spent: bigint; readonly held: bigint; readonly cap: bigint | null }

/** Calls that a used-up cap has refused, right after the last one that it let through. */
export function refusedAtCap(
  key: Key,
  catalog: CatalogSnapshot,
  money: Money,
  atMs: number,
  nowMs: number,
): EventRow[] {
  const random = createRandom(3)
  const times = Array.from({ length: 9 }, (_, n) => atMs + (n + 1) * 47_000).filter((ms) => ms < nowMs)
  return times.map((ms) =>
    refusedBudget(arrived(key, ms, modelNamed(catalog, random.weighted(key.habit.models)), random), key, money, ms),
  )
}

function refusedBudget(event: EventRow, key: Key, { spent, held, cap }: Money, atMs: number): EventRow {
  const left = (cap ?? 0n) - spent
  const resetsAtMs = monthAfter(atMs)
  const message =
    `This call needs up to $${usdOfNanos(held)}, and key "${key.name}" has $${usdOfNanos(left > 0n ? left : 0n)} left of its ` +
    `$${usdOfNanos(cap ?? 0n)} this month (spent $${usdOfNanos(spent)}, held for running calls $0). It resets at ${new Date(resetsAtMs).toISOString()}.`
  const rules = [statusRule(key, true), budgetRule(key, { spent, held: 0n, cap }, atMs, false)]
  const refusal = refused({ ...event, model: event.modelAsked }, 'insufficient_quota', 429, message, rules)
  return {
    ...refusal,
    decision: { ...refusal.decision, heldNanos: held.toString(), outputAsked: 32_768, outputAllowed: 32_768 },
  }
}

function budgetRule(key: Key, { spent, held, cap }: Money, atMs: number, passed: boolean): TestedRule {
  return {
    rule: 'budget_month',
    passed,
    scope: { type: 'key', id: key.id, name: key.name },
    source: key.budget?.posture ?? 'hard',
    limit: (cap ?? 0n).toString(),
    used: spent.toString(),
    held: held.toString(),
    unit: 'nanos',
    resetsAtMs: monthAfter(atMs),
  }
}

function passedRules(
  key: Key,
  model: CatalogModel,
  deployment: CatalogDeployment,
  money: Money,
  atMs: number,
  random: Random,
): TestedRule[] {
  const passed = (rule: string, source: string | null, used: string): TestedRule => ({
    ...plain,
    rule,
    passed: true,
    scope: null,
    source,
    used,
  })
  const scope = { type: 'key', id: key.id, name: key.name }
  const limit = (rule: string, most: number, used: number, unit: string): TestedRule => ({
    rule,
    passed: true,
    scope,
    source: null,
    limit: most,
    used,
    held: null,
    unit,
    resetsAtMs: atMs + random.whole(100, 20_000),
  })
  return [
    statusRule(key, true),
    passed('principal_status', null, 'active'),
    passed('endpoint', null, 'chat'),
    passed('model', null, model.name),
    passed('provider', null, deployment.provider.name),
    passed('region', null, deployment.region),
    limit('rpm', 600, random.whole(0, 40), 'requests a minute'),
    limit('tpm', 1_000_000, random.whole(0, 90_000), 'tokens a minute'),
    limit('concurrency', 64, random.whole(0, 4), 'calls at once'),
    ...(money.cap === null ? [] : [budgetRule(key, money, atMs, true)]),
  ]
}

// ── Supply and sums ─────────────────────────────────────────────────────────────────────────────

/** The Restricted profile allows Europe only. */
function usable(model: CatalogModel, key: Key): readonly CatalogDeployment[] {
  return key.isRestricted ? model.deployments.filter(({ region }) => region === 'eu') : model.deployments
}

function modelNamed({ models }: CatalogSnapshot, name: string): CatalogModel {
  const model = models.get(name)
  if (!model) throw new Error(`the demo organisation uses ${name}, which the demo catalogue does not have`)
  return model
}

function priceOf(model: CatalogModel, atMs: number): DatedPrice {
  const price = priceAt(model, atMs) ?? model.prices[0]
  if (!price) throw new Error(`the demo catalogue has no price for ${model.name}`)
  return price
}

/** What each key has spent in the month of the moment. */
export class Spending {
  readonly #spent = new Map<string, bigint>()
  readonly #lastMs = new Map<string, number>()

  of(key: Key, atMs: number): bigint {
    return this.#spent.get(nameOf(key, atMs)) ?? 0n
  }

  add(key: Key, atMs: number, costNanos: bigint): void {
    this.#spent.set(nameOf(key, atMs), this.of(key, atMs) + costNanos)
    this.#lastMs.set(key.id, atMs)
  }

  /** Time of the key's last charge. */
  lastMs(key: Key): number | null {
    return this.#lastMs.get(key.id) ?? null
  }

  most(key: Key): bigint {
    return [...this.#spent].reduce(
      (most, [name, spent]) => (name.startsWith(key.id) && spent > most ? spent : most),
      0n,
    )
  }
}

function nameOf(key: Key, atMs: number): string {
  return `${key.id} ${new Date(atMs).toISOString().slice(0, 7)}`
}

function monthAfter(atMs: number): number {
  const at = new Date(atMs)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)
}
