/**
 * What a call may do, and what it may cost at most. Pure: over the grant, the catalogue and the parsed request. Every
 * target in the plan has passed authorisation by its own provider and region, so failover can't escape policy.
 */
import {
  dearestCostNanos,
  dearestPrice,
  inputCeilingNanosPerToken,
  outputCeilingNanosPerToken,
} from '#lib/catalog/rules/price-call.ts'
import { resolveModel } from '#lib/catalog/rules/resolve-model.ts'
import { serves } from '#lib/catalog/rules/serves.ts'
import type { NanosPerMillion } from '#lib/catalog/contract.ts'
import { routePriceAt, type CatalogDeployment, type CatalogModel, type CatalogSnapshot } from '#lib/catalog/snapshot.ts'
import type { Operation, ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import type { Translation } from '#lib/formats/translation.ts'
import { fitOf } from '#lib/gateway/carry-call.ts'
import type { Refusal } from '#lib/gateway/refusal.ts'
import type { CallRoute } from '#lib/gateway/routes.ts'
import type { TestedRule } from '#lib/ledger/contract.ts'
import type { HoldBound } from '#lib/limits/admit.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { carriedAs } from '#lib/providers/providers.ts'
import {
  authorise,
  authoriseOrigin,
  authoriseReference,
  type Denial,
  type Target,
} from '#lib/policy/rules/authorise.ts'
import { reachModel } from '#lib/policy/rules/reach-model.ts'
import { closeMatches } from '#lib/policy/rules/close-matches.ts'
import { orderTargets, unpriced, type RouteTarget } from '#lib/routing/order-targets.ts'

export type CallPlan = {
  readonly model: CatalogModel
  /** In the order in which they are tried; one at least. */
  readonly targets: readonly RouteTarget[]
  readonly bound: HoldBound
  readonly rules: readonly TestedRule[]
}

export type PlanVerdict =
  | { readonly kind: 'planned'; readonly plan: CallPlan }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly rules: readonly TestedRule[] }

/** Least output worth a call when the gateway, not the caller, sets the maximum. */
const leastOutputTokens = 16

export function planCall(
  grant: Grant,
  catalog: CatalogSnapshot,
  matched: CallRoute,
  request: ParsedRequest,
  translation: Translation,
  bodyBytes: number,
  nowMs: number,
  random: number,
  /** The caller's; empty where nobody knows it. */
  address: string,
): PlanVerdict {
  const route = request.endpoint ? { ...matched, endpoint: request.endpoint } : matched
  const resolved = resolveModel(catalog, request.model)
  if (!resolved) {
    // The key's own state comes first: the holder of a dead key learns nothing about models.
    const keyed = authorise(grant, { ...nothing, address, endpoint: route.endpoint }, nowMs)
    if (!keyed.allowed) return denied(keyed)
    return {
      kind: 'refused',
      refusal: unknownModel(grant, catalog, request.model, address, nowMs),
      rules: keyed.testedRules,
    }
  }

  const { model, providerName } = resolved
  const deployments =
    providerName === null
      ? model.deployments
      : model.deployments.filter(({ provider }) => provider.name === providerName)
  const authorised = authoriseTargets(grant, route, model, deployments, nowMs, address)
  if (authorised.kind === 'refused') return authorised
  const { candidates, rules } = authorised
  if (!serves(model, route.endpoint)) {
    return refused(
      'invalid_request_error',
      `The model ${model.name} does not serve this endpoint. It serves: ${model.endpoints.join(', ')}.`,
      rules,
    )
  }
  if (model.status !== 'active') {
    return refused(
      'model_not_allowed',
      `The model ${model.name} is ${model.status} at the moment. GET /v1/models lists what this key may use.`,
      rules,
    )
  }
  if (candidates.length === 0) {
    if (deployments.length > 0 && !deployments.some((deployment) => carried(deployment, route))) {
      return refused(
        'invalid_request_error',
        `No provider of the model ${model.name} takes calls in the format of this endpoint. GET /v1/models lists what this key may use.`,
        rules,
      )
    }
    const nobody = providerName === null ? 'No provider serves' : `The provider ${providerName} does not serve`
    return refused(
      'upstream_error',
      `${nobody} ${model.name} at the moment. An administrator sees the providers' state in the portal.`,
      rules,
    )
  }
  const stored = request.storedReference
  const forbidden = stored === undefined ? null : authoriseReference(grant, stored)
  if (forbidden) {
    return {
      kind: 'refused',
      refusal: { code: 'unsupported_parameter', message: forbidden.message, param: stored! },
      rules: [...rules, forbidden.rule],
    }
  }
  const priced = thatArePriced(candidates, model, nowMs)
  if (priced.length === 0) {
    const refusal = unpricedRefusal(grant, catalog, model)
    if (refusal) return { kind: 'refused', refusal, rules: [...rules, notPriced(model)] }
  }
  const targets = priced.length > 0 ? priced : candidates.map((candidate) => ({ ...candidate, price: unpriced }))
  const preset = outputPreset(grant, model, request)
  const { carrying, problem, tokensBeyondBytes } = thatCarry(targets, route, request, translation, preset)
  if (carrying.length === 0) {
    return {
      kind: 'refused',
      refusal: { code: 'unsupported_parameter', message: problem!.problem, param: problem!.param },
      rules,
    }
  }
  // Any of the targets may come to serve the call, so the hold counts on the dearest.
  const prices = carrying.map(({ price }) => price.nanosPerMillion)
  const mediaNanos = request.media ? dearestCostNanos(request.media.most, prices) : 0n
  const held = { ...request, tokensBeyondBytes }
  const bound = holdBound(grant, model, dearestPrice(prices), held, bodyBytes, mediaNanos)
  return { kind: 'planned', plan: { model, targets: orderTargets(carrying, random), bound, rules } }
}

/** The verdict on a call that comes from a page in a browser. */
export function fromPage(grant: Grant, origin: string, verdict: PlanVerdict): PlanVerdict {
  const barred = verdict.kind === 'planned' ? authoriseOrigin(grant, origin) : null
  if (!barred || verdict.kind !== 'planned') return verdict
  return {
    kind: 'refused',
    refusal: { code: 'endpoint_not_allowed', message: barred.message },
    rules: [...verdict.plan.rules, barred.rule],
  }
}

/** Where any target has a price, one without would be free by accident. */
function thatArePriced(candidates: readonly Candidate[], model: CatalogModel, nowMs: number): RouteTarget[] {
  return candidates.flatMap((candidate) => {
    const price = routePriceAt(model, candidate.deployment, nowMs)
    return price ? [{ ...candidate, price }] : []
  })
}

/**
 * Why a model without any price can't be called; null where the organisation has such calls served and told as not
 * priced. A budget that refuses stays a promise: what cannot be counted must not pass it by.
 */
function unpricedRefusal(grant: Grant, { unpricedModels }: CatalogSnapshot, { name }: CatalogModel): Refusal | null {
  if (unpricedModels === 'refuse') {
    return {
      code: 'model_not_allowed',
      message: `The model ${name} has no price yet, so it cannot be called. An administrator can set one.`,
      param: 'model',
    }
  }
  const budget = grant.budgets.find(({ posture }) => posture !== 'soft')
  if (!budget) return null
  const { scope } = budget
  return {
    code: 'model_not_allowed',
    message: `The model ${name} has no price yet, so what this call costs cannot be counted against the budget of ${scope.type.replace('_', ' ')} "${scope.name}", which stops calls at its limit. An administrator can set a price; keys without such a budget can call the model meanwhile.`,
    scope,
    param: 'model',
  }
}

function notPriced({ name }: CatalogModel): TestedRule {
  const none = { limit: null, held: null, unit: null, resetsAtMs: null }
  return { rule: 'price', passed: false, scope: null, source: null, used: name, ...none }
}

/**
 * The targets whose wire has a place for all of the request, and what kept the first other from it; and the most that the
 * prompt may count beyond its bytes at any of them.
 */
function thatCarry(
  targets: readonly RouteTarget[],
  route: CallRoute,
  request: ParsedRequest,
  translation: Translation,
  outputAllowed: number,
): Carrying {
  let problem: ParseProblem | null = null
  let { tokensBeyondBytes } = request
  const carrying = targets.filter((target) => {
    if (target.operation === route.operation) return true
    const fit = fitOf(translation, target, request, request.outputMaximum ?? outputAllowed)
    if ('problem' in fit) {
      problem ??= fit
      return false
    }
    tokensBeyondBytes = Math.max(tokensBeyondBytes, fit.tokensBeyondBytes)
    return true
  })
  return { carrying, problem, tokensBeyondBytes }
}

type Carrying = {
  readonly carrying: readonly RouteTarget[]
  readonly problem: ParseProblem | null
  readonly tokensBeyondBytes: number
}

const nothing = { modelName: null, providerName: null, region: null, upstream: null }

/** The models that a key can call, for GET /v1/models and for messages. */
export function allowedModels(
  grant: Grant,
  { models, unpricedModels }: CatalogSnapshot,
  address: string,
  nowMs: number,
): CatalogModel[] {
  return [...models.values()].filter((model) => {
    const places = model.deployments.map((deployment) => ({
      provider: deployment.provider.name,
      region: deployment.region,
      upstreamModel: deployment.upstreamModel,
      price: routePriceAt(model, deployment, nowMs)?.nanosPerMillion ?? null,
      isOn: isOn(deployment),
    }))
    return reachModel(grant, { ...model, places }, { address, unpricedModels, nowMs }).reached
  })
}

function isOn({ status, provider }: CatalogDeployment): boolean {
  return status === 'active' && provider.status === 'active'
}

type Candidate = Omit<RouteTarget, 'price'>

type TargetsVerdict =
  | { readonly kind: 'authorised'; readonly candidates: readonly Candidate[]; readonly rules: readonly TestedRule[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly rules: readonly TestedRule[] }

/** Those of the deployments that the grant allows; refused only when the grant allows none. */
function authoriseTargets(
  grant: Grant,
  route: CallRoute,
  model: CatalogModel,
  deployments: readonly CatalogDeployment[],
  nowMs: number,
  address: string,
): TargetsVerdict {
  const candidates: Candidate[] = []
  let passed: readonly TestedRule[] | null = null
  let denial: Denial | null = null
  for (const deployment of deployments) {
    const verdict = authorise(
      grant,
      {
        address,
        endpoint: route.endpoint,
        modelName: model.name,
        providerName: deployment.provider.name,
        region: deployment.region,
        upstream: upstreamOf(grant, model, deployment, nowMs),
      },
      nowMs,
    )
    if (!verdict.allowed) {
      denial ??= verdict
      continue
    }
    passed ??= verdict.testedRules
    const operation = isOn(deployment) ? carried(deployment, route) : null
    if (operation) candidates.push({ deployment, operation })
  }
  if (passed) return { kind: 'authorised', candidates, rules: passed }
  if (denial) return denied(denial)
  const keyed = authorise(grant, { ...nothing, address, endpoint: route.endpoint, modelName: model.name }, nowMs)
  return keyed.allowed ? { kind: 'authorised', candidates, rules: keyed.testedRules } : denied(keyed)
}

/** Read only where the grant judges by it. */
function upstreamOf(
  { pinnedOnly, priceCeiling }: Grant,
  model: CatalogModel,
  deployment: CatalogDeployment,
  nowMs: number,
): Target['upstream'] {
  if (!pinnedOnly && priceCeiling === null) return null
  return {
    model: deployment.upstreamModel,
    price: routePriceAt(model, deployment, nowMs)?.nanosPerMillion ?? null,
  }
}

function carried({ provider, upstreamModel }: CatalogDeployment, route: CallRoute): Operation | null {
  return carriedAs(provider, route.operation, upstreamModel)
}

/**
 * The most that this call can cost. Bytes bound tokens from above, since no token is shorter than a byte; a length
 * divided by four would not (digits, CJK). `mediaNanos`: the most that pictures and sound can cost.
 */
export function holdBound(
  grant: Grant,
  model: CatalogModel,
  prices: NanosPerMillion,
  request: ParsedRequest,
  bodyBytes: number,
  mediaNanos = 0n,
): HoldBound {
  const asked = request.outputMaximum
  const wanted = asked ?? outputPreset(grant, model, request)
  return {
    promptTokens: request.promptTokensEstimate,
    promptNanos:
      ((request.promptBytes ?? bodyBytes) + request.tokensBeyondBytes) * Number(inputCeilingNanosPerToken(prices)) +
      Number(mediaNanos),
    outputNanos: Number(outputCeilingNanosPerToken(prices)) * request.choices,
    outputWanted: wanted,
    outputLeast: asked === null ? Math.min(leastOutputTokens, wanted) : wanted,
  }
}

/** The output maximum of a call that names none, in tokens. */
function outputPreset(grant: Grant, model: CatalogModel, request: ParsedRequest): number {
  return Math.min(grant.defaultOutputTokens, model.maxOutputTokens ?? Infinity, request.outputDefault ?? Infinity)
}

function unknownModel(grant: Grant, catalog: CatalogSnapshot, asked: string, address: string, nowMs: number): Refusal {
  const matches = closeMatches(
    asked,
    allowedModels(grant, catalog, address, nowMs).map((model) => model.name),
  )
  const shown = asked.length > 80 ? `${asked.slice(0, 80)}…` : asked
  const hint =
    matches.length > 0 ? `Did you mean ${matches.join(', ')}?` : 'GET /v1/models lists what this key may use.'
  return { code: 'model_not_found', message: `The model "${shown}" does not exist. ${hint}`, param: 'model' }
}

function refused(code: Refusal['code'], message: string, rules: readonly TestedRule[]): PlanVerdict {
  return { kind: 'refused', refusal: { code, message, param: 'model' }, rules }
}

/** A denial of policy as a refusal. */
export function denied(denial: Denial): { kind: 'refused'; refusal: Refusal; rules: readonly TestedRule[] } {
  const { code, message, scope, testedRules } = denial
  return {
    kind: 'refused',
    refusal: { code, message, ...(scope ? { scope } : {}), param: code === 'model_not_allowed' ? 'model' : null },
    rules: testedRules,
  }
}
