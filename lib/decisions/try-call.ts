/**
 * Would this key reach that model now, and what would stop it? The rules of the call path over the grant, and live limits
 * and budgets, which are only read: nothing is charged, counted or set aside.
 */
import { conversations, type Endpoint, type UnpricedModels } from '#lib/catalog/contract.ts'
import { findModelPlaces, placesOf, type AskedPlaces, type ModelPlaces } from '#lib/catalog/model-places.ts'
import { readUnpricedModels } from '#lib/catalog/read-names.ts'
import { dearestPrice, inputCeilingNanosPerToken, outputCeilingNanosPerToken } from '#lib/catalog/rules/price-call.ts'
import { serves } from '#lib/catalog/rules/serves.ts'
import { findContact, findWays } from '#lib/decisions/find-ways.ts'
import { wayViewOf } from '#lib/decisions/view-way.ts'
import { budgetRule, limitRule, type Need } from '#lib/decisions/rules/live-rules.ts'
import type { TryAnswer, TryInput } from '#lib/decisions/try-contract.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { TestedRule } from '#lib/ledger/contract.ts'
import { readLimits } from '#lib/limits/read-limits.ts'
import { countsModel } from '#lib/limits/rules/rules-of-model.ts'
import { notFound } from '#lib/platform/errors.ts'
import type { Context } from '#lib/platform/context.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { loadGrantOfKey } from '#lib/policy/load-grant.ts'
import { placeOf } from '#lib/policy/preview-profile.ts'
import { judgeAll, type Step } from '#lib/policy/rules/authorise.ts'
import { reachModel, refusesUnpriced } from '#lib/policy/rules/reach-model.ts'
import { closeMatches } from '#lib/policy/rules/close-matches.ts'
import type { Place } from '#lib/policy/rules/replay-call.ts'
import { curesOf } from '#lib/requests/rules/cures-of.ts'
import { ruleViewOf } from '#lib/reports/view-call.ts'

/** A hold counts a prompt by its bytes: this many a token. */
const bytesPerToken = 4
/** Less output than this is no answer; a call without a maximum of its own is shortened to it at most. */
const leastOutputTokens = 16

export async function tryCall(context: Context, actor: Actor, input: TryInput): Promise<TryAnswer> {
  const { db, sql, clock } = context
  const nowMs = clock.nowMs()
  // Whoever may not see the key hears that there is none.
  const { keys } = await readLimits(context, actor, { keyId: input.keyId })
  const [grant, models, unpriced] = await Promise.all([
    loadGrantOfKey(db, input.keyId),
    findModelPlaces(sql, new Date(nowMs)),
    readUnpricedModels(db),
  ])
  if (!grant) throw notFound('key')
  const asked = placesOf(models, input.model)
  const endpoint = input.endpoint ?? usualEndpoint(asked?.model ?? null)
  const places = (asked?.places ?? []).map(placeOf).filter(({ region }) => isWanted(input.region, region))
  const judged = judgePlaces(
    grant,
    { endpoint, model: asked?.model.name ?? null, address: input.address ?? null },
    input.region ?? null,
    places,
    nowMs,
  )
  const reached = judged.filter(({ problem }) => problem === null).flatMap(({ place }) => place ?? [])
  const best = judged.find(({ problem }) => problem === null) ?? judged[0]!
  const problems: Problem[] = [
    ...best.steps.flatMap(({ problem }) => (problem ? [{ code: problem.code, message: problem.message }] : [])),
    ...modelProblems(usableNames(grant, models, unpriced, nowMs), input.model, asked, endpoint, places),
  ]
  const policyRules = best.steps.flatMap(({ rule }) => rule ?? [])

  const priced = reached.flatMap(({ price }) => price ?? [])
  const priceRule = unpricedRule(
    grant,
    asked?.model.name ?? input.model,
    reached.length > 0 && priced.length === 0,
    unpriced,
  )
  if (priceRule && !priceRule.passed)
    problems.push({
      code: 'model_not_allowed',
      message: `The model ${priceRule.used} has no price yet, so it cannot be called.`,
    })

  const output = outputOf(grant, asked?.model ?? null, input.outputTokens)
  const held = priced.length === 0 ? null : holdOf(dearestPrice(priced), input.promptTokens, output)
  const need: Need = { tokens: input.promptTokens + output.least, leastNanos: held?.leastNanos ?? 0n }
  const model = asked?.model.name ?? input.model
  const live = keys[0] ?? { limits: [], budgets: [] }
  const liveRules = [
    ...live.limits.filter(({ rule }) => countsModel(rule, model)).map((reading) => limitRule(reading, need)),
    ...live.budgets.map((reading) => budgetRule(reading, need)),
  ]
  problems.push(...liveRules.filter(({ passed }) => !passed).map(liveProblem))
  const [first] = problems
  const tested = [...policyRules, ...(priceRule ? [priceRule] : []), ...liveRules]
  const rules = tested.map(ruleViewOf)
  const judgedCall = {
    rules: tested,
    code: first?.code ?? null,
    heldNanos: held && String(held.leastNanos),
    outputAsked: input.outputTokens ?? null,
    outputAllowed: output.least,
    promptBytes: input.promptTokens * bytesPerToken,
  }
  const call = {
    judged: judgedCall,
    endpoint,
    asked: input.model,
    model: asked?.model.name ?? null,
    keyId: grant.key.id,
    userId: grant.user?.id ?? null,
  }
  return {
    at: new Date(nowMs).toISOString(),
    allowed: problems.length === 0,
    key: { id: grant.key.id, name: grant.key.name },
    model,
    endpoint,
    code: first?.code ?? null,
    message: first?.message ?? null,
    rules,
    places: judged.flatMap(({ place, problem }) =>
      place ? [{ provider: place.provider, region: place.region, allowed: problem === null, stoppedBy: problem }] : [],
    ),
    heldUsd: held && usdOfNanos(held.wholeNanos),
    waysOn: first ? (await findWays(context, actor, call, grant, models)).map(wayViewOf) : [],
    requests: first && tested.some(({ passed }) => !passed) ? curesOf(rules, held?.leastNanos ?? 0n) : [],
    contact: tested.some(({ passed }) => !passed) ? await findContact(context, actor, grant.team.id, tested) : null,
  }
}

type Problem = { readonly code: string; readonly message: string }

/** A conversation where the model can be talked to. */
function usualEndpoint(model: ModelPlaces | null): Endpoint {
  if (!model) return 'chat'
  return conversations.find((each) => serves(model, each)) ?? model.endpoints[0] ?? 'chat'
}

function isWanted(wanted: string | undefined, region: string): boolean {
  return wanted === undefined || wanted === region
}

type Wanted = { readonly endpoint: Endpoint; readonly model: string | null; readonly address: string | null }
type JudgedPlace = { readonly place: Place | null; readonly steps: readonly Step[]; readonly problem: string | null }

/** At least one: without a place, what can be said without one. */
function judgePlaces(
  grant: Grant,
  { endpoint, model, address }: Wanted,
  region: string | null,
  places: readonly Place[],
  nowMs: number,
): JudgedPlace[] {
  const candidates: readonly (Place | null)[] = places.length > 0 ? places : [null]
  return candidates.map((place) => {
    const upstream = place && { model: place.upstreamModel, price: place.price }
    const providerName = place?.provider ?? null
    const target = { address, endpoint, modelName: model, providerName, region: place?.region ?? region, upstream }
    const steps = judgeAll(grant, target, nowMs)
    return { place, steps, problem: steps.find(({ problem }) => problem)?.rule?.rule ?? null }
  })
}

function usableNames(
  grant: Grant,
  models: readonly ModelPlaces[],
  unpricedModels: UnpricedModels,
  nowMs: number,
): string[] {
  const facts = { address: null, unpricedModels, nowMs }
  return models
    .filter((model) => {
      const places = model.places.map((place) => ({ ...placeOf(place), isOn: true }))
      return reachModel(grant, { ...model, places }, facts).reached
    })
    .map(({ name }) => name)
}

/** What is wrong with the model itself, in the words of the call path. */
function modelProblems(
  usable: readonly string[],
  name: string,
  asked: AskedPlaces | null,
  endpoint: Endpoint,
  places: readonly Place[],
): Problem[] {
  if (!asked) {
    const close = closeMatches(name, usable)
    const hint = close.length > 0 ? ` Did you mean ${close.join(', ')}?` : ''
    return [{ code: 'model_not_found', message: `The model "${name.slice(0, 80)}" does not exist.${hint}` }]
  }
  const { model } = asked
  const problems: Problem[] = []
  if (!serves(model, endpoint)) {
    const message = `The model ${model.name} does not serve this endpoint. It serves: ${model.endpoints.join(', ')}.`
    problems.push({ code: 'invalid_request_error', message })
  }
  if (model.status !== 'active')
    problems.push({ code: 'model_not_allowed', message: `The model ${model.name} is ${model.status} at the moment.` })
  if (places.length === 0)
    problems.push({ code: 'upstream_error', message: `No provider serves ${model.name} there at the moment.` })
  return problems
}

/** Null where a price is known, or where nobody asks for one. */
function unpricedRule(grant: Grant, name: string, isUnpriced: boolean, mode: UnpricedModels): TestedRule | null {
  if (!isUnpriced) return null
  const refuses = refusesUnpriced(grant, mode)
  const none = { scope: null, source: null, limit: null, held: null, unit: null, resetsAtMs: null }
  return refuses ? { rule: 'price', passed: false, used: name, ...none } : null
}

function outputOf({ defaultOutputTokens }: Grant, model: ModelPlaces | null, asked: number | undefined) {
  const wanted = asked ?? Math.min(defaultOutputTokens, model?.maxOutputTokens ?? Infinity)
  return { wanted, least: asked ?? Math.min(leastOutputTokens, wanted) }
}

function holdOf(
  prices: ReturnType<typeof dearestPrice>,
  promptTokens: number,
  output: { readonly wanted: number; readonly least: number },
) {
  const promptNanos = BigInt(promptTokens * bytesPerToken) * inputCeilingNanosPerToken(prices)
  const perToken = outputCeilingNanosPerToken(prices)
  return {
    wholeNanos: promptNanos + BigInt(output.wanted) * perToken,
    leastNanos: promptNanos + BigInt(output.least) * perToken,
  }
}

function liveProblem({ rule, scope }: TestedRule): Problem {
  const name = scope ? `${scope.type.replace('_', ' ')} "${scope.name}"` : 'this key'
  if (rule.startsWith('budget_'))
    return { code: 'insufficient_quota', message: `The budget of ${name} has no room for this call.` }
  return { code: limitCodes[rule] ?? 'rate_limit_exceeded', message: `The ${rule} limit of ${name} is in use.` }
}

const limitCodes: Readonly<Record<string, string>> = {
  tpm: 'token_limit_exceeded',
  concurrency: 'concurrency_limit_exceeded',
  rpd: 'daily_quota_exceeded',
  tpd: 'daily_quota_exceeded',
}
