/**
 * Whether a grant lets one call through, decided over resolved names only: aliases are resolved before, and every hop of a
 * failover is authorised again.
 *
 * The order is part of the contract: the holder of a dead key must not learn what that key could reach, so the state of
 * the key and of whoever it belongs to comes first, then where the call comes from, then the endpoint, and only then model,
 * provider and region.
 */
import type { Endpoint, NanosPerMillion, Unit } from '#lib/catalog/contract.ts'
import type { TestedRule } from '#lib/ledger/contract.ts'
import type { Scope } from '#lib/limits/contract.ts'
import { compileAddressList, type AddressList } from '#lib/platform/address-list.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { CatalogueRule, Grant } from '#lib/policy/contract.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'
import { isPinned } from '#lib/policy/rules/pinned-model.ts'

/** What the call wants to reach; null where the call has no such thing (a list of models has no model). */
export type Target = {
  /** The caller's; text that is no address is allowed only where every address is. Null: not judged. */
  readonly address: string | null
  readonly endpoint: Endpoint
  readonly modelName: string | null
  readonly providerName: string | null
  readonly region: string | null
  /** What that provider is asked for, and at which price; null where nobody has said it. */
  readonly upstream: { readonly model: string; readonly price: NanosPerMillion | null } | null
}

export type AuthorisationCode =
  | 'key_revoked'
  | 'key_expired'
  | 'key_suspended'
  | 'key_pending_approval'
  | 'key_quarantined'
  | 'principal_disabled'
  | 'endpoint_not_allowed'
  | 'model_not_allowed'
  | 'provider_not_allowed'
  | 'region_not_allowed'

export type Denial = {
  readonly allowed: false
  readonly code: AuthorisationCode
  /** The layer that says no, such as "profile Experiment". */
  readonly layer: string
  /** Who or what is switched off, where that is the reason. */
  readonly scope: Scope | null
  /** For the caller: what was refused and what to do next. */
  readonly message: string
  readonly testedRules: readonly TestedRule[]
}

export type Authorisation = { readonly allowed: true; readonly testedRules: readonly TestedRule[] } | Denial

export function authorise(grant: Grant, target: Target, nowMs: number): Authorisation {
  const testedRules: TestedRule[] = []
  for (const step of steps) {
    const { rule, problem } = step(grant, target, nowMs)
    if (rule) testedRules.push(rule)
    if (problem) return { allowed: false, ...problem, testedRules }
  }
  return { allowed: true, testedRules }
}

/** Every rule, also those after one that refuses: for people who ask what would stop a call. */
export function judgeAll(grant: Grant, target: Target, nowMs: number): Step[] {
  return steps.map((step) => step(grant, target, nowMs)).filter(({ rule }) => rule !== null)
}

const steps: readonly ((grant: Grant, target: Target, nowMs: number) => Step)[] = [
  (grant, _, nowMs) => keyProblem(grant, nowMs),
  (grant) => principalProblem(grant),
  (grant) => environmentProblem(grant),
  (grant, { address }) => addressProblem(grant, address),
  (grant, { endpoint }) => endpointProblem(grant, endpoint),
  (grant, { modelName }) => catalogueProblem('model', modelName, grant.models),
  (grant, { providerName }) => catalogueProblem('provider', providerName, grant.providers),
  (grant, { region }) => catalogueProblem('region', region, grant.regions),
  (grant, { modelName, upstream }) => versionProblem(grant, modelName, upstream),
  (grant, { modelName, upstream }) => priceProblem(grant, modelName, upstream),
]

type Problem = Pick<Denial, 'code' | 'layer' | 'scope' | 'message'>
export type Step = { readonly rule: TestedRule | null; readonly problem: Problem | null }

/** Passed on its own: nothing was asked that this rule could judge. */
const notAsked: Step = { rule: null, problem: null }

function keyProblem(grant: Grant, nowMs: number): Step {
  const { key } = grant
  const scope: Scope = { type: 'key', id: key.id, name: key.name }
  const code = keyCode(grant, nowMs)
  const rule = tested('key_status', code === null, scope, 'key', code === null ? 'active' : key.status)
  if (code === null) return { rule, problem: null }
  const why = key.statusReason ? ` Reason: ${key.statusReason}` : ''
  return { rule, problem: { code, layer: `key ${key.name}`, scope, message: `${keyMessages[code]}${why}` } }
}

type KeyCode = Extract<AuthorisationCode, `key_${string}`>

function keyCode({ key }: Grant, nowMs: number): KeyCode | null {
  if (key.status === 'revoked') return 'key_revoked'
  if (key.status === 'expired' || (key.expiresAtMs !== null && key.expiresAtMs <= nowMs)) return 'key_expired'
  if (key.status === 'suspended') return 'key_suspended'
  if (key.status === 'pending') return 'key_pending_approval'
  if (key.status === 'quarantined') return 'key_quarantined'
  return null
}

const keyMessages: Record<KeyCode, string> = {
  key_revoked: 'This key was revoked. Create a new key in the portal.',
  key_expired: 'This key has expired. Create a new key in the portal.',
  key_suspended: 'This key is suspended. Resume it in the portal, or ask its owner to.',
  key_pending_approval: 'This key waits for approval and does not work yet.',
  key_quarantined: 'This key is quarantined by an administrator. Ask your platform team.',
}

/** Everyone the key acts for has to be active: a person who left, or a team or workload that was stopped, takes it along. */
function principalProblem(grant: Grant): Step {
  const principals: readonly (readonly [Scope['type'], Grant['team'] | null])[] = [
    ['user', grant.user],
    ['workload', grant.workload],
    ['project', grant.project],
    ['team', grant.team],
  ]
  for (const [type, principal] of principals) {
    if (principal === null || principal.status === 'active') continue
    const scope: Scope = { type, id: principal.id, name: principal.name }
    return {
      rule: tested('principal_status', false, scope, type, principal.status),
      problem: {
        code: 'principal_disabled',
        layer: `${type} ${principal.name}`,
        scope,
        message: `The ${type} "${principal.name}" that this key belongs to is ${principal.status}. Ask your platform team.`,
      },
    }
  }
  return { rule: tested('principal_status', true, null, null, 'active'), problem: null }
}

function endpointProblem(grant: Grant, endpoint: Endpoint): Step {
  const refusing = grant.endpoints.find((layer) => !isAllowed(endpoint, layer))
  if (!refusing) return { rule: tested('endpoint', true, null, onlySource(grant.endpoints), endpoint), problem: null }
  const source = sourceOf(refusing)
  const message = `This key may not use the endpoint "${endpoint}": ${namesOf(refusing)} does not allow it.`
  const rule = tested('endpoint', false, null, source, endpoint)
  return { rule, problem: { code: 'endpoint_not_allowed', layer: source, scope: null, message } }
}

/** No code of its own says where a call comes from; with this one, clients neither try again nor try another model. */
function addressProblem({ addresses }: Grant, address: string | null): Step {
  if (addresses.length === 0 || address === null) return notAsked
  const refusing = addresses.find((layer) => !addressListOf(layer)(address))
  if (!refusing) return { rule: tested('address', true, null, onlySource(addresses), address), problem: null }
  const source = sourceOf(refusing)
  const message = `This key may not be used from the address ${address || '(unknown)'}: ${namesOf(refusing)} does not allow it. Call from an allowed network, or ask your platform team.`
  const rule = tested('address', false, null, source, address)
  return { rule, problem: { code: 'endpoint_not_allowed', layer: source, scope: null, message } }
}

// By identity: a grant stays the same object for as long as it is in force, so its networks are compiled once.
const addressLists = new WeakMap<CatalogueRule, AddressList>()

function addressListOf(layer: CatalogueRule): AddressList {
  let list = addressLists.get(layer)
  if (!list) addressLists.set(layer, (list = compileAddressList(layer.allow)))
  return list
}

function environmentProblem({ environments, environment }: Grant): Step {
  if (environments.length === 0) return notAsked
  const refusing = environments.find((layer) => !isAllowed(environment, layer))
  if (!refusing)
    return { rule: tested('environment', true, null, onlySource(environments), environment), problem: null }
  const source = sourceOf(refusing)
  const message = `This key is for the environment "${environment}", which ${namesOf(refusing)} does not allow. Use a key of one of: ${refusing.allow.join(', ') || 'none'}.`
  const rule = tested('environment', false, null, source, environment)
  return { rule, problem: { code: 'endpoint_not_allowed', layer: source, scope: null, message } }
}

function versionProblem(grant: Grant, modelName: string | null, upstream: Target['upstream']): Step {
  if (!grant.pinnedOnly || upstream === null) return notAsked
  const source = `profile ${grant.profile.name}`
  if (isPinned(upstream.model)) return { rule: tested('version', true, null, source, upstream.model), problem: null }
  const message = `This key may not use the model "${modelName}": the access profile "${grant.profile.name}" allows only versions that stay as they are, and "${upstream.model}" names none. Use a dated version of it.`
  const rule = tested('version', false, null, source, upstream.model)
  return { rule, problem: { code: 'model_not_allowed', layer: source, scope: null, message } }
}

/** What has no price cannot be shown to be cheap enough. */
function priceProblem(grant: Grant, modelName: string | null, upstream: Target['upstream']): Step {
  const { priceCeiling } = grant
  if (priceCeiling === null || upstream === null) return notAsked
  const source = `profile ${grant.profile.name}`
  const dearest = (units: readonly Unit[]): number =>
    units.reduce((most, unit) => Math.max(most, upstream.price?.[unit] ?? 0), 0)
  const checks = [
    { what: 'input', price: dearest(inputUnits), ceiling: priceCeiling.input },
    { what: 'output', price: dearest(outputUnits), ceiling: priceCeiling.output },
  ] as const
  const over = checks.find(({ price, ceiling }) => ceiling !== null && price > ceiling)
  const shown = over ?? checks.find(({ ceiling }) => ceiling !== null)!
  const rule: TestedRule = {
    ...tested(`${shown.what}_price`, upstream.price !== null && !over, null, source, ''),
    limit: String(shown.ceiling),
    used: upstream.price === null ? null : String(shown.price),
    unit: 'nanos',
  }
  if (rule.passed) return { rule, problem: null }
  const why = over
    ? `it costs $${usdOfNanos(BigInt(over.price))} per million ${over.what} tokens, and the access profile "${grant.profile.name}" allows $${usdOfNanos(BigInt(over.ceiling!))} at most`
    : `it has no price, and the access profile "${grant.profile.name}" has a price ceiling`
  const message = `This key may not use the model "${modelName}": ${why}. Use a cheaper model.`
  return { rule, problem: { code: 'model_not_allowed', layer: source, scope: null, message } }
}

// What a model is priced by: a prefix that is written to a cache costs a little more and saves more than that.
const inputUnits: readonly Unit[] = ['input', 'audio_input', 'image_input']
const outputUnits: readonly Unit[] = ['output', 'reasoning', 'audio_output', 'image_output']

type Catalogue = 'model' | 'provider' | 'region'

function catalogueProblem(what: Catalogue, name: string | null, rules: readonly CatalogueRule[]): Step {
  if (name === null) return notAsked
  for (const catalogueRule of rules) {
    if (isAllowed(name, catalogueRule)) continue
    const layer = sourceOf(catalogueRule)
    return {
      rule: tested(what, false, null, layer, name),
      problem: {
        code: `${what}_not_allowed`,
        layer,
        scope: null,
        message: `This key may not use the ${what} "${name}": ${namesOf(catalogueRule)} does not allow it.`,
      },
    }
  }
  return { rule: tested(what, true, null, null, name), problem: null }
}

function sourceOf({ layer, name }: CatalogueRule): string {
  return `${layer} ${name}`
}

/** Where one layer alone has a say, it is the one that allowed. */
function onlySource(rules: readonly CatalogueRule[]): string | null {
  return rules.length === 1 ? sourceOf(rules[0]!) : null
}

function namesOf({ layer, name }: CatalogueRule): string {
  return `${layerWords[layer]} "${name}"`
}

const layerWords: Record<CatalogueRule['layer'], string> = {
  organisation: 'the organisation',
  team: 'the team',
  profile: 'the access profile',
  project: 'the project',
  key: 'the key',
}

function tested(rule: string, passed: boolean, scope: Scope | null, source: string | null, used: string): TestedRule {
  return { rule, passed, scope, source, limit: null, used, held: null, unit: null, resetsAtMs: null }
}

/** Whether a call may refer, at `param`, to what the provider keeps for everyone with the same credential. */
export function authoriseReference(grant: Grant, param: string): Reference | null {
  if (grant.storedState !== 'refuse') return null
  const layer = `profile ${grant.profile.name}`
  return {
    rule: tested('stored_state', false, null, layer, param),
    message: `${param}: This key may not refer to what a provider keeps, such as earlier answers and files: the access profile "${grant.profile.name}" does not allow it. Send the content itself.`,
  }
}

type Reference = { readonly rule: TestedRule; readonly message: string }

/**
 * Whether a call may come from a page in a browser; `origin` is the page's. Asked last: what is wrong with the key itself,
 * or with what it wants to reach, is told first.
 */
export function authoriseOrigin(grant: Grant, origin: string): Reference | null {
  if (grant.browserOrigin !== 'refuse') return null
  const layer = `profile ${grant.profile.name}`
  return {
    rule: tested('browser_origin', false, null, layer, origin),
    message: `This personal key may not be used from a web page (${origin}), where everybody who opens it can read the key: the access profile "${grant.profile.name}" does not allow it. Call from a server of yours, with a key of an app, and rotate this one.`,
  }
}

/** Whether the key may use this model at all, for lists of models and for "did you mean". */
export function mayUseModel(grant: Grant, modelName: string): boolean {
  return grant.models.every((rule) => isAllowed(modelName, rule))
}
