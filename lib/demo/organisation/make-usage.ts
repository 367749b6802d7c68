/**
 * 90 days of calls as the gateway would have written them, in the order of time, priced by the price book of the moment.
 * Running sums a key and a team make what a receipt says about budgets true, and no hard cap is ever exceeded.
 */
import { inputCeilingNanosPerToken, outputCeilingNanosPerToken, priceCall } from '#lib/catalog/rules/price-call.ts'
import {
  priceAt,
  type CatalogDeployment,
  type CatalogModel,
  type CatalogSnapshot,
  type DatedPrice,
} from '#lib/catalog/snapshot.ts'
import type { TokenVector } from '#lib/catalog/contract.ts'
import { arrivedCall } from '#lib/demo/organisation/arrived-call.ts'
import { dayMs, type Company, type Key } from '#lib/demo/organisation/company.ts'
import {
  outputAskedAtCap,
  passedRules,
  refusalRate,
  refusedBudget,
  refusedEnded,
  refusedModel,
  refusedRate,
  type Money,
} from '#lib/demo/organisation/make-refusals.ts'
import { createRandom, type Random } from '#lib/demo/organisation/random.ts'
import type { Spending } from '#lib/demo/organisation/spending.ts'
import type { Rhythm } from '#lib/demo/organisation/structure.ts'
import type { Attempt, Outcome } from '#lib/ledger/contract.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { rollupTokens } from '#lib/ledger/rules/rollup-tokens.ts'

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
  const asked = arrivedCall(key, atMs, model, random)
  if (afterEnd) return refusedEnded(asked, key)
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

/** Calls that a used-up cap has refused, right after the last one that it let through. */
export function refusedAtCap(
  key: Key,
  catalog: CatalogSnapshot,
  { spent, cap }: Pick<Money, 'spent' | 'cap'>,
  atMs: number,
  nowMs: number,
): EventRow[] {
  const random = createRandom(3)
  const times = Array.from({ length: 9 }, (_, n) => atMs + (n + 1) * 47_000).filter((ms) => ms < nowMs)
  return times.map((ms) => {
    const model = modelNamed(catalog, random.weighted(key.habit.models))
    const call = arrivedCall(key, ms, model, random)
    const held = holdOf(priceOf(model, ms), call.decision.promptBytes ?? 0)
    return refusedBudget(call, key, { spent, held, cap }, ms)
  })
}

/** What the gateway would set aside: prompt bytes and the output that is asked for, at their dearest. */
function holdOf({ nanosPerMillion }: DatedPrice, promptBytes: number): bigint {
  const prompt = BigInt(promptBytes) * inputCeilingNanosPerToken(nanosPerMillion)
  return prompt + BigInt(outputAskedAtCap) * outputCeilingNanosPerToken(nanosPerMillion)
}

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
